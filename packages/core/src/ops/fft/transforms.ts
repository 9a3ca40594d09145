import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { toComplex, toReal } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";

type Dims = readonly number[];

export const c2c: Op = defineOp({
  schema: "_fft_c2c(Tensor input, int[] dim, float scale, bool forward) -> Tensor",
  doc: "The discrete Fourier transform over `dim`, or without sign in the exponent its adjoint, times `scale`.",
  variants: "internal",
  gradName: "FftC2CBackward0",
  kernel: "_fft_c2c",
  meta: (input: Tensor) => ({ shape: input.shape, dtype: input.dtype }),
  derivative: {
    input: [
      (g: Tensor, dim: Dims, scale: number, forward: boolean) => call(c2c, [g, dim, scale, !forward]) as Tensor,
      "dim",
      "scale",
      "forward",
    ],
  },
});

export const r2c: Op = defineOp({
  schema: "_fft_r2c(Tensor input, int[] dim, float scale) -> Tensor",
  doc: "The transform of real values; the last of `dim` keeps its first half.",
  variants: "internal",
  gradName: "FftR2CBackward0",
  kernel: "_fft_r2c",
  meta: (input: Tensor, dim: Dims) => ({
    shape: input.shape.with(dim.at(-1)!, Math.floor(input.shape[dim.at(-1)!]! / 2) + 1),
    dtype: toComplex(input.dtype),
  }),
  derivative: {
    input: [
      (g: Tensor, dim: Dims, scale: number, shape: readonly number[]) => {
        const last = dim.at(-1)!;
        const rest = shape[last]! - g.shape[last]!;
        const full = rest === 0 ? g : callOp("cat", [g, g.new_zeros(g.shape.with(last, rest))], last);
        return callOp("real", call(c2c, [full, dim, scale, false]));
      },
      "dim",
      "scale",
      "input.shape",
    ],
  },
});

export const c2r: Op = defineOp({
  schema: "_fft_c2r(Tensor input, int[] dim, float scale, int last_dim_size) -> Tensor",
  doc: "The real values whose spectrum has `input` as its first half along the last of `dim`.",
  variants: "internal",
  gradName: "FftC2RBackward0",
  kernel: "_fft_c2r",
  kernelArgs: (input: Tensor, dim: Dims, scale: number) => [input, dim, scale],
  meta: (input: Tensor, dim: Dims, _scale: number, size: number) => ({
    shape: input.shape.with(dim.at(-1)!, size),
    dtype: toReal(input.dtype),
  }),
  derivative: {
    input: [
      (g: Tensor, dim: Dims, scale: number) => {
        const last = dim.at(-1)!;
        const half = call(r2c, [g, dim, scale]) as Tensor;
        // Entries that stand for their mirror image too count twice.
        const twice = g.shape[last]! - half.shape[last]!;
        if (twice === 0) return half;
        const parts = [half.narrow(last, 0, 1), half.narrow(last, 1, twice).mul(2)];
        const rest = half.shape[last]! - 1 - twice;
        if (rest > 0) parts.push(half.narrow(last, 1 + twice, rest));
        return callOp("cat", parts, last);
      },
      "dim",
      "scale",
    ],
  },
});
