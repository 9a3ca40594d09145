import { defineOp } from "../../dispatch/op.ts";
import type { DType } from "../../dtype/index.ts";
import { callOp } from "../pointwise/formulas.ts";
import { asSparse, coalesced, coordinatesOf, placesOf, sparseDims, SparseTensor } from "../../sparse/coo.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** The gradient of a sparse factor: only where it has entries. */
const forSparse = (g: Tensor, factor: Tensor): Tensor =>
  factor instanceof SparseTensor ? g.sparse_mask(factor.coalesce()) : g;

defineOp({
  schema: "sparse_mm(Tensor mat1, Tensor mat2) -> Tensor",
  doc: "Product of a sparse and a dense matrix; gradients of sparse factors are sparse.",
  namespace: "sparse",
  variants: "function",
  out: false,
  example:
    'import { eye, ones } from "@tt/core";\nimport { mm } from "@tt/core/sparse";\nmm(eye(2).to_sparse(), ones(2, 1)).tolist(); // [[1], [1]]',
  gradName: "SparseAddmmBackward0",
  decompose: (mat1: Tensor, mat2: Tensor) => callOp("mm", mat1, mat2),
  derivative: {
    mat1: [(g: Tensor, a: Tensor, b: Tensor) => forSparse(g.mm(b.to_dense().t()), a), "mat1", "mat2"],
    mat2: [(g: Tensor, a: Tensor, b: Tensor) => forSparse(callOp("mm", a.t(), g), b), "mat1", "mat2"],
  },
});

defineOp({
  schema: "sparse_addmm(Tensor mat, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
  doc: "`beta * mat + alpha * (mat1 @ mat2)` with a sparse `mat1`.",
  namespace: "sparse",
  variants: "function",
  out: false,
  decompose: (mat: Tensor, mat1: Tensor, mat2: Tensor, beta: number, alpha: number) =>
    mat.mul(beta).add(callOp("sparse_mm", mat1, mat2).mul(alpha)),
});

defineOp({
  schema: "sparse_sum(Tensor input, int[1]? dim=None, *, ScalarType? dtype=None) -> Tensor",
  doc: "Sum of a sparse tensor: of everything, or over dimensions, sparse as long as a sparse one is left.",
  namespace: "sparse",
  variants: "function",
  out: false,
  gradName: "SparseSumBackward0",
  decompose: (input: Tensor, dim: readonly number[] | null, dtype: DType | null) => {
    const sparse = asSparse(input, "_sparse_sum");
    const summed = reduced(sparse, dim ?? sparse.shape.map((_, d) => d));
    return dtype === null ? summed : summed.to(dtype);
  },
  derivative: {
    input: [
      (g: Tensor, input: SparseTensor, dim: readonly number[] | null) => {
        const shape = input.shape.map((size, d) => (normal(input, dim).includes(d) ? 1 : size));
        return g.to_dense().reshape(shape).expand(input.shape).sparse_mask(coalesced(input));
      },
      "input",
      "dim",
    ],
  },
});

function normal({ shape }: Tensor, dim: readonly number[] | null): readonly number[] {
  return dim === null ? shape.map((_, d) => d) : dim.map((d) => (d < 0 ? d + shape.length : d));
}

function reduced(input: SparseTensor, dim: readonly number[]): Tensor {
  const dims = sparseDims(input);
  const gone = normal(input, dim);
  const inner = gone.filter((d) => d >= dims).map((d) => d - dims + 1);
  const entries = inner.length === 0 ? input.entries : input.entries.sum(inner);
  const left = input.shape.map((_, d) => d).filter((d) => d < dims && !gone.includes(d));
  if (left.length === 0) return entries.sum(0);
  const coordinates = coordinatesOf(placesOf(input), input.shape.slice(0, dims), input.coordinates);
  const kept = left.map((d) => coordinates.select(0, d));
  const shape = input.shape.filter((_, d) => !gone.includes(d));
  return coalesced(new SparseTensor(callOp("stack", kept, 0), entries, shape, false));
}

for (const name of ["softmax", "log_softmax"] as const) {
  defineOp({
    schema: `sparse_${name}(Tensor input, int dim, *, ScalarType? dtype=None) -> Tensor`,
    doc: `\`${name}\` over the entries of a sparse tensor along \`dim\`; elements without an entry take no part.`,
    namespace: "sparse",
    variants: "function",
    out: false,
    decompose: (input: Tensor, dim: number, dtype: DType | null) => {
      const sparse = coalesced(asSparse(input, `_sparse_${name}`));
      const dense = dtype === null ? sparse : (sparse.to(dtype) as SparseTensor);
      const there = new SparseTensor(dense.coordinates, callOp("ones_like", dense.entries), dense.shape, true)
        .to_dense()
        .ne(0);
      const result = dense.to_dense().masked_fill(there.logical_not(), -Infinity);
      return callOp(name, result, dim, null).sparse_mask(dense);
    },
  });
}
