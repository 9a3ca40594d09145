import { defineOp } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";

const oneMinusSquare = (x: Tensor): Tensor => x.mul(x).neg().add(1);

defineOp({
  schema: "sin(Tensor input) -> Tensor",
  doc: "The sine of angles in radians.",
  expr: "sin(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(conj(input.cos())), "input"] },
  inplace: "function",
});

defineOp({
  schema: "cos(Tensor input) -> Tensor",
  doc: "The cosine of angles in radians.",
  expr: "cos(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(conj(input.sin()).neg()), "input"] },
  inplace: "function",
});

defineOp({
  schema: "tan(Tensor input) -> Tensor",
  doc: "The tangent of angles in radians.",
  expr: "tan(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => g.mul(conj(result.mul(result).add(1))), "result"] },
  inplace: "function",
});

defineOp({
  schema: "asin(Tensor input) -> Tensor",
  doc: "The arcsine, in radians.",
  aliases: ["arcsin"],
  expr: "asin(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(conj(oneMinusSquare(input).rsqrt())), "input"] },
  inplace: "function",
});

defineOp({
  schema: "acos(Tensor input) -> Tensor",
  doc: "The arccosine, in radians.",
  aliases: ["arccos"],
  expr: "acos(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(conj(oneMinusSquare(input).rsqrt()).neg()), "input"] },
  inplace: "function",
});

defineOp({
  schema: "atan(Tensor input) -> Tensor",
  doc: "The arctangent, in radians.",
  aliases: ["arctan"],
  expr: "atan(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.div(conj(input.mul(input).add(1))), "input"] },
  inplace: "function",
});

defineOp({
  schema: "atan2(Tensor input, Tensor other) -> Tensor",
  doc: "The angle of the vector (`other`, `input`), in radians between -pi and pi.",
  aliases: ["arctan2"],
  expr: "atan2(a, b)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, other: Tensor) => g.mul(other.mul(inverseSquare(input, other))),
      "input",
      "other",
    ],
    other: [
      (g: Tensor, input: Tensor, other: Tensor) => g.mul(input.neg().mul(inverseSquare(input, other))),
      "input",
      "other",
    ],
  },
  inplace: true,
});

function inverseSquare(input: Tensor, other: Tensor): Tensor {
  return input.mul(input).add(other.mul(other)).reciprocal();
}

defineOp({
  schema: "sinc(Tensor input) -> Tensor",
  doc: "`sin(pi * input) / (pi * input)`, 1 at 0.",
  expr: "sinc(a)",
  promote: "float",
  derivative: {
    input: [(g: Tensor, input: Tensor) => g.mul(conj(sincSlope(input.mul(Math.PI))).mul(Math.PI)), "input"],
  },
  inplace: "function",
});

/** Derivative of sin(x) / x, continued by 0 at 0. */
function sincSlope(x: Tensor): Tensor {
  return x.cos().mul(x).sub(x.sin()).div(x.mul(x)).masked_fill(x.eq(0), 0);
}
