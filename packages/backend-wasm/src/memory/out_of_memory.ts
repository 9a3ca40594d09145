import { RuntimeError } from "@tt/core";
import type { Cell } from "./cell.ts";
import type { HeapStats } from "./heap.ts";

/** How many kinds of tensors the error names. */
const KINDS = 5;

/** Says how much was asked for and what holds the rest. */
export function outOfMemory(bytes: number, stats: HeapStats, first: Cell | null, cause: unknown): RuntimeError {
  const { resident, reserved, limit, spilled } = stats;
  return new RuntimeError(
    `wasm out of memory. Tried to allocate ${sizeText(bytes)} (${sizeText(reserved)} heap of at most ${sizeText(limit)}; ${sizeText(resident)} of it allocated; ${sizeText(spilled)} moved out of it so far)${largest(first)}. Drop references to tensors that are not needed, or free them with torch.scope(...).`,
    { cause },
  );
}

/** The kinds of tensors in the heap that take most of it. */
function largest(first: Cell | null): string {
  const kinds = new Map<string, { count: number; bytes: number }>();
  for (let cell = first; cell !== null; cell = cell.next) {
    const name = `${cell.ArrayType.name.replace("Array", "").toLowerCase()}[${cell.view.length}]`;
    const kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, { count: 1, bytes: cell.bytes });
    else {
      kind.count++;
      kind.bytes += cell.bytes;
    }
  }
  if (kinds.size === 0) return "";
  const sorted = [...kinds].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, KINDS);
  const texts = sorted.map(([name, { count, bytes }]) => `${count} x ${name} (${sizeText(bytes)})`);
  return `. Largest in the heap: ${texts.join(", ")}`;
}

/** As PyTorch writes sizes: 20.00 MiB. */
export function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(2)} ${units[unit]}`;
}
