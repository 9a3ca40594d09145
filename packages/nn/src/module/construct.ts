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

const schemas = new Map<string, Schema>();

/**
 * Arguments of a constructor in the order of `schema`, such as
 * "Linear(int in_features, int out_features, bool bias=True)"; defaults filled in.
 * @throws TypeError in PyTorch's words for missing, superfluous, unknown or ill-typed arguments
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the text says what comes back
export function bindConstructor<T extends readonly unknown[]>(text: string, args: readonly unknown[]): T {
  let schema = schemas.get(text);
  if (schema === undefined) {
    schema = parseSchema(`${text} -> Module`);
    schemas.set(text, schema);
  }
  const bound = bindArgs(schema, NO_SELF, args, false);
  if (bound === null) throw new TypeError(mismatchText());
  return bound as unknown as T;
}

const mismatchText = (): string => mismatch.replace(/^(\w+)\(\)/, "$1.__init__()");

/** A number for all dimensions, or one for each. */
export type Sizes = number | readonly number[];

/** A Python float with its point: `1.0`, `1e-05`. */
export { pyFloat, pyRepr, pyTuple } from "@tt/core";
