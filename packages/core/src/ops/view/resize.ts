import { resizeStorage } from "../../dispatch/allocate.ts";
import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { channelsLastStrides, contiguousStrides, sameShape } from "../../layout.ts";
import { Storage } from "../../storage.ts";
import { Tensor } from "../../tensor/tensor.ts";

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
  synonyms: { tensor: "other", the_template: "other" },
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

defineOp({
  schema:
    "set_.storage(Tensor input, Any source=None, int storage_offset=0, int[]? size=None, int[]? stride=None) -> Tensor",
  doc: "Points this tensor at a storage, or another tensor's, with the given layout; all of it in one dimension without. Without a source it becomes empty.",
  variants: "method",
  out: false,
  decompose: (
    input: Tensor,
    source: unknown,
    storage_offset: number,
    size: readonly number[] | null,
    stride: readonly number[] | null,
  ) => {
    const { dtype } = input;
    if (source === null) {
      const { storage } = input.detach().new_empty([0]);
      input.setLayout(storage, dtype, [0], [1], 0);
      return input;
    }
    const storage = source instanceof Tensor ? source.storage : source;
    if (!(storage instanceof Storage)) throw new TypeError("set_(): argument 'source' must be Tensor or Storage");
    const shape = size ?? [Math.floor(storage.nbytes / dtype.itemsize) - storage_offset];
    const strides = stride === null || stride.length === 0 ? contiguousStrides(shape) : stride;
    const last = shape.reduce((at, n, d) => at + (n - 1) * strides[d]!, storage_offset);
    const needed = shape.includes(0) ? 0 : (last + 1) * dtype.itemsize;
    if (needed > storage.nbytes) {
      throw new RuntimeError(
        `setStorage: sizes [${shape.join(", ")}], strides [${strides.join(", ")}], storage offset ${storage_offset}, and itemsize ${dtype.itemsize} requiring a storage size of ${needed} are out of bounds for storage of size ${storage.nbytes}`,
      );
    }
    input.setLayout(storage, dtype, shape, strides, storage_offset);
    return input;
  },
});
