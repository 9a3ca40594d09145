import "../../sparse/handle.ts";
import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import {
  asSparse,
  coalesced,
  densified,
  masked,
  sparseDims,
  SparseTensor,
  sparsified,
  unowned,
  unsupported,
} from "../../sparse/coo.ts";
import { CompressedTensor, type Compression, isBlocked, sparseRank, toCoordinates } from "../../sparse/compressed.ts";
import { call } from "../../dispatch/call.ts";
import { callOp } from "../pointwise/formulas.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** A gradient with only the elements that `mask` has a place for. */
const maskedLike = (g: Tensor, mask: SparseTensor): Tensor =>
  g instanceof SparseTensor ? g : masked(g, coalesced(mask));

defineOp({
  schema: "_sparse_coo(Tensor indices, Tensor values, int[] size, bool is_coalesced) -> Tensor",
  doc: "A sparse tensor of checked parts.",
  variants: "internal",
  gradName: "SparseCooTensorWithDimsAndTensorsBackward0",
  decompose: (indices: Tensor, values: Tensor, size: readonly number[], sorted: boolean) =>
    new SparseTensor(
      unowned(() => indices.detach()),
      values.detach().contiguous(),
      size,
      sorted,
    ),
  derivative: {
    values: [(g: Tensor, result: SparseTensor) => maskedAt(g, result), "result"],
  },
});

/** The values that a gradient has at the coordinates of `sparse`, in their order. */
function maskedAt(g: Tensor, sparse: SparseTensor): Tensor {
  return masked(g instanceof SparseTensor ? densified(g) : g, sparse).entries;
}

defineOp({
  schema: "_sparse_to_dense(Tensor input) -> Tensor",
  doc: "All elements of a sparse tensor.",
  variants: "internal",
  gradName: "ToDenseBackward0",
  decompose: (input: SparseTensor) => densified(input),
  derivative: { input: [maskedLike, "input"] },
});

defineOp({
  schema: "to_sparse(Tensor input, int? sparse_dim=None, *, Any? layout=None, Any? blocksize=None) -> Tensor",
  doc: "This tensor in coordinate form, its first `sparse_dim` dimensions (all by default) sparse; or in another `layout`, in blocks of `blocksize`.",
  variants: "method",
  out: false,
  aliases: ["to_sparse_coo"],
  synonyms: { sparseDims: "sparse_dim" },
  example:
    'import { arange } from "@tt/core";\nimport "@tt/core/sparse";\narange(4).to_sparse().indices().tolist(); // [[1, 2, 3]]',
  decompose: (input: Tensor, dims: number | null, layout: string | null, block: readonly [number, number] | null) => {
    const kind = /^torch\.sparse_([bc]s[rc])$/.exec(layout ?? "")?.[1];
    if (kind !== undefined)
      return callOp(`to_sparse_${kind}`, input, ...(isBlocked(kind as Compression) ? [block] : []));
    if (layout === "torch.strided") return input.to_dense();
    return input instanceof CompressedTensor ? toCoordinates(input) : callOp("_to_sparse_coo", input, dims);
  },
});

defineOp({
  schema: "_to_sparse_coo(Tensor input, int? sparse_dim) -> Tensor",
  doc: "A dense tensor in coordinate form.",
  variants: "internal",
  gradName: "ToSparseBackward0",
  decompose: (input: Tensor, given: number | null) => {
    const dims = given ?? input.ndim;
    if (dims < 0 || dims > input.ndim || (dims === 0 && input.ndim > 0)) {
      throw new RuntimeError(`sparse_dim argument must be in [1,${input.ndim}] range, but ${dims} is given`);
    }
    return input instanceof SparseTensor ? input : sparsified(input.detach(), dims);
  },
  derivative: { input: (g: Tensor) => g.to_dense() },
});

defineOp({
  schema: "coalesce(Tensor input) -> Tensor",
  doc: "The same sparse tensor with its entries sorted and those at the same place added.",
  variants: "method",
  out: false,
  example:
    'import { sparse_coo_tensor } from "@tt/core/sparse";\nsparse_coo_tensor([[1, 0, 1]], [2, 3, 4], [2]).coalesce().values().tolist(); // [3, 6]',
  decompose: (input: Tensor) => coalesced(asSparse(input, "coalesce")),
  derivative: { input: (g: Tensor) => g },
});

defineOp({
  schema: "values(Tensor input) -> Tensor",
  doc: "The entries of a coalesced sparse tensor, [nnz, ...dense dimensions].",
  variants: "method",
  out: false,
  decompose: (input: Tensor) => {
    if (input instanceof CompressedTensor) return input.entries.detach();
    const sparse = asSparse(input, "values");
    if (!sparse.sorted)
      throw new RuntimeError("Cannot get values on an uncoalesced tensor, please call .coalesce() first");
    return sparse.entries.detach();
  },
  derivative: {
    input: [
      (g: Tensor, input: SparseTensor | CompressedTensor) =>
        input instanceof CompressedTensor
          ? input.withEntries(g)
          : new SparseTensor(input.coordinates, g, input.shape, true),
      "input",
    ],
  },
});

defineOp({
  schema: "sparse_mask(Tensor input, Tensor mask) -> Tensor",
  doc: "The elements of this dense tensor at the coordinates of a coalesced sparse tensor.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, mask: Tensor) => {
    const places = asSparse(mask, "sparse_mask");
    if (!places.sorted) throw new RuntimeError("sparse_mask: mask is uncoalesced");
    if (input.shape.join() !== mask.shape.join())
      throw new RuntimeError("sparse_mask(): operands have incompatible sizes");
    return masked(input.detach(), places);
  },
  derivative: { input: (g: Tensor) => g.to_dense() },
});

/** Parts and counts, which are no functions of differentiable things. */
const parts: readonly (readonly [name: string, returns: string, doc: string, of: (sparse: SparseTensor) => unknown])[] =
  [
    ["indices", "Tensor", "Coordinates of a coalesced sparse tensor, int64 [sparse dimensions, nnz].", indicesOf],
    [
      "_indices",
      "Tensor",
      "Coordinates of the entries, in the order they were given.",
      ({ coordinates }) => coordinates,
    ],
    ["_values", "Tensor", "The entries, in the order they were given.", ({ entries }) => entries.detach()],
    ["_nnz", "int", "Number of entries.", ({ entries }) => entries.shape[0]!],
    ["sparse_dim", "int", "Number of dimensions that entries have coordinates for.", sparseDims],
    ["dense_dim", "int", "Number of dimensions of each entry.", (sparse) => sparse.ndim - sparseDims(sparse)],
  ];

function ofCompressed(input: CompressedTensor, name: string): unknown {
  const counts: Readonly<Record<string, unknown>> = {
    _values: input.entries.detach(),
    _nnz: input.plain.shape.at(-1),
    sparse_dim: 2,
    dense_dim: input.ndim - sparseRank(input),
  };
  if (counts[name] === undefined) throw unsupported(name, "SparseCsrCPU");
  return counts[name];
}

function indicesOf({ sorted, coordinates }: SparseTensor): Tensor {
  if (!sorted) throw new RuntimeError("Cannot get indices on an uncoalesced tensor, please call .coalesce() first");
  return coordinates;
}

for (const [name, returns, doc, of] of parts) {
  defineOp({
    schema: `${name}(Tensor input) -> ${returns}`,
    doc,
    variants: "method",
    out: false,
    decompose: (input: Tensor) =>
      input instanceof CompressedTensor ? ofCompressed(input, name) : of(asSparse(input, name)),
  });
}

/** The gradient of `embedding({ sparse: true })`: the rows that were read, with what arrived for them. */
const rows = defineOp({
  schema: "embedding_sparse_backward(Tensor grad_output, Tensor indices, int num_weights, int padding_idx) -> Tensor",
  doc: "Gradient of `embedding` as a sparse tensor of rows.",
  variants: "internal",
  decompose: (grad: Tensor, indices: Tensor, count: number, padding: number) => {
    const width = grad.shape.at(-1)!;
    let places = indices.reshape([1, -1]);
    let values = grad.reshape([-1, width]);
    if (padding >= 0) {
      const kept = places.reshape([-1]).ne(padding).nonzero().reshape([-1]);
      values = values.index_select(0, kept);
      places = places.index_select(1, kept);
    }
    return new SparseTensor(
      unowned(() => places.long().clone()),
      values.contiguous(),
      [count, width],
      false,
    );
  },
});

export function embeddingSparseBackward(grad: Tensor, indices: Tensor, count: number, padding: number): Tensor {
  return call(rows, [grad, indices, count, padding]) as Tensor;
}
