import type { Engine } from "../../engine.ts";

/** Parts of the working memory of one kernel call: planned first, then taken at once. */
export class Area {
  private readonly offsets: number[] = [];
  private size = 0;
  private base = -1;

  /** Plans `bytes` and gives the part's number. */
  part(bytes: number): number {
    this.offsets.push(this.size);
    this.size += Math.ceil(bytes / 64) * 64;
    return this.offsets.length - 1;
  }

  /** Takes the memory; false when there is no room. */
  take({ heap }: Engine): boolean {
    this.base = heap.scratch(this.size);
    return this.base >= 0;
  }

  at(part: number): number {
    return this.base + this.offsets[part]!;
  }
}

/** Writes a table of offsets in floats as bytes. */
export function putTable(ints: Int32Array, at: number, offsets: Int32Array): void {
  const start = at >> 2;
  for (let i = 0; i < offsets.length; i++) ints[start + i] = offsets[i]! << 2;
}

/** Writes the multiples of `step` bytes. */
export function putSteps(ints: Int32Array, at: number, count: number, step: number): void {
  const start = at >> 2;
  for (let i = 0; i < count; i++) ints[start + i] = i * step;
}
