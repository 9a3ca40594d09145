import { callOp, defineOp, floating, unsupported } from "@tt/core/dispatch";
import { RuntimeError, type Tensor } from "@tt/core";

/**
 * Smooth activations. Each has its gradient as an op of its own, so that one pass computes it; that op's
 * derivative is written with tensor ops, for second and higher gradients.
 */

defineOp({
  schema: "silu(Tensor input) -> Tensor",
  doc: "`input * sigmoid(input)`.",
  variants: "internal",
  check: ({ dtype }: Tensor) => {
    if (dtype.category < 2) throw unsupported("silu_cpu", dtype);
  },
  expr: "a * sigmoid(a)",
  derivative: {
    input: [
      (g: Tensor, input: Tensor) => {
        if (input.dtype.is_complex) {
          throw new RuntimeError("silu does not support automatic differentiation for outputs with complex dtype.");
        }
        return callOp("silu_backward", g, input);
      },
      "input",
    ],
  },
  inplace: true,
});

defineOp({
  schema: "silu_backward(Tensor grad_output, Tensor input) -> Tensor",
  doc: "Gradient of `silu`.",
  variants: "internal",
  expr: "s = sigmoid(b); a * (s * (1 + b * (1 - s)))",
  derivative: {
    grad_output: [(g: Tensor, input: Tensor) => callOp("silu_backward", g, input), "input"],
    input: [
      (g: Tensor, grad_output: Tensor, input: Tensor) => {
        const s = input.sigmoid();
        const rest = s.neg().add(1);
        const bend = input.mul(rest.sub(s)).add(2);
        return g.mul(grad_output).mul(s.mul(rest).mul(bend));
      },
      "grad_output",
      "input",
    ],
  },
});

defineOp({
  schema: "mish(Tensor input) -> Tensor",
  doc: "`input * tanh(softplus(input))`.",
  variants: "internal",
  check: floating("mish_cpu"),
  expr: "a * tanh(log1p(exp(a)))",
  derivative: { input: [(g: Tensor, input: Tensor) => callOp("mish_backward", g, input), "input"] },
  inplace: true,
});

defineOp({
  schema: "mish_backward(Tensor grad_output, Tensor input) -> Tensor",
  doc: "Gradient of `mish`.",
  variants: "internal",
  expr: "s = sigmoid(b); t = tanh(log1p(exp(b))); a * (t + b * s * (1 - t * t))",
  derivative: {
    grad_output: [(g: Tensor, input: Tensor) => callOp("mish_backward", g, input), "input"],
    input: [
      (g: Tensor, grad_output: Tensor, input: Tensor) => {
        const s = input.sigmoid();
        const t = callOp("nn_softplus", input, 1, 20).tanh();
        const slope = t.mul(t).neg().add(1);
        const bend = s.mul(s.neg().add(1)).sub(t.mul(s).mul(s).mul(2));
        return g.mul(grad_output).mul(slope.mul(s.mul(2).add(input.mul(bend))));
      },
      "grad_output",
      "input",
    ],
  },
});

defineOp({
  schema: "nn_softplus(Tensor input, float beta=1, float threshold=20) -> Tensor",
  doc: "`log(1 + exp(beta * input)) / beta`, `input` itself where `beta * input` is above `threshold`.",
  namespace: "nn.functional",
  variants: "function",
  gradName: "SoftplusBackward0",
  check: floating("softplus_cpu"),
  expr: "a * beta > threshold ? a : log1p(exp(a * beta)) / beta",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, beta: number, threshold: number) =>
        callOp("softplus_backward", g, input, beta, threshold),
      "input",
      "beta",
      "threshold",
    ],
  },
});

defineOp({
  schema: "softplus_backward(Tensor grad_output, Tensor input, float beta, float threshold) -> Tensor",
  doc: "Gradient of `softplus`.",
  variants: "internal",
  expr: "b * beta > threshold ? a : a * sigmoid(b * beta)",
  derivative: {
    grad_output: [
      (g: Tensor, input: Tensor, beta: number, threshold: number) =>
        callOp("softplus_backward", g, input, beta, threshold),
      "input",
      "beta",
      "threshold",
    ],
    input: [
      (g: Tensor, grad_output: Tensor, input: Tensor, beta: number, threshold: number) => {
        const x = input.mul(beta);
        const s = x.sigmoid();
        return g
          .mul(grad_output)
          .mul(s.mul(s.neg().add(1)).mul(beta))
          .masked_fill(x.gt(threshold), 0);
      },
      "grad_output",
      "input",
      "beta",
      "threshold",
    ],
  },
});

defineOp({
  schema: "nn_logsigmoid(Tensor input) -> Tensor",
  doc: "`log(sigmoid(input))` without underflow.",
  namespace: "nn.functional",
  variants: "function",
  gradName: "LogSigmoidBackward0",
  check: floating("log_sigmoid_cpu"),
  expr: "min(a, 0) - log1p(exp(-abs(a)))",
  derivative: { input: [(g: Tensor, input: Tensor) => callOp("log_sigmoid_backward", g, input), "input"] },
});

defineOp({
  schema: "log_sigmoid_backward(Tensor grad_output, Tensor input) -> Tensor",
  doc: "Gradient of `logsigmoid`.",
  variants: "internal",
  expr: "a * sigmoid(-b)",
  derivative: {
    grad_output: [(g: Tensor, input: Tensor) => callOp("log_sigmoid_backward", g, input), "input"],
    input: [
      (g: Tensor, grad_output: Tensor, input: Tensor) =>
        callOp("sigmoid_backward", g.mul(grad_output), input.neg().sigmoid()).neg(),
      "grad_output",
      "input",
    ],
  },
});

const KAPPA = 0.044715;
const BETA: number = Math.sqrt(2 / Math.PI);
const DENSITY: number = 1 / Math.sqrt(2 * Math.PI);

defineOp({
  schema: 'nn_gelu(Tensor input, str approximate="none") -> Tensor',
  doc: '`input` times the normal distribution function of it; `approximate="tanh"` uses a formula with tanh.',
  namespace: "nn.functional",
  variants: "function",
  gradName: "GeluBackward0",
  check: (input: Tensor, approximate: string) => {
    if (approximate !== "none" && approximate !== "tanh") {
      throw new RuntimeError("approximate argument must be either none or tanh.");
    }
    floating("GeluKernelImpl")(input);
  },
  expr: (_input: Tensor, approximate: string) =>
    approximate === "tanh"
      ? `0.5 * a * (1 + tanh(${BETA} * (a + ${KAPPA} * a * a * a)))`
      : `a * 0.5 * (1 + erf(a * ${Math.SQRT1_2}))`,
  derivative: {
    input: [
      (g: Tensor, input: Tensor, approximate: string) => callOp("gelu_backward", g, input, approximate),
      "input",
      "approximate",
    ],
  },
});

defineOp({
  schema: "gelu_backward(Tensor grad_output, Tensor input, str approximate) -> Tensor",
  doc: "Gradient of `gelu`.",
  variants: "internal",
  expr: (_grad_output: Tensor, _input: Tensor, approximate: string) =>
    approximate === "tanh"
      ? `t = tanh(${BETA} * (b + ${KAPPA} * b * b * b)); a * 0.5 * (1 + t + b * (1 - t * t) * ${BETA} * (1 + ${3 * KAPPA} * b * b))`
      : `a * (0.5 * (1 + erf(b * ${Math.SQRT1_2})) + b * exp(-0.5 * b * b) * ${DENSITY})`,
  derivative: {
    grad_output: [
      (g: Tensor, input: Tensor, approximate: string) => callOp("gelu_backward", g, input, approximate),
      "input",
      "approximate",
    ],
    input: [
      (g: Tensor, grad_output: Tensor, input: Tensor, approximate: string) =>
        g.mul(grad_output).mul(approximate === "tanh" ? tanhBend(input) : normalBend(input)),
      "grad_output",
      "input",
      "approximate",
    ],
  },
});

/** Second derivative of gelu. */
function normalBend(x: Tensor): Tensor {
  const square = x.mul(x);
  return square.mul(-0.5).exp().mul(DENSITY).mul(square.neg().add(2));
}

/** Second derivative of gelu's approximation with tanh. */
function tanhBend(x: Tensor): Tensor {
  const square = x.mul(x);
  const t = x.add(square.mul(x).mul(KAPPA)).mul(BETA).tanh();
  const slope = t.mul(t).neg().add(1);
  const inner = square
    .mul(3 * KAPPA)
    .add(1)
    .mul(BETA);
  const bend = x.mul(6 * KAPPA * BETA).sub(t.mul(inner).mul(inner).mul(2));
  return slope.mul(inner).add(x.mul(slope).mul(bend).mul(0.5));
}
