import { defineOp } from "../../dispatch/op.ts";
import { bfloat16, type DType, float16, float32 } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { notComplex } from "./formulas.ts";

const tests: readonly (readonly [name: string, expr: string, doc: string, real: boolean])[] = [
  ["isnan", "isnan(a)", "Where elements are nan (for complex numbers, either part).", false],
  ["isinf", "isinf(a)", "Where elements are infinite (for complex numbers, either part).", false],
  ["isfinite", "isfinite(a)", "Where elements are neither infinite nor nan.", false],
  ["isposinf", "isposinf(a)", "Where elements are positive infinity.", true],
  ["isneginf", "isneginf(a)", "Where elements are negative infinity.", true],
  ["isreal", "imag(a) == 0", "Where the imaginary part is zero.", false],
];

for (const [name, expr, doc, real] of tests) {
  defineOp({
    schema: `${name}(Tensor input) -> Tensor`,
    doc,
    ...(real && { check: notComplex(`${name} does not support complex inputs.`) }),
    out: real,
    expr,
    promote: "comparison",
  });
}

const LARGEST: ReadonlyMap<DType, number> = new Map<DType, number>([
  [float16, 65504],
  [bfloat16, 3.3895313892515355e38],
  [float32, 3.4028234663852886e38],
]);

/** A number as text of the expression language. */
function literal(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return Math.abs(value) === Infinity ? (value > 0 ? "inf" : "-inf") : String(value);
}

defineOp({
  schema: "nan_to_num(Tensor input, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor",
  doc: "nan replaced by `nan` (0), infinities by `posinf` and `neginf` (the largest and lowest finite numbers).",
  check: notComplex('"nan_to_num" not implemented for complex dtypes'),
  expr: ({ dtype }: Tensor, nan: number | null, posinf: number | null, neginf: number | null) => {
    if (dtype.category < 2) return "a";
    const largest = LARGEST.get(dtype) ?? Number.MAX_VALUE;
    const [n, p, q] = [nan ?? 0, posinf ?? largest, neginf ?? -largest].map(literal);
    return `isnan(a) ? ${n} : (a == inf ? ${p} : (a == -inf ? ${q} : a))`;
  },
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(input.isfinite()), "input"] },
  inplace: "function",
});
