import { resizeStorage } from "../../dispatch/allocate.ts";
import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { channelsLastStrides, sameShape } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

function resized(input: Tensor, size: readonly number[], memory_format: string | null): Tensor {
  if (input.requires_grad) throw new RuntimeError("cannot resize variables that require grad");
  const negative = size.find((s) => s < 0);
  if (negative !== undefined) {
    throw new RuntimeError(`Trying to create tensor with negative dimension ${negative}: [${size.join(", ")}]`);
  }
  if (!sameShape(input.shape, size)) resizeStorage(input, size);
  if (memory_format === "channels_last" || memory_format === "channels_last_3d") {
    input.setLayout(input.storage, input.dtype, [...size], channelsLastStrides(size), input.offset);
  }
  input.versionCell.version++;
  return input;
}

defineOp({
  schema: "resize_(Tensor input, int... size, *, MemoryFormat? memory_format=None) -> Tensor",
  doc: "Gives this tensor other sizes, growing its memory if needed; new elements are not defined.",
  variants: "method",
  out: false,
  decompose: resized,
});

defineOp({
  schema: "resize_as_(Tensor input, Tensor other, *, MemoryFormat? memory_format=None) -> Tensor",
  doc: "Gives this tensor the sizes of `other`.",
  out: false,
  decompose: (input: Tensor, other: Tensor, memory_format: string | null) => resized(input, other.shape, memory_format),
});

defineOp({
  schema: "resize(Tensor input, int... size) -> Tensor",
  doc: "A view with other sizes of the same number of elements, else an error.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, size: readonly number[]) => input.view(size),
});

defineOp({
  schema: "sum_to_size(Tensor input, int... size) -> Tensor",
  doc: "The tensor summed to a shape that broadcasts to its own.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, size: readonly number[]) => {
    const lead = input.ndim - size.length;
    const fits = lead >= 0 && size.every((s, i) => s === 1 || s === input.shape[i + lead]);
    if (!fits) {
      throw new RuntimeError(`size {[${size.join(", ")}]} is not expandable to size {[${input.shape.join(", ")}]}.`);
    }
    if (size.length === 0) return input.sum();
    const dims = [...input.shape.keys()].filter((d) => d < lead || (size[d - lead] === 1 && input.shape[d] !== 1));
    return dims.length === 0 ? input : input.sum(dims, true).reshape(size);
  },
});

defineOp({
  schema: "set_(Tensor input, Tensor source) -> Tensor",
  doc: "Points this tensor at the memory of `source`, with its sizes and strides.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, source: Tensor) => {
    input.setLayout(source.storage, source.dtype, source.shape, source.strides, source.offset);
    return input;
  },
});
