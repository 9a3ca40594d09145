import { call } from "../../dispatch/call.ts";
import { type Bound, defineOp, type Op } from "../../dispatch/op.ts";
import { type DType, scalarTypeName, toReal } from "../../dtype/index.ts";
import { RuntimeError, ValueError } from "../../errors.ts";
import { wrapDims } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { reducedMeta, restoreDims } from "../helpers.ts";
import { callOp } from "../pointwise/formulas.ts";

type Dims = readonly number[] | null;

/** Gradient of a vector norm; 0 where the norm is 0. */
function normBackward(g: Tensor, input: Tensor, p: number, dim: Dims, keepdim: boolean, result: Tensor): Tensor | null {
  if (p === 0) return null;
  const rank = input.ndim;
  const grad = restoreDims(g, dim, keepdim, rank);
  const norm = restoreDims(result, dim, keepdim, rank);
  if (p === 1) return input.sgn().mul(grad);
  if (p === 2) return input.div(norm).masked_fill(norm.eq(0), 0).mul(grad);
  if (!Number.isFinite(p)) {
    const size = input.abs();
    const mask = size.eq(norm).logical_or(size.isnan());
    return input.sgn().mul(grad.div(mask.sum(wrapDims(dim, rank), true)).mul(mask));
  }
  if (p < 1) {
    const scaled = input.sgn().mul(
      input
        .abs()
        .pow(p - 1)
        .masked_fill(input.eq(0), 0),
    );
    return scaled.mul(grad).mul(norm.pow(1 - p));
  }
  const scale = grad.div(norm.pow(p - 1)).masked_fill(norm.eq(0), 0);
  const scaled = p < 2 ? input.sgn().mul(input.abs().pow(p - 1)) : input.mul(input.abs().pow(p - 2));
  return scaled.mul(scale);
}

/** The p-norm over dims, computed in `dtype`. */
const vectorNorm: Op = defineOp({
  schema: "_vector_norm(Tensor input, float p, int[]? dim, bool keepdim, ScalarType? dtype) -> Tensor",
  doc: "The p-norm of vectors.",
  variants: "internal",
  gradName: (args: readonly Bound[]) => (args[4] === null ? "NormBackward1" : "NormBackward3"),
  kernel: "_vector_norm",
  check: (input: Tensor, p: number, dim: Dims, _keepdim: boolean, dtype: DType | null) => {
    const kind = dtype ?? input.dtype;
    if (kind.category < 2) {
      throw new RuntimeError(
        `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${scalarTypeName(kind)}`,
      );
    }
    if (p >= 0 && Number.isFinite(p)) return;
    for (const d of wrapDims(dim, input.ndim)) {
      if (input.shape[d] === 0) {
        throw new RuntimeError(
          `linalg.vector_norm cannot compute the ${p} norm on the dimension ${d} because this dimension is empty and the operation does not have an identity`,
        );
      }
    }
  },
  meta: (input: Tensor, _p: number, dim: Dims, keepdim: boolean, dtype: DType | null) =>
    reducedMeta(input, dim, keepdim, toReal(dtype ?? input.dtype)),
  kernelArgs: (input: Tensor, p: number, dim: Dims, _keepdim: boolean, dtype: DType | null) => [
    dtype === null ? input : input.detach().to(dtype),
    wrapDims(dim, input.ndim),
    p,
  ],
  derivative: {
    input: [
      (g, input: Tensor, p, dim, keepdim, dtype: DType | null, result) =>
        normBackward(g, dtype === null ? input : input.to(dtype), p, dim, keepdim, result),
      "input",
      "p",
      "dim",
      "keepdim",
      "dtype",
      "result",
    ],
  },
});

const norm = (input: Tensor, p: number, dim: Dims, keepdim: boolean, dtype: DType | null): Tensor =>
  call(vectorNorm, [input, p, dim, keepdim, dtype]) as Tensor;

/** The sum of the singular values of matrices over two dims. */
function nuclear(input: Tensor, dim: Dims, keepdim: boolean): Tensor {
  const dims = dim ?? [...input.shape.keys()];
  if (dims.length !== 2) {
    throw new RuntimeError(
      dim === null
        ? `Expected a tensor with 2 dimensions, but got a tensor with ${input.ndim} dimensions instead.`
        : "nuclear norm requires a 'dim' argument of size 2",
    );
  }
  const sum = callOp("linalg_svdvals", input.movedim([...dims], [-2, -1])).sum(-1);
  return keepdim ? [...wrapDims(dims, input.ndim)].reduce((x, d) => x.unsqueeze(d), sum) : sum;
}

defineOp({
  schema: 'norm(Tensor input, Any p="fro", int[1]? dim=None, bool keepdim=False, ScalarType? dtype=None) -> Tensor',
  doc: 'The norm of the elements, or of vectors along `dim`: a number p, "fro" or (of matrices) "nuc".',
  example: 'import { tensor, norm } from "@tt/core";\nnorm(tensor([3, 4])).item(); // 5',
  decompose: (input: Tensor, p: unknown, dim: Dims, keepdim: boolean, dtype: DType | null) => {
    if (p === "fro" || p === null) {
      if (p === "fro" && dtype !== null) throw new ValueError("dtype argument is not supported in frobenius norm");
      return norm(input, 2, dim, keepdim, dtype);
    }
    if (p === "nuc") {
      if (dtype !== null) throw new ValueError("dtype argument is not supported in nuclear norm");
      return nuclear(input, dim, keepdim);
    }
    if (typeof p === "string") throw new RuntimeError(`only valid string values are 'fro' and 'nuc', found ${p}`);
    return norm(input, Number(p), dim, keepdim, dtype);
  },
});

defineOp({
  schema: "frobenius_norm(Tensor input, int[1] dim=[], bool keepdim=False) -> Tensor",
  doc: "The square root of the sum of squares, of all elements or along `dim`.",
  variants: "function",
  decompose: (input: Tensor, dim: readonly number[], keepdim: boolean) => norm(input, 2, dim, keepdim, null),
});

defineOp({
  schema: "nuclear_norm(Tensor input, bool keepdim=False) -> Tensor",
  doc: "The sum of the singular values of a matrix.",
  variants: "function",
  decompose: (input: Tensor, keepdim: boolean) => nuclear(input, null, keepdim),
});

defineOp({
  schema: "nuclear_norm.dim(Tensor input, int[2] dim, bool keepdim=False) -> Tensor",
  doc: "The sums of the singular values of matrices over two dims.",
  variants: "function",
  decompose: nuclear,
});

defineOp({
  schema: "dist(Tensor input, Tensor other, float p=2) -> Tensor",
  doc: "The p-norm of `input - other`.",
  out: false,
  decompose: (input: Tensor, other: Tensor, p: number) =>
    norm(input.detach().sub(other.detach()), p, null, false, null),
  derivative: {
    input: [
      (g, input: Tensor, other: Tensor, p, result) => normBackward(g, input.sub(other), p, null, false, result),
      "input",
      "other",
      "p",
      "result",
    ],
    other: [
      (g, input: Tensor, other: Tensor, p, result) => normBackward(g, input.sub(other), p, null, false, result)?.neg(),
      "input",
      "other",
      "p",
      "result",
    ],
  },
});

defineOp({
  schema: "renorm(Tensor input, float p, int dim, float maxnorm) -> Tensor",
  doc: "The tensor with every slice of `dim` whose p-norm is above `maxnorm` scaled down to it.",
  inplace: true,
  decompose: (input: Tensor, p: number, dim: number, maxnorm: number) => {
    if (p <= 0) throw new RuntimeError("renorm: non-positive-norm not supported");
    if (maxnorm < 0) throw new RuntimeError(`renorm: expected maxnorm to be >= 0 but got ${maxnorm}`);
    if (input.ndim < 2) {
      throw new RuntimeError(`renorm: input needs at least 2 dimensions, got ${input.ndim} dimensions`);
    }
    const [at] = wrapDims([dim], input.ndim);
    const dims = [...input.shape.keys()].filter((d) => d !== at);
    const norms = norm(input, p, dims, true, null);
    return input.mul(callOp("where", norms.gt(maxnorm), norms.add(1e-7).reciprocal().mul(maxnorm), norms.new_ones([])));
  },
});
