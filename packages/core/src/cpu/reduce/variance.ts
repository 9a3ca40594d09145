import { complex128, float64 } from "../../dtype/index.ts";
import { type Program, parseExpr } from "../../expr/index.ts";
import { copy } from "../copy/index.ts";
import { map } from "../map/index.ts";
import type { ArrayView } from "../view.ts";
import { Geometry } from "./geometry.ts";
import { type Reduction, defineReduction, denseView, foldInto } from "./reduce.ts";

const TOTAL: Reduction = defineReduction("a", "a + b", null, { accumulator: () => float64, identity: () => 0 });

/** Squared distances from the mean b. */
const SPREAD: Reduction = defineReduction("square(a - b)", "a + b", null, {
  accumulator: () => float64,
  identity: () => 0,
});
const COMPLEX_SPREAD: Reduction = defineReduction(
  "square(real(a) - real(b)) + square(imag(a) - imag(b))",
  "a + b",
  null,
  {
    elementDtype: () => complex128,
    accumulator: () => float64,
    identity: () => 0,
  },
);

const DIVIDE: Program = parseExpr("a / n");
const FINISH: Readonly<Record<"var" | "std", Program>> = { var: DIVIDE, std: parseExpr("sqrt(a / n)") };

const geometry = new Geometry();

/**
 * Variance or standard deviation over `dims`, in two passes and double precision.
 *
 * @param outs - dense: the result and, if wanted, the mean
 * @param correction - subtracted from the number of elements (1: Bessel's)
 */
export function variance(
  kind: "var" | "std",
  outs: readonly ArrayView[],
  input: ArrayView,
  dims: readonly number[],
  correction: number,
): void {
  const [out, mean] = outs as readonly [ArrayView, ArrayView | undefined];
  geometry.set(input, dims);
  const { kept, reduced } = geometry;
  const dtype = input.dtype.is_complex ? complex128 : float64;
  const means = denseView(new Float64Array(kept * dtype.lanes), dtype, out.shape);
  foldInto(TOTAL, means.array, 0, dtype, input, geometry, null, []);
  map(DIVIDE, dtype, means, [means], [reduced]);
  const sums = denseView(new Float64Array(kept), float64, out.shape);
  const spread = dtype === complex128 ? COMPLEX_SPREAD : SPREAD;
  foldInto(spread, sums.array, 0, float64, input, geometry, means.array, []);
  map(FINISH[kind], float64, out, [sums], [Math.max(reduced - correction, 0)]);
  if (mean !== undefined)
    copy(mean, { ...means, shape: mean.shape, strides: denseView(means.array, dtype, mean.shape).strides });
}
