import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { filled } from "../creation/factories.ts";
import { viewOf } from "../helpers.ts";
import { slice } from "./select.ts";

const unfoldBackward: Op = defineOp({
  schema: "unfold_backward(Tensor grad_in, int[] input_sizes, int dim, int size, int step) -> Tensor",
  doc: "The windows of `unfold` summed back to where they came from.",
  variants: "internal",
  decompose: (g: Tensor, shape: readonly number[], dim: number, size: number, step: number) => {
    const out = filled(shape, 0, g.dtype, g.device, false);
    if (shape.length === 0) return size === 0 ? out : out.add_(g.reshape([]));
    const at = wrapDim(dim, shape.length);
    const span = (g.shape[at]! - 1) * step + 1;
    for (let k = 0; k < size; k++) (call(slice, [out, at, k, k + span, step]) as Tensor).add_(g.select(-1, k));
    return out;
  },
  derivative: { grad_in: [(g: Tensor, dim, size, step) => g.unfold(dim, size, step), "dim", "size", "step"] },
});

defineOp({
  schema: "unfold(Tensor input, int dimension, int size, int step) -> Tensor",
  doc: "A view of all windows of `size` elements of `dimension`, `step` apart, as a last dimension.",
  variants: "method",
  view: (input: Tensor, dimension: number, size: number, step: number) => {
    const at = wrapDim(dimension, input.ndim);
    const scalar = input.ndim === 0;
    const total = scalar ? 1 : input.shape[at]!;
    const stride = scalar ? 1 : input.strides[at]!;
    if (size < 0) throw new RuntimeError(`size is ${size} but must be >= 0`);
    if (size > total) {
      throw new RuntimeError(`maximum size for tensor at dimension ${at} is ${total} but size is ${size}`);
    }
    if (step <= 0) throw new RuntimeError(`step is ${step} but must be > 0`);
    if (scalar) return viewOf(input, [size], [1]);
    return viewOf(
      input,
      [...input.shape.with(at, Math.floor((total - size) / step) + 1), size],
      [...input.strides.with(at, step * stride), stride],
    );
  },
  derivative: {
    input: [
      (g, shape, dim, size, step) => call(unfoldBackward, [g, shape, dim, size, step]) as Tensor,
      "input.shape",
      "dimension",
      "size",
      "step",
    ],
  },
});
