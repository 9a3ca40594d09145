import { is_tensor, type Tensor } from "@tt/core";
import { call } from "@tt/core/dispatch";
import { batchedBy } from "../batched.ts";
import type { Rule } from "../rules.ts";
import { forAll, valueOf, valuesOf } from "./shared.ts";

/** [batch, n, ...] as [batch * n, ...]. */
const fold = (value: Tensor): Tensor => value.reshape([value.shape[0]! * value.shape[1]!, ...value.shape.slice(2)]);

const unfold = (size: number, result: unknown): unknown =>
  Array.isArray(result)
    ? result.map((item: Tensor) => unfold(size, item))
    : (result as Tensor).reshape([size, -1, ...(result as Tensor).shape.slice(1)]);

/** Ops on [n, channels, ...sizes]: examples become more of n. */
function planes(dims: number): Rule {
  return (layer, op, args) => {
    const first = args[op.tensorArgs[0]!] as Tensor;
    const out = valuesOf(layer, args);
    const at = op.schema.params.findIndex((p) => p.name === "input_shape");
    const shape = at < 0 ? null : (args[at] as number[]);
    if (first.ndim === dims + 1) {
      // One image an example: the batch is n.
      return call(op, shape === null ? out : out.with(at, [layer.size, ...shape]));
    }
    if (first.ndim !== dims + 2) return null;
    const folded = out.map((arg) => (is_tensor(arg) ? fold(arg) : arg));
    const sizes = shape === null ? folded : folded.with(at, [layer.size * shape[0]!, ...shape.slice(1)]);
    return unfold(layer.size, call(op, sizes));
  };
}

type Convolution = [
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride: number[],
  padding: number[],
  dilation: number[],
  transposed: boolean,
  output_padding: number[],
  groups: number,
];

/** Weights of their own for each example make as many groups. */
const convolution: Rule = (layer, op, args) => {
  const [input, weight, bias, ...rest] = args as Convolution;
  if (input.ndim !== weight.ndim) return null;
  if (!batchedBy(weight, layer) && (bias === null || !batchedBy(bias, layer))) {
    return unfold(layer.size, call(op, [fold(valueOf(layer, input)), weight, bias, ...rest]));
  }
  const values = valueOf(layer, input).transpose(0, 1);
  const [n, , channels] = values.shape as [number, number, number];
  const side = values.reshape([n, layer.size * channels, ...values.shape.slice(3)]);
  const groups = layer.size * rest[5];
  const biases = bias === null ? null : valueOf(layer, bias).reshape([-1]);
  const out = call(op, [side, fold(valueOf(layer, weight)), biases, ...rest.slice(0, 5), groups]) as Tensor;
  return out.reshape([n, layer.size, -1, ...out.shape.slice(2)]).transpose(0, 1);
};

const layerNorm: Rule = (layer, op, args) => {
  const [input, , weight, bias] = args as [Tensor, number[], Tensor | null, Tensor | null];
  if (batchedBy(weight, layer) || batchedBy(bias, layer)) return null;
  return call(op, args.with(0, valueOf(layer, input)));
};

/** One table for all examples. */
const embedding: Rule = (layer, op, args) => {
  const [weight, indices] = args as [Tensor, Tensor];
  return batchedBy(weight, layer) ? null : call(op, args.with(1, valueOf(layer, indices)));
};

export const neuralRules: Record<string, Rule> = {
  ...forAll(
    "avg_pool2d max_pool2d_with_indices _adaptive_avg_pool2d adaptive_max_pool2d _avg_pool2d_backward _adaptive_avg_pool2d_backward",
    planes(2),
  ),
  ...forAll(
    "avg_pool3d max_pool3d_with_indices _adaptive_avg_pool3d adaptive_max_pool3d _avg_pool3d_backward _adaptive_avg_pool3d_backward",
    planes(3),
  ),
  convolution,
  native_layer_norm: layerNorm,
  embedding,
};
