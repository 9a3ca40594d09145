/** `--only`: which ops, modules or cases are wanted. */

/** Decides by name of the op (or module, file), and by case id. */
export interface Filter {
  op(name: string): boolean;
  case(name: string, id: string): boolean;
}

/**
 * A comma list. A text that names ops, wholly (`sum`), without their namespace (`conv2d`) or
 * variant (`div` for `div.floor_rounding`), selects those; else it selects the ops whose names
 * contain it; else the cases whose `op/case` contains it.
 *
 * @param names - all names of the family
 */
export function parseOnly(only: string | undefined, names: readonly string[]): Filter {
  const texts = (only ?? "")
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "");
  if (texts.length === 0) return { op: () => true, case: () => true };
  const ops = new Set<string>();
  const inCases: string[] = [];
  for (const text of texts) {
    const found = named(text, names);
    if (found.length === 0) inCases.push(text);
    for (const name of found) ops.add(name);
  }
  return {
    op: (name) => ops.has(name) || inCases.length > 0,
    case: (name, id) => ops.has(name) || inCases.some((text) => `${name}/${id}`.includes(text)),
  };
}

function named(text: string, names: readonly string[]): readonly string[] {
  const whole = names.filter((name) => name === text || name.startsWith(`${text}.`));
  if (whole.length > 0) return whole;
  const tail = names.filter((name) => name.endsWith(`.${text}`) || name.includes(`.${text}.`));
  return tail.length > 0 ? tail : names.filter((name) => name.includes(text));
}
