import { defineOp } from "../../dispatch/op.ts";
import { int64, scalarTypeName } from "../../dtype/index.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";

function checkLong(name: string, index: Tensor): void {
  if (index.dtype !== int64) {
    throw new RuntimeError(`${name}(): Expected a long tensor for index, but got ${scalarTypeName(index.dtype)}`);
  }
}

defineOp({
  schema: "take(Tensor input, Tensor index) -> Tensor",
  synonyms: { indices: "index" },
  doc: "Elements at `index` of the tensor seen as one dimension; the result has the shape of `index`.",
  kernel: "take",
  check: (input: Tensor, index: Tensor) => {
    checkLong("take", index);
    if (input.numel() === 0 && index.numel() > 0) throw new IndexError("take(): tried to take from an empty tensor");
  },
  meta: (input: Tensor, index: Tensor) => metaLike(input, index.shape),
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], index: Tensor) => g.new_zeros(shape).put(index, g, true),
      "input.shape",
      "index",
    ],
  },
});

defineOp({
  schema: "put(Tensor input, Tensor index, Tensor source, bool accumulate=False) -> Tensor",
  doc: "The tensor with the elements of `source` written (or added, with `accumulate`) at `index`, as `take` counts.",
  inplace: true,
  out: false,
  kernel: "put",
  aliasable: true,
  check: (input: Tensor, index: Tensor, source: Tensor) => {
    checkLong("put_", index);
    if (input.dtype !== source.dtype) {
      throw new RuntimeError(
        `put_(): self and source expected to have the same dtype, but got self.dtype = ${scalarTypeName(input.dtype)} and source.dtype = ${scalarTypeName(source.dtype)}`,
      );
    }
    if (index.numel() !== source.numel()) {
      throw new RuntimeError(
        `put_(): Expected source and index to have the same number of elements, but got source.numel() = ${source.numel()}, index.numel() = ${index.numel()}`,
      );
    }
    if (input.numel() === 0 && index.numel() > 0)
      throw new IndexError("put_(): Tried to put elements into an empty tensor");
  },
  meta: (input: Tensor) => metaLike(input),
  derivative: {
    input: [
      (g: Tensor, index: Tensor, shape: readonly number[], accumulate: boolean) =>
        accumulate ? g : g.put(index, g.new_zeros(shape)),
      "index",
      "source.shape",
      "accumulate",
    ],
    source: [
      (g: Tensor, index: Tensor, shape: readonly number[]) => g.take(index).reshape(shape),
      "index",
      "source.shape",
    ],
  },
});
