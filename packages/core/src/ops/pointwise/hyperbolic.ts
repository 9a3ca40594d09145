import { defineOp } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { callOp } from "./formulas.ts";

defineOp({
  schema: "sinh(Tensor input) -> Tensor",
  doc: "The hyperbolic sine.",
  expr: "sinh(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(conj(input.cosh())), "input"] },
  inplace: "function",
});

defineOp({
  schema: "cosh(Tensor input) -> Tensor",
  doc: "The hyperbolic cosine.",
  expr: "cosh(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(conj(input.sinh())), "input"] },
  inplace: "function",
});

defineOp({
  schema: "tanh(Tensor input) -> Tensor",
  doc: "The hyperbolic tangent.",
  expr: "tanh(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => callOp("tanh_backward", g, result), "result"] },
  inplace: "function",
});

defineOp({
  schema: "tanh_backward(Tensor grad_output, Tensor output) -> Tensor",
  doc: "Gradient of `tanh` from its result.",
  variants: "internal",
  expr: "a * conj(1 - b * b)",
  derivative: {
    grad_output: [(g: Tensor, output: Tensor) => callOp("tanh_backward", g, conj(output)), "output"],
    output: [
      (g: Tensor, grad_output: Tensor, output: Tensor) =>
        conj(g)
          .mul(grad_output)
          .mul(conj(output.mul(-2))),
      "grad_output",
      "output",
    ],
  },
});

defineOp({
  schema: "asinh(Tensor input) -> Tensor",
  doc: "The inverse hyperbolic sine.",
  aliases: ["arcsinh"],
  expr: "asinh(a)",
  promote: "float",
  derivative: {
    input: [(g: Tensor, input: Tensor) => g.mul(conj(input.mul(input).add(1).rsqrt())), "input"],
  },
  inplace: "function",
});

defineOp({
  schema: "acosh(Tensor input) -> Tensor",
  doc: "The inverse hyperbolic cosine.",
  aliases: ["arccosh"],
  expr: "acosh(a)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor) =>
        // sqrt(x) sqrt(y) is not sqrt(x y) on the complex plane.
        input.dtype.is_complex
          ? g.mul(conj(input.add(1).rsqrt().mul(input.sub(1).rsqrt())))
          : g.mul(input.mul(input).sub(1).rsqrt()),
      "input",
    ],
  },
  inplace: "function",
});

defineOp({
  schema: "atanh(Tensor input) -> Tensor",
  doc: "The inverse hyperbolic tangent.",
  aliases: ["arctanh"],
  expr: "atanh(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.div(conj(input.mul(input).neg().add(1))), "input"] },
  inplace: "function",
});
