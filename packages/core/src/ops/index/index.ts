import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { bool, int32, int64, scalarTypeName, uint8 } from "../../dtype/index.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { broadcastPair, sameShape } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

type Indices = readonly (Tensor | null)[];

/** The shape index tensors broadcast to. */
function indexShape(indices: Indices): readonly number[] {
  let shape: readonly number[] | null = null;
  for (const index of indices) {
    if (index === null) continue;
    try {
      shape = shape === null ? index.shape : broadcastPair(shape, index.shape);
    } catch {
      const shapes = indices.filter((i) => i !== null).map((i) => `[${i.shape.join(", ")}]`);
      throw new IndexError(
        `shape mismatch: indexing tensors could not be broadcast together with shapes ${shapes.join(", ")}`,
      );
    }
  }
  return shape ?? [];
}

/** Shape of `input` indexed: index dimensions take the place of the first indexed one if all are neighbours, else lead. */
function indexedShape(input: Tensor, indices: Indices): number[] {
  const used = [...indices.keys()].filter((i) => indices[i] !== null);
  const rest = input.shape.filter((_, d) => !used.includes(d));
  const together = used.every((d, i) => i === 0 || d === used[i - 1]! + 1);
  const at = together ? (used[0] ?? 0) : 0;
  return rest.toSpliced(at, 0, ...indexShape(indices));
}

/** Masks become the positions of their true elements; every index is an int64 tensor on the input's device. */
function expandIndices(input: Tensor, indices: Indices): Indices {
  const out: (Tensor | null)[] = [];
  for (const index of indices) {
    if (index === null || index.dtype === int64) out.push(index);
    else if (index.dtype === bool || index.dtype === uint8) {
      for (let d = 0; d < index.ndim; d++) {
        if (index.shape[d] !== input.shape[out.length + d]) {
          throw new IndexError(
            `The shape of the mask [${index.shape.join(", ")}] at index ${d} does not match the shape of the indexed tensor [${input.shape.join(", ")}] at index ${out.length + d}`,
          );
        }
      }
      out.push(...index.nonzero().unbind(1));
    } else if (index.dtype === int32) out.push(index.to(int64));
    else throw new IndexError("tensors used as indices must be long, int, byte or bool tensors");
  }
  if (out.length > input.ndim) {
    throw new IndexError(`too many indices for tensor of dimension ${input.ndim} (got ${out.length})`);
  }
  return out.map((index) => (index === null || index.device === input.device ? index : index.to(input.device)));
}

const takeIndices: Op = defineOp({
  schema: "_index(Tensor input, Tensor?[] indices) -> Tensor",
  doc: "Elements at int64 index tensors, one per leading dimension.",
  variants: "internal",
  kernel: "index_get",
  meta: (input: Tensor, indices: Indices) => ({ shape: indexedShape(input, indices), dtype: input.dtype }),
});

export const index: Op = defineOp({
  schema: "index(Tensor input, Tensor?[] indices) -> Tensor",
  doc: "Elements at index tensors or masks, one per leading dimension; null takes all of a dimension.",
  variants: "internal",
  decompose: (input: Tensor, indices: Indices) => call(takeIndices, [input, expandIndices(input, indices)]),
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], indices: Indices) =>
        call(indexPut, [g.new_zeros(shape), indices, g, true]) as Tensor,
      "input.shape",
      "indices",
    ],
  },
});

export const indexPut: Op = defineOp({
  schema: "index_put(Tensor input, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor",
  doc: "The tensor with `values` written (or added, with `accumulate`) at index tensors or masks.",
  inplace: "function",
  out: false,
  kernel: "index_put",
  aliasable: true,
  // Indices may be elsewhere.
  anyDevice: true,
  meta: (input: Tensor) => ({ shape: input.shape, dtype: input.dtype }),
  check: (input: Tensor, _indices: Indices, values: Tensor) => {
    if (values.ndim > 0 && values.device !== input.device) {
      throw new RuntimeError(
        `Expected all tensors to be on the same device, but found at least two devices, ${String(input.device)} and ${String(values.device)}!`,
      );
    }
    if (input.dtype !== values.dtype) {
      throw new RuntimeError(
        `Index put requires the source and destination dtypes match, got ${scalarTypeName(input.dtype)} for the destination and ${scalarTypeName(values.dtype)} for the source.`,
      );
    }
  },
  kernelArgs: (input: Tensor, indices: Indices, values: Tensor, accumulate: boolean) => {
    const expanded = expandIndices(input, indices);
    const shape = indexedShape(input, expanded);
    return [input, expanded, broadcastValues(values, shape), accumulate];
  },
  derivative: {
    input: [
      (g: Tensor, indices: Indices, shape: readonly number[], accumulate: boolean) =>
        accumulate ? g : (call(indexPut, [g, indices, g.new_zeros(shape), false]) as Tensor),
      "indices",
      "values.shape",
      "accumulate",
    ],
    values: [(g: Tensor, indices: Indices) => call(index, [g, indices]) as Tensor, "indices"],
  },
});

function broadcastValues(values: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(values.shape, shape)) return values;
  try {
    return values.detach().expand(shape);
  } catch {
    throw new RuntimeError(
      `shape mismatch: value tensor of shape [${values.shape.join(", ")}] cannot be broadcast to indexing result of shape [${shape.join(", ")}]`,
    );
  }
}
