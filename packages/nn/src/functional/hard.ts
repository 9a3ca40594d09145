import { callOp, defineOp, floating, zero } from "@tt/core/dispatch";
import { RuntimeError, type Scalar, type Tensor } from "@tt/core";

/** Activations of straight pieces: their second derivatives are zero. */

defineOp({
  schema: "hardtanh(Tensor input, Scalar min_val=-1, Scalar max_val=1) -> Tensor",
  doc: "`input` limited to `min_val` ... `max_val`.",
  variants: "internal",
  check: ({ dtype }: Tensor, min_val: number) => {
    if (dtype.category === 0) throw new RuntimeError("Bool inputs not supported for hardtanh");
    if (dtype.name === "uint8" && min_val < 0) {
      throw new RuntimeError("cannot do hardtanh on an unsigned type with negative limits");
    }
  },
  expr: "min(max(a, min_val), max_val)",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, min_val: Scalar, max_val: Scalar) =>
        callOp("hardtanh_backward", g, input, min_val, max_val),
      "input",
      "min_val",
      "max_val",
    ],
  },
  inplace: true,
});

defineOp({
  schema: "hardtanh_backward(Tensor grad_output, Tensor input, Scalar min_val, Scalar max_val) -> Tensor",
  doc: "`grad_output` strictly between the limits, else 0.",
  variants: "internal",
  expr: "b > min_val && b < max_val ? a : 0",
  derivative: {
    grad_output: [
      (g: Tensor, input: Tensor, min_val: Scalar, max_val: Scalar) =>
        callOp("hardtanh_backward", g, input, min_val, max_val),
      "input",
      "min_val",
      "max_val",
    ],
    input: zero,
  },
});

defineOp({
  schema: "hardsigmoid(Tensor input) -> Tensor",
  doc: "`relu6(input + 3) / 6`.",
  variants: "internal",
  check: floating("hardsigmoid_cpu"),
  expr: "min(max(a + 3, 0), 6) / 6",
  derivative: { input: [(g: Tensor, input: Tensor) => callOp("hardsigmoid_backward", g, input), "input"] },
  inplace: true,
});

defineOp({
  schema: "hardsigmoid_backward(Tensor grad_output, Tensor input) -> Tensor",
  doc: "Gradient of `hardsigmoid`.",
  variants: "internal",
  expr: "b > -3 && b < 3 ? a / 6 : 0",
  derivative: {
    grad_output: [(g: Tensor, input: Tensor) => callOp("hardsigmoid_backward", g, input), "input"],
    input: zero,
  },
});

defineOp({
  schema: "hardswish(Tensor input) -> Tensor",
  doc: "`input * relu6(input + 3) / 6`.",
  variants: "internal",
  check: floating("hardswish_cpu"),
  expr: "a * min(max(a + 3, 0), 6) / 6",
  derivative: { input: [(g: Tensor, input: Tensor) => callOp("hardswish_backward", g, input), "input"] },
  inplace: true,
});

defineOp({
  schema: "hardswish_backward(Tensor grad_output, Tensor input) -> Tensor",
  doc: "Gradient of `hardswish`.",
  variants: "internal",
  expr: "b < -3 ? 0 : (b > 3 ? a : a * (b / 3 + 0.5))",
  derivative: {
    grad_output: [(g: Tensor, input: Tensor) => callOp("hardswish_backward", g, input), "input"],
    input: [
      (g: Tensor, grad_output: Tensor, input: Tensor) =>
        g
          .mul(grad_output)
          .div(3)
          .masked_fill(input.lt(-3).logical_or(input.gt(3)), 0),
      "grad_output",
      "input",
    ],
  },
});

defineOp({
  schema: "nn_softshrink(Tensor input, float lambd=0.5) -> Tensor",
  doc: "`input` moved toward 0 by `lambd`, 0 within.",
  namespace: "nn.functional",
  variants: "function",
  gradName: "SoftshrinkBackward0",
  check: (input: Tensor, lambd: number) => {
    if (lambd < 0) {
      throw new RuntimeError(`lambda must be greater or equal to 0, but found to be ${lambd}.`);
    }
    floating("softshrink_cpu")(input);
  },
  expr: "a > lambd ? a - lambd : (a < -lambd ? a + lambd : 0)",
  derivative: {
    input: [(g: Tensor, input: Tensor, lambd: number) => callOp("shrink_backward", g, input, lambd), "input", "lambd"],
  },
});
