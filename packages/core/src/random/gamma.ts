import { float64, type DType, type TypedArray } from "../dtype/dtype.ts";
import type { Generator } from "./generator.ts";
import { floatLimits, numbers, store, workspace } from "./store.ts";

const ONE_THIRD = Math.fround(1 / 3);
const SQUEEZE = Math.fround(0.0331);

/**
 * Fills `out` with numbers of the standard gamma distributions of shapes `alpha`, as
 * `torch._standard_gamma`; at least the least normal number of the dtype.
 *
 * @param alpha as many shapes as elements, of the same dtype
 * @throws RuntimeError when `dtype` is not floating-point
 */
export function standard_gamma(
  out: TypedArray,
  dtype: DType,
  n: number,
  alpha: TypedArray,
  generator: Generator,
): void {
  const { tiny } = floatLimits("gamma_cpu", dtype);
  const shapes = numbers(alpha, dtype, n);
  const work = workspace(out, dtype, n);
  const single = dtype !== float64;
  for (let i = 0; i < n; i++) {
    const sample = sampleGamma(shapes[i]!, single, generator);
    work[i] = tiny < sample ? sample : tiny;
  }
  store(out, dtype, work, n);
}

/**
 * Fills `out` with Dirichlet numbers, as `torch._sample_dirichlet`: each row of `columns` numbers is
 * gamma numbers divided by their sum.
 *
 * @param alpha as many concentrations as elements, of the same dtype
 * @throws RuntimeError when `dtype` is not floating-point
 */
export function dirichlet(
  out: TypedArray,
  dtype: DType,
  n: number,
  alpha: TypedArray,
  columns: number,
  generator: Generator,
): void {
  const { tiny, digits } = floatLimits("dirichlet", dtype);
  const shapes = numbers(alpha, dtype, n);
  const most = 1 - 2 ** -digits;
  const gammas = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const sample = sampleGamma(shapes[i]!, false, generator);
    gammas[i] = 2 ** -1022 < sample ? sample : 2 ** -1022;
  }
  const work = workspace(out, dtype, n);
  for (let row = 0; row < n; row += columns) {
    let sum = 0;
    for (let i = row; i < row + columns; i++) sum += gammas[i]!;
    for (let i = row; i < row + columns; i++) work[i] = Math.min(most, Math.max(tiny, gammas[i]! / sum));
  }
  store(out, dtype, work, n);
}

/**
 * One gamma number by the method of Marsaglia and Tsang (doi:10.1145/358407.358414). `single` rounds
 * what PyTorch computes in float32 for float32 shapes.
 */
function sampleGamma(shape: number, single: boolean, generator: Generator): number {
  let scale = 1;
  let alpha = shape;
  if (alpha < 1) {
    if (alpha === 0) return 0;
    const power = single ? Math.fround(1 / alpha) : 1 / alpha;
    scale = (1 - generator.float64()) ** power;
    alpha = single ? Math.fround(alpha + 1) : alpha + 1;
  }
  const d = single ? Math.fround(alpha - ONE_THIRD) : alpha - ONE_THIRD;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    let x: number;
    let y: number;
    do {
      x = generator.normal();
      y = 1 + c * x;
    } while (y <= 0);
    const v = y * y * y;
    const u = 1 - generator.float64();
    const square = x * x;
    if (u < 1 - SQUEEZE * square * square) return scale * d * v;
    if (Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return scale * d * v;
  }
}
