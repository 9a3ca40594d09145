import { isOptions } from "@tt/core/dispatch";

type Rest<O, K extends keyof O> = Omit<O, K>;

/**
 * Arguments of a call: the names `N` by position in torchvision's order, then one object with the others by name.
 * `O` types every argument; optional ones have a default.
 */
export type Arguments<O, N extends readonly (keyof O)[]> =
  | ([keyof O] extends [never] ? [] : [options: O])
  | (object extends O ? [] : never)
  | (N extends readonly [infer H extends keyof O, ...infer T extends readonly (keyof O)[]]
      ? [value: O[H], ...Arguments<Rest<O, H>, T extends readonly (keyof Rest<O, H>)[] ? T : []>]
      : never);

/** The defaults of the optional arguments; the required ones are in the names alone. */
export type Defaults<O> = { readonly [K in keyof O as undefined extends O[K] ? K : never]-?: Exclude<O[K], undefined> };

/**
 * All arguments by name, with their defaults.
 * @param names - every argument in order
 * @throws TypeError for missing, superfluous and unknown ones
 */
export function bind<O extends object>(
  owner: string,
  names: readonly (keyof O & string)[],
  defaults: Defaults<O>,
  args: readonly unknown[],
): Required<O> {
  const last = args.at(-1);
  const named = isOptions(last) ? last : {};
  const positional = isOptions(last) ? args.slice(0, -1) : args;
  if (positional.length > names.length) {
    throw new TypeError(`${owner} takes ${names.length} positional arguments but ${positional.length} were given`);
  }
  const bound: Record<string, unknown> = { ...defaults };
  names.slice(0, positional.length).forEach((name, i) => {
    if (positional[i] !== undefined) bound[name] = positional[i];
  });
  for (const [name, value] of Object.entries(named)) {
    const at = (names as readonly string[]).indexOf(name);
    if (at < 0) {
      throw new TypeError(
        `${owner} got an unexpected keyword argument '${name}' (valid keyword arguments: ${names.join(", ")})`,
      );
    }
    if (at < positional.length) throw new TypeError(`${owner} got multiple values for argument '${name}'`);
    if (value !== undefined) bound[name] = value;
  }
  const missing = names.filter((name) => bound[name] === undefined).map((name) => `'${name}'`);
  if (missing.length > 0) {
    const plural = missing.length === 1 ? "" : "s";
    throw new TypeError(`${owner} missing ${missing.length} required argument${plural}: ${missing.join(", ")}`);
  }
  return bound as Required<O>;
}
