import { bindArgs, mismatch, NO_SELF, parseSchema, type Schema } from "@tt/core/dispatch";

type Rest<O, K extends keyof O> = Omit<O, K>;

/**
 * Constructor arguments: the names `N` by position in PyTorch's order, then one object with the others by name.
 * `O` types every argument; optional ones have a default.
 */
export type ConstructorArgs<O, N extends readonly (keyof O)[]> =
  | ([keyof O] extends [never] ? [] : [options: O])
  | (object extends O ? [] : never)
  | (N extends readonly [infer H extends keyof O, ...infer T extends readonly (keyof O)[]]
      ? [value: O[H], ...ConstructorArgs<Rest<O, H>, T extends readonly (keyof Rest<O, H>)[] ? T : []>]
      : never);

/** What every distribution can be told besides its parameters. */
export interface ValidateOptions {
  /** Whether parameters and values are checked; null leaves it to `Distribution.set_default_validate_args`. */
  readonly validate_args?: boolean | null;
}

const schemas = new Map<string, Schema>();

/**
 * Arguments of a constructor in the order of `schema`, such as "Normal(Any loc, Any scale)", defaults filled in.
 * @throws TypeError in PyTorch's words for missing, superfluous, unknown or ill-typed arguments
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the schema text says, for the caller
export function bindConstructor<T extends readonly unknown[]>(text: string, args: readonly unknown[]): T {
  let schema = schemas.get(text);
  if (schema === undefined) {
    schema = parseSchema(`${text} -> Any`);
    schemas.set(text, schema);
  }
  const bound = bindArgs(schema, NO_SELF, args, false);
  if (bound === null) throw new TypeError(mismatch.replace("() missing", ".__init__() missing"));
  return bound as unknown as T;
}

/**
 * Sets own properties past getters of the prototype and `readonly`: what `self.x = ...` does in Python's `__init__`.
 */
export function assign<T extends object>(target: T, values: Partial<T>): T {
  for (const [key, value] of Object.entries(values)) {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return target;
}
