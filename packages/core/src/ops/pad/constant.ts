import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import type { Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

function padded(input: Tensor, pad: readonly number[], value: Scalar): Tensor {
  if (pad.length % 2 !== 0) throw new RuntimeError(`Length of pad must be even but instead it equals ${pad.length}`);
  if (pad.length / 2 > input.ndim) {
    throw new RuntimeError(
      `Length of pad should be no more than twice the number of dimensions of the input. Pad length is ${pad.length} while the input has ${input.ndim} dimensions.`,
    );
  }
  const before = input.shape.map((_, d) => pad[2 * (input.ndim - 1 - d)] ?? 0);
  const after = input.shape.map((_, d) => pad[2 * (input.ndim - 1 - d) + 1] ?? 0);
  const shape = input.shape.map((s, d) => s + before[d]! + after[d]!);
  shape.forEach((s, d) => {
    if (s >= 0) return;
    throw new RuntimeError(
      `The input size ${input.shape[d]}, plus negative padding ${before[d]} and ${after[d]} resulted in a negative output size, which is invalid. Check dimension ${d} of your input.`,
    );
  });
  const out = input.new_full(shape, value);
  let target = out;
  let source = input;
  input.shape.forEach((s, d) => {
    const size = s + Math.min(before[d]!, 0) + Math.min(after[d]!, 0);
    target = target.narrow(d, Math.max(before[d]!, 0), Math.max(size, 0));
    source = source.narrow(d, Math.max(-before[d]!, 0), Math.max(size, 0));
  });
  target.copy_(source);
  return out;
}

/** Pads or, with negative sizes, crops the last dimensions. */
export const constantPad: Op = defineOp({
  schema: "constant_pad_nd(Tensor input, int[] pad, Scalar value=0) -> Tensor",
  doc: "Pads with `value`: `pad` holds sizes before and after, the last dimension first; negative sizes crop.",
  variants: "function",
  out: false,
  decompose: padded,
  derivative: {
    input: [(g: Tensor, pad: readonly number[]) => call(constantPad, [g, pad.map((p) => -p), 0]) as Tensor, "pad"],
  },
});
