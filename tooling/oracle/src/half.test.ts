import { expect, it } from "vitest";
import { fromBfloat16Bits, fromHalfBits, toBfloat16Bits, toHalfBits } from "./half.ts";

it("goes through every float16 and bfloat16 and back", () => {
  const all = Array.from({ length: 65536 }, (_, bits) => bits);
  const halves = all.filter((bits) => !Number.isNaN(fromHalfBits(bits)));
  expect(halves.filter((bits) => toHalfBits(fromHalfBits(bits)) !== bits)).toEqual([]);
  const bfloats = all.filter((bits) => !Number.isNaN(fromBfloat16Bits(bits)));
  expect(bfloats.filter((bits) => toBfloat16Bits(fromBfloat16Bits(bits)) !== bits)).toEqual([]);
});

it("rounds to nearest, ties to even", () => {
  expect(fromHalfBits(toHalfBits(0.1))).toBe(0.0999755859375);
  expect(fromHalfBits(toHalfBits(2049))).toBe(2048);
  expect(fromHalfBits(toHalfBits(2051))).toBe(2052);
  expect(fromHalfBits(toHalfBits(4095.5))).toBe(4096);
  expect(fromHalfBits(toHalfBits(65519))).toBe(65504);
  expect(fromHalfBits(toHalfBits(-65520))).toBe(Number.NEGATIVE_INFINITY);
  expect(fromHalfBits(toHalfBits(2 ** -25))).toBe(0);
  expect(fromHalfBits(toHalfBits(3 * 2 ** -25))).toBe(2 ** -23);
  expect(fromBfloat16Bits(toBfloat16Bits(257))).toBe(256);
  expect(fromBfloat16Bits(toBfloat16Bits(259))).toBe(260);
});
