import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { viewOf } from "../helpers.ts";
import { cat, stack } from "../join/cat.ts";
import { slice } from "./select.ts";

/** The gradients with zeros in place of those that are missing. */
function present(grads: readonly (Tensor | null)[], shapeAt: (i: number) => readonly number[]): Tensor[] {
  const like = grads.find((g) => g !== null)!;
  return grads.map((g, i) => g ?? like.new_zeros(shapeAt(i)));
}

defineOp({
  schema: "unbind.int(Tensor input, int dim=0) -> Tensor[]",
  doc: "Views of the slices along `dim`, without that dimension.",
  view: (input: Tensor, dim: number) => {
    if (input.ndim === 0) throw new IndexError("Dimension specified as 0 but tensor has no dimensions");
    const at = wrapDim(dim, input.ndim);
    const shape = input.shape.toSpliced(at, 1);
    const strides = input.strides.toSpliced(at, 1);
    const step = input.strides[at]!;
    return Array.from({ length: input.shape[at]! }, (_, i) => viewOf(input, shape, strides, input.offset + i * step));
  },
  derivative: {
    input: [
      (grads: readonly (Tensor | null)[], shape: readonly number[], dim: number) =>
        call(stack, [present(grads, () => shape.toSpliced(wrapDim(dim, shape.length), 1)), dim]) as Tensor,
      "input.shape",
      "dim",
    ],
  },
});

function parts(input: Tensor, sizes: readonly number[], dim: number): Tensor[] {
  const stride = input.strides[dim]!;
  let offset = input.offset;
  return sizes.map((size) => {
    const out = viewOf(input, input.shape.with(dim, size), input.strides, offset);
    offset += size * stride;
    return out;
  });
}

/** Sizes of pieces of `step` elements, the last one smaller. */
function equalSizes(total: number, step: number): number[] {
  const count = step === 0 ? 1 : Math.max(Math.ceil(total / step), 1);
  return Array.from({ length: count }, (_, i) => (step === 0 ? 0 : Math.min(step, total - i * step)));
}

function splitSizes(input: Tensor, size: number, dim: number): [number[], number] {
  if (input.ndim === 0) throw new RuntimeError("split expects at least a 1-dimensional tensor");
  if (size < 0) throw new RuntimeError(`split expects split_size be non-negative, but got split_size=${size}`);
  const at = wrapDim(dim, input.ndim);
  const total = input.shape[at]!;
  if (size === 0 && total !== 0) {
    throw new RuntimeError(`split_size can only be 0 if dimension size is 0, but got dimension size of ${total}`);
  }
  return [equalSizes(total, size), at];
}

const joined =
  (sizesOf: (size: number, shape: readonly number[], dim: number) => readonly number[]) =>
  (grads: readonly (Tensor | null)[], shape: readonly number[], size: number, dim: number): Tensor => {
    const at = wrapDim(dim, shape.length);
    const sizes = sizesOf(size, shape, at);
    return call(cat, [present(grads, (i) => shape.with(at, sizes[i]!)), at]) as Tensor;
  };

const split: Op = defineOp({
  schema: "split(Tensor input, int split_size_or_sections, int dim=0) -> Tensor[]",
  synonyms: { tensor: "input", split_size: "split_size_or_sections" },
  doc: "Views of pieces of `split_size_or_sections` elements of `dim` (the last may be smaller), or of the sizes in a list.",
  example:
    'import { arange, split } from "@tt/core";\nsplit(arange(5), 2).map((x) => x.tolist()); // [[0, 1], [2, 3], [4]]',
  view: (input: Tensor, size: number, dim: number) => {
    const [sizes, at] = splitSizes(input, size, dim);
    return parts(input, sizes, at);
  },
  derivative: {
    input: [
      joined((size, shape, dim) => equalSizes(shape[dim]!, size)),
      "input.shape",
      "split_size_or_sections",
      "dim",
    ],
  },
});

function sectionSizes(input: Tensor, sizes: readonly number[], dim: number): number {
  if (input.ndim === 0) throw new RuntimeError("split_with_sizes expects at least a 1-dimensional tensor");
  const at = wrapDim(dim, input.ndim);
  if (sizes.some((s) => s < 0)) {
    throw new RuntimeError(
      `split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=[${sizes.join(", ")}]`,
    );
  }
  if (sizes.reduce((x, y) => x + y, 0) !== input.shape[at]) {
    throw new RuntimeError(
      `split_with_sizes expects split_sizes to sum exactly to ${input.shape[at]} (input tensor's size at dimension ${at}), but got split_sizes=[${sizes.join(", ")}]`,
    );
  }
  return at;
}

const splitWithSizes: Op = defineOp({
  schema: "split_with_sizes(Tensor input, int[] split_sizes, int dim=0) -> Tensor[]",
  doc: "Views of pieces of the given sizes of `dim`.",
  view: (input: Tensor, sizes: readonly number[], dim: number) => parts(input, sizes, sectionSizes(input, sizes, dim)),
  derivative: {
    input: [
      (grads: readonly (Tensor | null)[], shape: readonly number[], sizes: readonly number[], dim: number) => {
        const at = wrapDim(dim, shape.length);
        return call(cat, [present(grads, (i) => shape.with(at, sizes[i]!)), at]) as Tensor;
      },
      "input.shape",
      "split_sizes",
      "dim",
    ],
  },
});

defineOp({
  schema: "split.sizes(Tensor input, int[] split_size_or_sections, int dim=0) -> Tensor[]",
  synonyms: { tensor: "input", split_size: "split_size_or_sections" },
  doc: "Views of pieces of the given sizes of `dim`.",
  decompose: (input: Tensor, sizes: readonly number[], dim: number) => call(splitWithSizes, [input, sizes, dim]),
});

const chunk: Op = defineOp({
  schema: "chunk(Tensor input, int chunks, int dim=0) -> Tensor[]",
  doc: "Views of at most `chunks` equal pieces of `dim`; the last may be smaller.",
  decompose: (input: Tensor, chunks: number, dim: number) => {
    if (input.ndim === 0) throw new RuntimeError("chunk expects at least a 1-dimensional tensor");
    if (chunks <= 0) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
    const total = input.shape[wrapDim(dim, input.ndim)]!;
    const size = Math.floor((total + chunks - 1) / chunks);
    if (size === 0 && total === 0) return call(splitWithSizes, [input, new Array<number>(chunks).fill(0), dim]);
    return call(split, [input, size, dim]);
  },
});

/** Unsafe variants let in-place writes to the pieces pass; here they are the pieces themselves. */
for (const [name, safe, size, synonyms] of [
  ["unsafe_split", split, "int split_size", { tensor: "input", split_size_or_sections: "split_size" }],
  ["unsafe_split_with_sizes", splitWithSizes, "int[] split_sizes", {}],
  ["unsafe_chunk", chunk, "int chunks", {}],
] as const) {
  defineOp({
    schema: `${name}(Tensor input, ${size}, int dim=0) -> Tensor[]`,
    synonyms,
    doc: `As \`${safe.name}\`, for pieces that are the only use of the tensor.`,
    decompose: (...args: unknown[]) => call(safe, args),
  });
}

const slices = (input: Tensor, dim: number, bounds: readonly (readonly [number, number | null])[]): Tensor[] =>
  bounds.map(([start, end]) => call(slice, [input, dim, start, end, 1]) as Tensor);

function sectionsOf(input: Tensor, sections: number, dim: number): Tensor[] {
  if (input.ndim === 0)
    throw new RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  const at = wrapDim(dim, input.ndim);
  if (sections <= 0) throw new RuntimeError(`number of sections must be larger than 0, got ${sections}`);
  const total = input.shape[at]!;
  const least = Math.floor(total / sections);
  let start = 0;
  const bounds = Array.from({ length: sections }, (_, i): [number, number] => {
    const from = start;
    start += least + (i < total % sections ? 1 : 0);
    return [from, start];
  });
  return slices(input, at, bounds);
}

function indicesOf(input: Tensor, indices: readonly number[], dim: number): Tensor[] {
  if (input.ndim === 0)
    throw new RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  const at = wrapDim(dim, input.ndim);
  const bounds = [...indices, null].map((end, i): [number, number | null] => [i === 0 ? 0 : indices[i - 1]!, end]);
  return slices(input, at, bounds);
}

defineOp({
  schema: "tensor_split.sections(Tensor input, int indices_or_sections, int dim=0) -> Tensor[]",
  doc: "Views of `indices_or_sections` nearly equal pieces of `dim`, or of the pieces between the indices of a list.",
  decompose: sectionsOf,
});

defineOp({
  schema: "tensor_split.indices(Tensor input, int[] indices_or_sections, int dim=0) -> Tensor[]",
  doc: "Views of the pieces of `dim` between the indices.",
  decompose: indicesOf,
});

defineOp({
  schema: "tensor_split.tensor_indices_or_sections(Tensor input, Tensor indices_or_sections, int dim=0) -> Tensor[]",
  doc: "Views of the pieces of `dim` between the indices of a tensor.",
  decompose: (input: Tensor, at: Tensor, dim: number) => {
    if (at.dtype.name !== "int64") {
      throw new RuntimeError(
        "tensor_split expected tensor_indices_or_sections to have dtype of long, but got " + at.dtype.name,
      );
    }
    if (at.ndim > 1) {
      throw new RuntimeError(
        `tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor with ${at.ndim} dims`,
      );
    }
    return at.ndim === 0
      ? sectionsOf(input, at.item(), dim)
      : indicesOf(input, (at.tolist() as number[]).map(Number), dim);
  },
});

/** hsplit, vsplit and dsplit: the least rank and the dimension they split. */
const ALONG = [
  ["hsplit", 1, (input: Tensor): number => (input.ndim === 1 ? 0 : 1)],
  ["vsplit", 2, (): number => 0],
  ["dsplit", 3, (): number => 2],
] as const;

for (const [name, rank, dimOf] of ALONG) {
  const check = (input: Tensor): void => {
    if (input.ndim < rank) {
      throw new RuntimeError(
        `torch.${name} requires a tensor with at least ${rank} dimension${rank === 1 ? "" : "s"}, but got a tensor with ${input.ndim} dimensions!`,
      );
    }
  };
  defineOp({
    schema: `${name}.int(Tensor input, int indices_or_sections) -> Tensor[]`,
    synonyms: { split_size_or_sections: "indices_or_sections" },
    doc: `Views of equal pieces of dimension ${rank - 1}, or of the pieces between the indices of a list.`,
    check,
    decompose: (input: Tensor, sections: number) => {
      const dim = dimOf(input);
      if (sections === 0 || input.shape[dim]! % sections !== 0) {
        throw new RuntimeError(
          `torch.${name} attempted to split along dimension ${dim}, but the size of the dimension ${input.shape[dim]} is not divisible by the split_size ${sections}!`,
        );
      }
      return sectionsOf(input, sections, dim);
    },
  });
  defineOp({
    schema: `${name}.array(Tensor input, int[] indices_or_sections) -> Tensor[]`,
    synonyms: { split_size_or_sections: "indices_or_sections" },
    doc: "Views of the pieces between the indices.",
    check,
    decompose: (input: Tensor, indices: readonly number[]) => indicesOf(input, indices, dimOf(input)),
  });
}
