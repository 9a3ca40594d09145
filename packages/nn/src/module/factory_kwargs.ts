const SIMPLE = ["device", "dtype", "memory_format"];

/**
 * The options of `kwargs` that factories of tensors take. `factory_kwargs` inside of them holds those whose names a
 * module uses for something else.
 * @throws TypeError for other options, and for options given twice
 */
export function factory_kwargs(kwargs: Readonly<Record<string, unknown>> | null): Record<string, unknown> {
  if (kwargs === null) return {};
  const unknown = Object.keys(kwargs).filter((key) => key !== "factory_kwargs" && !SIMPLE.includes(key));
  if (unknown.length > 0) throw new TypeError(`unexpected kwargs {${unknown.map((key) => `'${key}'`).join(", ")}}`);
  const out = { ...(kwargs["factory_kwargs"] as Record<string, unknown> | undefined) };
  for (const key of SIMPLE) {
    if (!Object.hasOwn(kwargs, key)) continue;
    if (Object.hasOwn(out, key)) throw new TypeError(`${key} specified twice, in **kwargs and in factory_kwargs`);
    out[key] = kwargs[key];
  }
  return out;
}
