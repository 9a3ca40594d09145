import { expect, it } from "vitest";
import { fromBfloat16Bits, fromHalfBits, toBfloat16Bits, toHalfBits } from "./half.ts";

it("goes through every float16 and bfloat16 and back", () => {
  const all = Array.from({ length: 65536 }, (_, bits) => bits);
  const halves = all.filter((bits) => !Number.isNaN(fromHalfBits(bits)));
  expect(halves.filter((bits) => toHalfBits(fromHalfBits(bits)) !== bits)).toEqual([]);
  const bfloats = all.filter((bits) => !Number.isNaN(fromBfloat16Bits(bits)));
  expect(bfloats.filter((bits) => toBfloat16Bits(fromBfloat16Bits(bits)) !== bits)).toEqual([]);
});

it("refuses what the format cannot hold", () => {
  expect(() => toHalfBits(0.1)).toThrow("not a float16");
  expect(() => toBfloat16Bits(1.001)).toThrow("not a bfloat16");
});
