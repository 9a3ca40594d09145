import { defineOp } from "../../dispatch/op.ts";
import { bool, scalarTypeName, uint8 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { broadcastPair } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

defineOp({
  schema: "masked_select(Tensor input, Tensor mask) -> Tensor",
  doc: "The elements where the mask is true, in one dimension; both are broadcast.",
  kernel: "masked_select",
  check: (_input: Tensor, mask: Tensor) => {
    if (mask.dtype !== bool && mask.dtype !== uint8) {
      throw new RuntimeError("masked_select: expected BoolTensor or ByteTensor for mask");
    }
  },
  kernelArgs: (input: Tensor, mask: Tensor) => [input, mask, broadcastPair(mask.shape, input.shape)],
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], mask: Tensor) => {
        const all = broadcastPair(shape, mask.shape);
        return g.new_zeros(all).masked_scatter(mask, g);
      },
      "input.shape",
      "mask",
    ],
  },
});

defineOp({
  schema: "masked_scatter(Tensor input, Tensor mask, Tensor source) -> Tensor",
  synonyms: { tensor: "source" },
  doc: "The tensor with elements of `source`, in order, where the mask is true; mask and tensor are broadcast.",
  inplace: true,
  out: false,
  kernel: "masked_scatter",
  aliasable: true,
  check: (input: Tensor, mask: Tensor, source: Tensor) => {
    if (input.dtype !== source.dtype) {
      throw new RuntimeError(
        `masked_scatter: expected self and source to have same dtypes but got${scalarTypeName(input.dtype)} and ${scalarTypeName(source.dtype)}`,
      );
    }
    if (mask.dtype !== bool && mask.dtype !== uint8) {
      throw new RuntimeError(
        `masked_scatter_ only supports boolean masks, but got mask with dtype ${scalarTypeName(mask.dtype)}`,
      );
    }
  },
  meta: (input: Tensor, mask: Tensor) => ({ shape: broadcastPair(mask.shape, input.shape), dtype: input.dtype }),
  derivative: {
    input: [(g: Tensor, mask: Tensor) => g.masked_fill(mask, 0), "mask"],
    source: [
      (g: Tensor, mask: Tensor, shape: readonly number[]) => {
        const used = g.masked_select(mask);
        const total = shape.reduce((x, y) => x * y, 1);
        const all = used.numel() === total ? used : g.new_zeros([total]).slice_scatter(used, 0, 0, used.numel());
        return all.reshape(shape);
      },
      "mask",
      "source.shape",
    ],
  },
});
