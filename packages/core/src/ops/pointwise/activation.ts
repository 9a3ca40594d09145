import { call } from "../../dispatch/call.ts";
import { type Bound, defineOp } from "../../dispatch/op.ts";
import type { Generator } from "../../random/index.ts";
import { float64, type Scalar, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp, floating, notComplex, zero } from "./formulas.ts";

defineOp({
  schema: "relu(Tensor input) -> Tensor",
  doc: "`max(input, 0)`, element by element.",
  check: (input: Tensor) => {
    if (input.dtype.category === 0) throw new RuntimeError("Boolean inputs not supported for relu");
    notComplex("clamp is not supported for complex types")(input);
  },
  expr: "relu(a)",
  derivative: { input: [(g: Tensor, result: Tensor) => callOp("threshold_backward", g, result, 0), "result"] },
  inplace: "function",
});

defineOp({
  schema: "threshold(Tensor input, Scalar threshold, Scalar value) -> Tensor",
  doc: "`input` where it is greater than `threshold`, else `value`.",
  variants: "function",
  expr: "a <= threshold ? value : a",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, limit: Scalar) => callOp("threshold_backward", g, input, limit),
      "input",
      "threshold",
    ],
  },
  inplace: "function",
});

defineOp({
  schema: "threshold_backward(Tensor grad_output, Tensor input, Scalar threshold) -> Tensor",
  doc: "`grad_output` where `input` is greater than `threshold`, else 0.",
  variants: "internal",
  expr: "b <= threshold ? 0 : a",
  derivative: {
    grad_output: [
      (g: Tensor, input: Tensor, limit: Scalar) => callOp("threshold_backward", g, input, limit),
      "input",
      "threshold",
    ],
    input: zero,
  },
});

defineOp({
  schema: "elu(Tensor input, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor",
  doc: "`scale * input` where positive, else `scale * alpha * expm1(input_scale * input)`.",
  variants: "internal",
  check: floating("elu_cpu"),
  expr: "a > 0 ? a * scale : expm1(a * input_scale) * (alpha * scale)",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, ...scales: Scalar[]) => callOp("elu_backward", g, input, ...scales),
      "input",
      "alpha",
      "scale",
      "input_scale",
    ],
  },
  inplace: true,
});

defineOp({
  schema: "elu_backward(Tensor grad_output, Tensor input, Scalar alpha, Scalar scale, Scalar input_scale) -> Tensor",
  doc: "Gradient of `elu`.",
  variants: "internal",
  expr: "b <= 0 ? a * (input_scale * alpha * scale) * exp(b * input_scale) : a * scale",
  derivative: {
    grad_output: [
      (g: Tensor, input: Tensor, ...scales: Scalar[]) => callOp("elu_backward", g, input, ...scales),
      "input",
      "alpha",
      "scale",
      "input_scale",
    ],
    input: [
      (g: Tensor, grad_output: Tensor, input: Tensor, alpha: number, scale: number, input_scale: number) => {
        const curved = input
          .mul(input_scale)
          .exp()
          .mul(input_scale * input_scale * alpha * scale);
        return g.mul(grad_output).mul(curved).masked_fill(input.gt(0), 0);
      },
      "grad_output",
      "input",
      "alpha",
      "scale",
      "input_scale",
    ],
  },
});

// Klambauer et al., Self-Normalizing Neural Networks (2017).
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

defineOp({
  schema: "selu(Tensor input) -> Tensor",
  doc: "The self-normalising exponential linear unit.",
  variants: "function",
  out: false,
  decompose: (input: Tensor) => callOp("elu", input, SELU_ALPHA, SELU_SCALE, 1),
  inplace: "function",
});

defineOp({
  schema: "celu(Tensor input, Scalar alpha=1) -> Tensor",
  doc: "`input` where positive, else `alpha * expm1(input / alpha)`.",
  variants: "function",
  out: false,
  check: (input: Tensor, alpha: Scalar) => {
    if (alpha === 0) throw new RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU");
    floating("elu_cpu")(input);
  },
  expr: "a > 0 ? a : expm1(a / alpha) * alpha",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, alpha: number) => callOp("elu_backward", g, input, alpha, 1, 1 / alpha),
      "input",
      "alpha",
    ],
  },
  inplace: "function",
});

// PyTorch tells rrelu's evaluation from leaky_relu by the name of its node.
for (const [name, gradName] of [
  ["leaky_relu", "LeakyReluBackward0"],
  ["_rrelu_mean_slope", "RreluWithNoiseBackward0"],
] as const) {
  defineOp({
    schema: `${name}(Tensor input, Scalar negative_slope=0.01) -> Tensor`,
    doc: "`input` where positive, else `negative_slope * input`.",
    variants: "internal",
    gradName,
    check: floating("leaky_relu_cpu"),
    expr: "a > 0 ? a : a * negative_slope",
    derivative: {
      input: [
        (g: Tensor, input: Tensor, slope: Scalar) => callOp("leaky_relu_backward", g, input, slope),
        "input",
        "negative_slope",
      ],
    },
    inplace: true,
  });
}

defineOp({
  schema: "leaky_relu_backward(Tensor grad_output, Tensor input, Scalar negative_slope) -> Tensor",
  doc: "Gradient of `leaky_relu`.",
  variants: "internal",
  expr: "b > 0 ? a : a * negative_slope",
  derivative: {
    grad_output: [
      (g: Tensor, input: Tensor, slope: Scalar) => callOp("leaky_relu_backward", g, input, slope),
      "input",
      "negative_slope",
    ],
    input: zero,
  },
});

defineOp({
  schema: "rrelu_with_noise(Tensor input, Tensor noise) -> Tensor",
  doc: "`input * noise`, the slopes that `rrelu` drew.",
  variants: "internal",
  expr: "a * b",
  derivative: { input: [(g: Tensor, noise: Tensor) => g.mul(noise), "noise"] },
  inplace: true,
});

defineOp({
  schema:
    "rrelu(Tensor input, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, *, Generator? generator=None) -> Tensor",
  doc: "`input` where positive, else `input` times a slope: drawn between `lower` and `upper` in training, else their mean.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, lower: number, upper: number, training: boolean, generator: Generator | null) => {
    if (lower > upper) {
      throw new RuntimeError("Lower bound should be less than or equal to the upper bound");
    }
    if (!training) return callOp("_rrelu_mean_slope", input, (lower + upper) / 2);
    return callOp("rrelu_with_noise", input, slopes(input.detach(), lower, upper, generator));
  },
  inplace: "function",
});

/** 1 for positive elements; for the others a draw each, in row-major order. */
function slopes(input: Tensor, lower: number, upper: number, generator: Generator | null): Tensor {
  const negative = input.le(0);
  const count = negative.sum().item();
  const draws = input.new_empty([count], { dtype: float64 }).uniform_(lower, upper, { generator });
  return input.new_ones(input.shape).masked_scatter(negative, draws.to(input.dtype));
}

defineOp({
  schema: "prelu(Tensor input, Tensor weight) -> Tensor",
  doc: "`input` where positive, else `weight * input`, one weight for all or for each channel (dimension 1).",
  out: false,
  check: (input: Tensor, weight: Tensor) => {
    const count = weight.numel();
    if (input.dtype !== weight.dtype) {
      throw new RuntimeError(`Found dtype ${scalarTypeName(weight.dtype)} but expected ${scalarTypeName(input.dtype)}`);
    }
    if (count > 1) checkChannels(input, count);
    if (weight.ndim > 1) {
      throw new RuntimeError(`prelu: Expected \`weight\` to be a scalar or 1D tensor, but got ndim = ${weight.ndim}`);
    }
  },
  decompose: (input: Tensor, weight: Tensor) => {
    const shape = weight.numel() === 1 ? input.shape.map(() => 1) : input.shape.map((_, d) => (d === 1 ? -1 : 1));
    return call(preluKernel, [input, weight.reshape(shape)] as Bound[]);
  },
});

function checkChannels(input: Tensor, count: number): void {
  if (input.ndim === 0) throw new RuntimeError("Not allow zero-dim input tensor.");
  const channels = input.ndim > 1 ? input.shape[1]! : 1;
  if (channels !== count) {
    throw new RuntimeError(
      `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${count} and channel size = ${channels}.`,
    );
  }
}

const preluKernel = defineOp({
  schema: "_prelu_kernel(Tensor input, Tensor weight) -> Tensor",
  doc: "`prelu` with a weight that broadcasts.",
  variants: "internal",
  gradName: "PreluBackward0",
  expr: "a > 0 ? a : a * b",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, weight: Tensor) => callOp("where", input.gt(0), g, g.mul(weight)),
      "input",
      "weight",
    ],
    weight: [(g: Tensor, input: Tensor) => callOp("where", input.gt(0), 0, g.mul(input)), "input"],
  },
});

/** Nonzero only outside [-lambd, lambd]: the gradient of both shrinkages. */
defineOp({
  schema: "shrink_backward(Tensor grad_output, Tensor input, Scalar lambd) -> Tensor",
  doc: "`grad_output` where `input` lies outside [-lambd, lambd], else 0.",
  variants: "internal",
  expr: "b > lambd || b < -lambd ? a : 0",
  derivative: {
    grad_output: [
      (g: Tensor, input: Tensor, lambd: Scalar) => callOp("shrink_backward", g, input, lambd),
      "input",
      "lambd",
    ],
    input: zero,
  },
});

defineOp({
  schema: "hardshrink(Tensor input, Scalar lambd=0.5) -> Tensor",
  doc: "0 where `input` lies in [-lambd, lambd], else `input`.",
  check: floating("hardshrink_cpu"),
  expr: "a >= -lambd && a <= lambd ? 0 : a",
  derivative: {
    input: [(g: Tensor, input: Tensor, lambd: Scalar) => callOp("shrink_backward", g, input, lambd), "input", "lambd"],
  },
});
