import { defineOp } from "../../dispatch/op.ts";
import type { Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { callOp, isComplex, keep, notComplex } from "./formulas.ts";

type Bound = Tensor | Scalar | null;

const supported = notComplex("clamp is not supported for complex types");

/** Where `input` lies within the bounds, which are included. */
function within(input: Tensor, min: Bound, max: Bound): Tensor {
  if (min === null) return input.le(max!);
  return max === null ? input.ge(min) : input.ge(min).logical_and(input.le(max));
}

defineOp({
  schema: "clamp(Tensor input, Tensor|Scalar? min=None, Tensor|Scalar? max=None) -> Tensor",
  doc: "`input` limited to `min` ... `max`; either may be left out. Where `min` is greater than `max` the result is `max`.",
  example: 'import { tensor } from "@tt/core";\ntensor([-2, 0.5, 3]).clamp(-1, 1).tolist(); // [-1, 0.5, 1]',
  aliases: ["clip"],
  gradName: ([, min, max]) => (min instanceof Tensor || max instanceof Tensor ? "ClampBackward0" : "ClampBackward1"),
  check: (input: Tensor, min: Bound, max: Bound) => {
    if (min === null && max === null) {
      throw new RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None");
    }
    supported(input, min, max);
  },
  expr: (_input: Tensor, min: Bound, max: Bound) =>
    min === null ? "min(a, c)" : max === null ? "max(a, b)" : "min(max(a, b), c)",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, min: Bound, max: Bound) => keep(g, within(input, min, max)),
      "input",
      "min",
      "max",
    ],
    min: [
      (g: Tensor, input: Tensor, min: Tensor, max: Bound) =>
        keep(g, max === null ? input.lt(min) : min.lt(max).logical_and(input.lt(min))),
      "input",
      "min",
      "max",
    ],
    max: [
      (g: Tensor, input: Tensor, min: Bound, max: Tensor) =>
        keep(g, min === null ? input.gt(max) : input.gt(max).logical_or(max.lt(min))),
      "input",
      "min",
      "max",
    ],
  },
  inplace: "function",
});

defineOp({
  schema: "clamp_min(Tensor input, Tensor|Scalar min) -> Tensor",
  doc: "`input`, or `min` where that is greater.",
  gradName: ([, min]) => (min instanceof Tensor ? "ClampMinBackward1" : "ClampMinBackward0"),
  check: supported,
  expr: "max(a, b)",
  derivative: {
    input: [(g: Tensor, input: Tensor, min: Tensor | Scalar) => keep(g, input.ge(min)), "input", "min"],
    min: [(g: Tensor, input: Tensor, min: Tensor) => keep(g, input.lt(min)), "input", "min"],
  },
  inplace: "function",
});

defineOp({
  schema: "clamp_max(Tensor input, Tensor|Scalar max) -> Tensor",
  doc: "`input`, or `max` where that is less.",
  gradName: ([, max]) => (max instanceof Tensor ? "ClampMaxBackward1" : "ClampMaxBackward0"),
  check: supported,
  expr: "min(a, b)",
  derivative: {
    input: [(g: Tensor, input: Tensor, max: Tensor | Scalar) => keep(g, input.le(max)), "input", "max"],
    max: [(g: Tensor, input: Tensor, max: Tensor) => keep(g, input.gt(max)), "input", "max"],
  },
  inplace: "function",
});

/** Ties share the gradient in halves. */
function halved(g: Tensor, input: Tensor, other: Tensor): Tensor {
  return callOp("where", input.eq(other), g.div(2), g);
}

function checkReal(name: string): (input: Tensor, other: Tensor) => void {
  return (input, other) => {
    if (isComplex(input) || isComplex(other)) throw new RuntimeError(`${name} not implemented for complex tensors.`);
  };
}

defineOp({
  schema: "maximum(Tensor input, Tensor other) -> Tensor",
  doc: "The greater of two elements; nan if either is.",
  check: checkReal("maximum"),
  expr: "max(a, b)",
  derivative: {
    input: [
      (g, input: Tensor, other: Tensor) => halved(g, input, other).masked_fill(input.lt(other), 0),
      "input",
      "other",
    ],
    other: [
      (g, input: Tensor, other: Tensor) => halved(g, input, other).masked_fill(input.gt(other), 0),
      "input",
      "other",
    ],
  },
});

defineOp({
  schema: "minimum(Tensor input, Tensor other) -> Tensor",
  doc: "The less of two elements; nan if either is.",
  check: checkReal("minimum"),
  expr: "min(a, b)",
  derivative: {
    input: [
      (g, input: Tensor, other: Tensor) => halved(g, input, other).masked_fill(input.gt(other), 0),
      "input",
      "other",
    ],
    other: [
      (g, input: Tensor, other: Tensor) => halved(g, input, other).masked_fill(input.lt(other), 0),
      "input",
      "other",
    ],
  },
});

for (const [name, target] of [
  ["max", "maximum"],
  ["min", "minimum"],
] as const) {
  defineOp({
    schema: `${name}.other(Tensor input, Tensor other) -> Tensor`,
    doc: `As \`${target}\`.`,
    decompose: (input: Tensor, other: Tensor) => callOp(target, input, other),
  });
}

/** Where `fmax` or `fmin` takes its first operand. */
const takesFirst = (wins: Tensor, other: Tensor): Tensor => wins.logical_or(other.isnan());

defineOp({
  schema: "fmax(Tensor input, Tensor other) -> Tensor",
  doc: "The greater of two elements; a number wins over nan.",
  check: checkReal("fmax"),
  expr: "fmax(a, b)",
  derivative: {
    input: [(g: Tensor, input: Tensor, other: Tensor) => keep(g, takesFirst(input.ge(other), other)), "input", "other"],
    other: [
      (g: Tensor, input: Tensor, other: Tensor) => g.masked_fill(takesFirst(input.ge(other), other), 0),
      "input",
      "other",
    ],
  },
});

defineOp({
  schema: "fmin(Tensor input, Tensor other) -> Tensor",
  doc: "The less of two elements; a number wins over nan.",
  check: checkReal("fmin"),
  expr: "fmin(a, b)",
  derivative: {
    input: [(g: Tensor, input: Tensor, other: Tensor) => keep(g, takesFirst(input.le(other), other)), "input", "other"],
    other: [
      (g: Tensor, input: Tensor, other: Tensor) => g.masked_fill(takesFirst(input.le(other), other), 0),
      "input",
      "other",
    ],
  },
});
