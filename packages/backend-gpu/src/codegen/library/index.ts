import { ARITHMETIC } from "./arithmetic.ts";
import { BITS } from "./bits.ts";
import type { Entries } from "./entry.ts";
import { EXPONENTIAL } from "./exponential.ts";
import { TRIGONOMETRIC } from "./trigonometric.ts";

/** Elementary functions to the accuracy of float32, which WGSL does not promise for its own. */
const LIBRARY: Entries = { ...BITS, ...ARITHMETIC, ...EXPONENTIAL, ...TRIGONOMETRIC };

/** The code of the functions asked for and of what they need, each once. */
export function libraryCode(names: Iterable<string>): string {
  const done = new Set<string>();
  const parts: string[] = [];
  const add = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const { code, needs } = LIBRARY[name]!;
    needs.forEach(add);
    parts.push(code);
  };
  for (const name of names) add(name);
  return parts.join("\n");
}
