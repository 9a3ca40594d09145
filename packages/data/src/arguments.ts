/**
 * Arguments of a constructor whose first one may be a plain object, which must not be taken for
 * the options that end a call.
 */
export function withFirst(first: unknown, rest: readonly unknown[]): unknown[] {
  return rest.length === 0 ? [first, {}] : [first, ...rest];
}
