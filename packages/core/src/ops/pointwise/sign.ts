import { defineOp } from "../../dispatch/op.ts";
import type { Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { callOp, isComplex, notBool, notComplex, notImplemented, zero } from "./formulas.ts";

defineOp({
  schema: "abs(Tensor input) -> Tensor",
  doc: "The absolute value; of complex numbers a real one.",
  aliases: ["absolute"],
  check: notBool("abs_cpu"),
  expr: "abs(a)",
  promote: "real",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(input.sgn()), "input"] },
  inplace: "function",
});

defineOp({
  schema: "sign(Tensor input) -> Tensor",
  doc: "-1, 0 or 1 by the sign of each element.",
  check: notComplex(
    "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead.",
  ),
  expr: "sign(a)",
  derivative: { input: zero },
  inplace: true,
});

defineOp({
  schema: "sgn(Tensor input) -> Tensor",
  doc: "`sign`, for complex numbers `input / abs(input)`.",
  expr: "sign(a)",
  derivative: { input: [sgnGradient, "input", "result"] },
  inplace: true,
});

function sgnGradient(g: Tensor, input: Tensor, result: Tensor): Tensor {
  if (!input.dtype.is_complex) return zero(g) as Tensor;
  const size = input.abs();
  const radial = callOp("real", g.div(result)).mul(result).div(size);
  return g.div(size).sub(radial).masked_fill(size.eq(0), 0);
}

defineOp({
  schema: "positive(Tensor input) -> Tensor",
  doc: "`input` itself.",
  out: false,
  check: (input: Tensor) => {
    if (input.dtype.category === 0) {
      throw new RuntimeError("The `+` operator, on a bool tensor is not supported.");
    }
  },
  decompose: (input: Tensor) => input,
});

defineOp({
  schema: "copysign(Tensor input, Tensor|Scalar other) -> Tensor",
  doc: "The absolute value of `input` with the sign of `other`.",
  gradName: ([, other]) => (other instanceof Tensor ? "CopysignBackward0" : "CopysignBackward1"),
  expr: "copysign(a, b)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, result: Tensor) => g.mul(result.div(input).masked_fill(input.eq(0), 0)),
      "input",
      "result",
    ],
    other: zero,
  },
  inplace: true,
});

defineOp({
  schema: "signbit(Tensor input) -> Tensor",
  doc: "Whether the sign bit is set: negative numbers and negative zero.",
  check: notComplex("signbit is not implemented for complex tensors."),
  expr: "signbit(a)",
  promote: "comparison",
});

defineOp({
  schema: "heaviside(Tensor input, Tensor values) -> Tensor",
  doc: "The step function: 0 below zero, 1 above, `values` at zero.",
  gradName: "NotImplemented",
  check: (input: Tensor, values: Tensor) => {
    if (isComplex(input) || isComplex(values)) {
      throw new RuntimeError("heaviside is not yet implemented for complex tensors.");
    }
    if (input.dtype !== values.dtype) {
      throw new RuntimeError("heaviside is not yet implemented for tensors with different dtypes.");
    }
  },
  expr: "heaviside(a, b)",
  derivative: { input: notImplemented("heaviside"), values: notImplemented("heaviside") },
  inplace: true,
});

defineOp({
  schema: "nextafter(Tensor input, Tensor other) -> Tensor",
  doc: "The next representable number after `input` in the direction of `other`.",
  expr: "nextafter(a, b)",
  derivative: { input: notImplemented("nextafter"), other: notImplemented("nextafter") },
  inplace: true,
});

const rotations: readonly (readonly [name: string, factor: number, what: string])[] = [
  ["deg2rad", Math.PI / 180, "Degrees to radians."],
  ["rad2deg", 180 / Math.PI, "Radians to degrees."],
];

for (const [name, factor, doc] of rotations) {
  defineOp({
    schema: `${name}(Tensor input) -> Tensor`,
    doc,
    gradName: name === "deg2rad" ? "Deg2RadBackward0" : "Rad2DegBackward0",
    check: notComplex(`${name} is not supported for complex tensors.`),
    expr: `a * ${factor}`,
    promote: "float",
    derivative: { input: (g: Tensor) => g.mul(factor as Scalar) },
    inplace: "function",
  });
}
