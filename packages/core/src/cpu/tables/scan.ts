import type { Kernel, Kernels } from "../../dispatch/backend.ts";
import { argExtreme, extreme, norm, reduce, variance } from "../reduce/index.ts";
import { scan, scanExtreme, type ScanKind } from "../scan/index.ts";
import type { ArrayView } from "../view.ts";

type Dims = readonly number[];
type Pair = readonly [ArrayView, ArrayView];

const KINDS: readonly ScanKind[] = ["cumsum", "cumprod", "logcumsumexp"];

const scans = Object.fromEntries(
  KINDS.map((kind): [string, Kernel] => [kind, (out, input, dim) => scan(kind, out, input, dim)]),
);

const extremes = Object.fromEntries(
  (["max", "min"] as const).flatMap((kind): [string, Kernel][] => [
    [
      `${kind}.dim`,
      ([values, indices]: Pair, input: ArrayView, dims: Dims) => extreme(kind, values, indices, input, dims),
    ],
    [`arg${kind}`, (out: ArrayView, input: ArrayView, dims: Dims) => argExtreme(kind, out, input, dims)],
    [
      `cum${kind}`,
      ([values, indices]: Pair, input: ArrayView, dim: number) => scanExtreme(kind, values, indices, input, dim),
    ],
  ]),
);

const variances = Object.fromEntries(
  (["var", "std"] as const).flatMap((kind): [string, Kernel][] => [
    [
      `${kind}.correction`,
      (out: ArrayView, input: ArrayView, dims: Dims, correction: number) =>
        variance(kind, [out], input, dims, correction),
    ],
    [
      `${kind}_mean.correction`,
      (outs: Pair, input: ArrayView, dims: Dims, correction: number) => variance(kind, outs, input, dims, correction),
    ],
  ]),
);

/** Scans `(out, input, dim)`, extremes with their positions, variances and norms `(out, input, dims, ...)`. */
export const scanKernels: Kernels = {
  ...scans,
  ...extremes,
  ...variances,
  _vector_norm: norm,
  count_nonzero: (out: ArrayView, input: ArrayView, dims: Dims) => reduce("count_nonzero", out, input, dims),
};
