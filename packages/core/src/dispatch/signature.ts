import { bindArgs, mismatch, NO_SELF } from "./args.ts";
import { parseSchema } from "./schema.ts";

/**
 * Positionals of a call in order, and one trailing object that holds the rest by name. Every
 * positional may be named instead.
 */
export type Arguments<Positional extends readonly unknown[], Options> = Positional extends readonly [
  infer First,
  ...infer Rest,
]
  ? [options?: Options] | [First, ...Arguments<Rest, Options>]
  : [options?: Options];

/** Reads the arguments of a class or function that is not an op. */
export interface Signature<T> {
  /**
   * @returns every argument by name, defaults filled in
   * @throws TypeError when an argument is missing, unknown, given twice or of the wrong type
   */
  (args: readonly unknown[]): T;
  /** Its schema, as of the functions made of ops. */
  readonly schema: readonly string[];
}

/**
 * A reader of arguments in the notation of op schemas.
 * @example
 * ```ts
 * import { signature } from "@tt/core/dispatch";
 * const read = signature<{ dim: number; keepdim: boolean }>("reduce(int dim, *, bool keepdim=False)");
 * read([1, { keepdim: true }]); // { dim: 1, keepdim: true }
 * ```
 */
export function signature<T>(text: string): Signature<T> {
  const schema = parseSchema(`${text} -> Any`);
  const read = (args: readonly unknown[]): T => {
    const bound = bindArgs(schema, NO_SELF, args, false);
    if (bound === null) throw new TypeError(mismatch);
    return Object.fromEntries(schema.params.map(({ name }, i) => [name, bound[i]])) as T;
  };
  return Object.assign(read, { schema: [schema.text] });
}
