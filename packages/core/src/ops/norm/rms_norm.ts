import { defineOp } from "../../dispatch/op.ts";
import { finfo } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

defineOp({
  schema: "rms_norm(Tensor input, int[1] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor",
  doc: "The last dimensions divided by their root mean square (Zhang and Sennrich 2019), then scaled.",
  variants: "function",
  out: false,
  check: (input: Tensor, shape: readonly number[]) => {
    const last = input.shape.slice(input.ndim - shape.length);
    if (input.ndim < shape.length || shape.some((s, d) => s !== last[d])) {
      throw new RuntimeError(
        `Given normalized_shape=[${shape.join(", ")}], expected input with shape [*, ${shape.join(", ")}], but got input of size[${input.shape.join(", ")}]`,
      );
    }
  },
  decompose: (input: Tensor, shape: readonly number[], weight: Tensor | null, eps: number | null) => {
    const dims = shape.map((_, d) => d - shape.length);
    const out = input.mul(
      input
        .mul(input)
        .mean(dims, true)
        .add(eps ?? finfo(input.dtype).eps)
        .rsqrt(),
    );
    return weight === null ? out : out.mul(weight);
  },
});
