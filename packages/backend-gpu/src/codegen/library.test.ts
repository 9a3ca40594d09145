import { float32, type Tensor, tensor } from "@tt/core";
import { expect, test } from "vitest";
import { onDevice } from "../testing.ts";

type Unary =
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "log2"
  | "log10"
  | "sigmoid"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "erf"
  | "erfc"
  | "sqrt"
  | "rsqrt"
  | "reciprocal"
  | "exp2";

const NAMES: readonly Unary[] = [
  "exp",
  "expm1",
  "log",
  "log1p",
  "log2",
  "log10",
  "sigmoid",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "erf",
  "erfc",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "exp2",
];

const small = Array.from({ length: 401 }, (_, i) => (i - 200) / 40);
const special = [0, -0, 1, -1, Infinity, -Infinity, Number.NaN, 1e-30, -1e-30, 30, -30, 88, -88, 1e10, -1e10];

/** Elements whose bits differ by more than `tolerance`, relative to what is right. */
function wrong(got: Tensor, want: Tensor, tolerance: number): string[] {
  const right = want.tolist() as number[];
  return (got.tolist() as number[]).flatMap((value, i) => {
    const expected = Math.fround(right[i]!);
    if (Object.is(value, expected) || (Number.isNaN(value) && Number.isNaN(expected))) return [];
    const distance = Math.abs(value - expected) / Math.max(Math.abs(expected), 1e-30);
    return distance <= tolerance ? [] : [`${i}: ${value} instead of ${expected}`];
  });
}

test(
  "elementary functions are right to float32's accuracy, at the ends of their domains too",
  onDevice(() => {
    const x = tensor([...small, ...special], { dtype: float32 });
    const there = x.to("gpu");
    for (const name of NAMES) {
      // Beyond a few thousand turns the remainder of an angle has no digits left in float32.
      const angles = name === "sin" || name === "cos" || name === "tan";
      const [a, b] = angles ? [x.clamp(-1000, 1000), there.clamp(-1000, 1000)] : [x, there];
      expect([name, ...wrong(b[name](), a.double()[name](), 3e-6)]).toEqual([name]);
    }
  }),
);

test(
  "powers and remainders",
  onDevice(() => {
    const values = [0.3, 1, 2.5, 7.75, 1e-3, 1e4, -2, -0.5, 0, -0, 3, Infinity, -Infinity, Number.NaN];
    const x = tensor(values, { dtype: float32 }).unsqueeze(1).expand(values.length, values.length).reshape(-1);
    const y = tensor(values, { dtype: float32 }).repeat(values.length);
    const [a, b] = [x.to("gpu"), y.to("gpu")];
    expect(wrong(a.pow(b), x.double().pow(y.double()), 1e-5)).toEqual([]);
    expect(wrong(a.fmod(b), x.double().fmod(y.double()), 0)).toEqual([]);
    expect(wrong(a.remainder(b), x.double().remainder(y.double()), 1e-6)).toEqual([]);
    expect(wrong(a.atan2(b), x.double().atan2(y.double()), 1e-6)).toEqual([]);
    expect(wrong(a.hypot(b), x.double().hypot(y.double()), 1e-6)).toEqual([]);
  }),
);
