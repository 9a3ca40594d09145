import { describe, expect, it } from "vitest";
import { fma } from "./fma.ts";
import { Generator } from "./index.ts";

/** a * b + c in exact arithmetic, rounded half to even. */
function exact(a: number, b: number, c: number): number {
  const [x, y, z] = [a, b, c].map((value) => BigInt(value * 2 ** 60)) as [bigint, bigint, bigint];
  const sum = x * y + z * 2n ** 60n;
  const magnitude = sum < 0n ? -sum : sum;
  const shift = BigInt(Math.max(0, magnitude.toString(2).length - 53));
  const lost = magnitude & ((1n << shift) - 1n);
  const half = shift === 0n ? 1n : 1n << (shift - 1n);
  let kept = magnitude >> shift;
  if (lost > half || (lost === half && (kept & 1n) === 1n)) kept += 1n;
  return (sum < 0n ? -1 : 1) * Number(kept) * 2 ** (Number(shift) - 120);
}

describe("fma", () => {
  it("rounds once", () => {
    const g = new Generator().manual_seed(1);
    for (let i = 0; i < 20000; i++) {
      const [a, b, c] = [g.float64(), g.float64() * 2 - 1, (g.float64() * 2 - 1) * 2 ** ((i % 8) - 6)];
      const [x, y, z] = [a, Math.fround(b), Math.fround(c)];
      expect(fma(x, y, z)).toBe(exact(x, y, z));
    }
  });

  it("keeps what a product loses", () => {
    const x = 1 + 2 ** -30;
    expect(fma(x, x, -1 - 2 ** -29)).toBe(2 ** -60);
    expect(x * x - 1 - 2 ** -29).toBe(0);
  });
});
