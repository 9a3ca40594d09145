import { indexValues } from "../../cpu/indices.ts";
import { CPU } from "../../device.ts";
import { transfer } from "../../dispatch/execute.ts";
import { defineOp } from "../../dispatch/op.ts";
import { NotImplementedError, RuntimeError } from "../../errors.ts";
import {
  blockOf,
  compress,
  CompressedTensor,
  type Compression,
  densifiedCompressed,
  entriesAt,
  isBlocked,
  isRows,
} from "../../sparse/compressed.ts";
import { rowNumbers, SparseTensor, unowned, unsupported } from "../../sparse/coo.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";

/** The elements of a gradient that the tensor has a place for. */
const gradAt = (g: Tensor, like: CompressedTensor): Tensor =>
  g instanceof CompressedTensor ? g.entries : entriesAt(g.to_dense(), like);

defineOp({
  schema:
    "_sparse_compressed(Tensor compressed_indices, Tensor plain_indices, Tensor values, int[] size, str kind) -> Tensor",
  doc: "A compressed tensor of checked parts.",
  variants: "internal",
  gradName: "SparseCompressedTensorBackward0",
  decompose: (compressed: Tensor, plain: Tensor, values: Tensor, size: readonly number[], kind: string) => {
    const [a, b] = unowned<[Tensor, Tensor]>(() => [compressed.detach(), plain.detach()]);
    return new CompressedTensor(kind as Compression, a, b, values.detach().contiguous(), size);
  },
  derivative: { values: [(g: Tensor, result: CompressedTensor) => gradAt(g, result), "result"] },
});

defineOp({
  schema: "_compressed_to_dense(Tensor input) -> Tensor",
  doc: "All elements of a compressed tensor.",
  variants: "internal",
  gradName: "ToDenseBackward0",
  decompose: (input: CompressedTensor) => densifiedCompressed(input),
  derivative: {
    input: [(g: Tensor, input: CompressedTensor) => input.withEntries(gradAt(g, input)), "input"],
  },
});

function compressed(input: Tensor, kind: Compression, block: readonly number[], dense_dim: number | null): Tensor {
  if (input instanceof CompressedTensor && input.kind === kind && blockOf(input).join() === block.join()) return input;
  const sparse = !(input instanceof CompressedTensor) && !(input instanceof SparseTensor);
  if (sparse && input.ndim - (dense_dim ?? 0) < 2) {
    throw new RuntimeError(
      `to_sparse_${kind}: the dimensionality of the input must be at least 2, but got ${input.ndim - (dense_dim ?? 0)}`,
    );
  }
  const coordinates: Tensor = callOp("to_sparse", input, sparse ? input.ndim - (dense_dim ?? 0) : null, null, null);
  return compress(coordinates.coalesce(), kind, block as [number, number]);
}

for (const kind of ["csr", "csc", "bsr", "bsc"] as const) {
  const lines = isRows(kind) ? "rows" : "columns";
  const parameter = isBlocked(kind) ? "int[2] blocksize, " : "";
  defineOp({
    schema: `to_sparse_${kind}(Tensor input, ${parameter}int? dense_dim=None) -> Tensor`,
    doc: `This matrix, or batch of matrices, in compressed sparse ${lines}${isBlocked(kind) ? " of blocks" : ""}.`,
    variants: "method",
    out: false,
    ...(kind === "csr" && {
      example:
        'import { eye } from "@tt/core";\nimport "@tt/core/sparse";\neye(2).to_sparse_csr().crow_indices().tolist(); // [0, 1, 2]',
    }),
    decompose: isBlocked(kind)
      ? (input: Tensor, block: readonly number[], dense_dim: number | null) => compressed(input, kind, block, dense_dim)
      : (input: Tensor, dense_dim: number | null) => compressed(input, kind, [1, 1], dense_dim),
  });
}

for (const [name, side, rows, doc] of [
  ["crow_indices", "compressed", true, "Where the entries of each row begin, of a tensor in compressed rows."],
  ["col_indices", "plain", true, "The column of each entry, of a tensor in compressed rows."],
  ["ccol_indices", "compressed", false, "Where the entries of each column begin, of a tensor in compressed columns."],
  ["row_indices", "plain", false, "The row of each entry, of a tensor in compressed columns."],
] as const) {
  const part = (input: Tensor): Tensor => {
    if (!(input instanceof CompressedTensor)) throw unsupported(name, input.is_sparse ? "SparseCPU" : "CPU");
    if (isRows(input.kind) === rows) return input[side];
    throw new RuntimeError(
      `"${name}" expected sparse ${rows ? "row" : "column"} compressed tensor layout but got Sparse${input.kind[0]!.toUpperCase()}${input.kind.slice(1)}`,
    );
  };
  defineOp({ schema: `${name}(Tensor input) -> Tensor`, doc, variants: "method", out: false, decompose: part });
  defineOp({
    schema: `${name}_copy(Tensor input) -> Tensor`,
    doc: `A copy of \`${name}\`.`,
    variants: "function",
    decompose: (input: Tensor) => part(input).clone(),
  });
}

for (const name of ["indices", "values"]) {
  defineOp({
    schema: `${name}_copy(Tensor input) -> Tensor`,
    doc: `A copy of \`${name}\` of a sparse tensor.`,
    variants: "function",
    decompose: (input: Tensor) => callOp(name, input).clone(),
  });
}

/** Products of a sparse and a dense matrix whose results are sparse. */
const sparse = (input: Tensor, name: string): SparseTensor => {
  if (input instanceof SparseTensor) return input;
  if (input instanceof CompressedTensor) return callOp("to_sparse", input, null, null, null) as SparseTensor;
  throw new NotImplementedError(`${name}: expected a sparse tensor, but got a dense one`);
};

/** The rows of a sparse matrix that have entries, in order. */
function usedRows({ coordinates }: SparseTensor): Tensor {
  const rows = new Set(indexValues(transfer(coordinates.select(0, 0), CPU)));
  return rowNumbers(
    [...rows].sort((a, b) => a - b),
    coordinates,
  );
}

defineOp({
  schema: "hspmm(Tensor mat1, Tensor mat2) -> Tensor",
  doc: "Product of a sparse and a dense matrix as a sparse tensor of dense rows: of those in which `mat1` has entries.",
  variants: "function",
  aliases: ["hsmm"],
  out: false,
  decompose: (mat1: Tensor, mat2: Tensor) => {
    const left = sparse(mat1, "hspmm");
    const rows = usedRows(left);
    const values = callOp("mm", left, mat2).index_select(0, rows);
    return callOp("_sparse_coo", rows.unsqueeze(0), values, [mat1.shape[0], mat2.shape[1]], true);
  },
});

defineOp({
  schema: "sspaddmm(Tensor input, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
  doc: "`beta * input + alpha * (mat1 @ mat2)` with sparse `input` and `mat1` as a sparse tensor, not coalesced.",
  aliases: ["saddmm"],
  out: false,
  decompose: (input: Tensor, mat1: Tensor, mat2: Tensor, beta: number, alpha: number) => {
    if (!input.is_sparse || !mat1.is_sparse)
      throw new RuntimeError("tensor.sspaddmm(...) can only be called on sparse tensors");
    const [own, left] = [sparse(input, "sspaddmm"), sparse(mat1, "sspaddmm")];
    const rows = usedRows(left);
    const [count, width] = [rows.shape[0]!, mat2.shape[1]!];
    const columns = rows.new_tensor(Array.from({ length: width }, (_, i) => i)).repeat(count);
    const places = callOp("stack", [rows.repeat_interleave(width), columns], 0);
    const product = callOp("mm", left, mat2).index_select(0, rows).reshape([-1]).mul(alpha);
    const values = callOp("cat", [own._values().mul(beta), product], 0);
    return callOp("_sparse_coo", callOp("cat", [own.coordinates, places], 1), values, [...input.shape], false);
  },
});

defineOp({
  schema: "smm(Tensor input, Tensor mat) -> Tensor",
  doc: "Product of a sparse and a dense matrix as a sparse tensor.",
  out: false,
  decompose: (input: Tensor, mat: Tensor) => {
    const left = sparse(input, "smm");
    const none = new SparseTensor(
      left.coordinates.narrow(1, 0, 0),
      left.entries.narrow(0, 0, 0),
      [input.shape[0]!, mat.shape[1]!],
      true,
    );
    return callOp("sspaddmm", none, left, mat, 0, 1);
  },
});

defineOp({
  schema: "native_norm(Tensor input, Scalar p=2) -> Tensor",
  doc: "The p-norm of the entries of a sparse tensor.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, p: number) => input.norm(p),
});
