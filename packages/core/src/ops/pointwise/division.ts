import { defineOp } from "../../dispatch/op.ts";
import type { Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { notImplemented, someTensor, zero } from "./formulas.ts";

type Operand = Tensor | Scalar;

defineOp({
  schema: "div(Tensor|Scalar input, Tensor|Scalar other) -> Tensor",
  synonyms: { dividend: "input", divisor: "other", value: "other" },
  doc: "`input / other`, element by element; integers divide to the default dtype.",
  example: 'import { tensor, div } from "@tt/core";\ndiv(tensor([1, 2]), 4).tolist(); // [0.25, 0.5]',
  aliases: ["divide", "true_divide"],
  expr: "a / b",
  promote: "float",
  derivative: {
    input: [(g, other) => g.div(conj(other)), "other"],
    other: [(g, input: Operand, other: Tensor) => g.neg().mul(conj(ratio(input, other).div(other))), "input", "other"],
  },
  inplace: true,
});

function ratio(input: Operand, other: Tensor): Tensor {
  return input instanceof Tensor ? input.div(other) : other.reciprocal().mul(input);
}

const ROUNDED: Readonly<Record<string, string>> = { floor: "floor_divide(a, b)", trunc: "trunc_divide(a, b)" };

defineOp({
  schema: "div.Tensor_mode(Tensor|Scalar input, Tensor|Scalar other, *, str? rounding_mode) -> Tensor",
  synonyms: { value: "other" },
  doc: "As `div`, rounded down (`floor`) or toward zero (`trunc`), in the operands' common dtype.",
  aliases: ["divide"],
  gradName: "DivBackward2",
  check: (_input: Operand, _other: Operand, rounding_mode: string | null) => {
    if (rounding_mode !== null && !(rounding_mode in ROUNDED)) {
      throw new RuntimeError(
        `div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${rounding_mode}'`,
      );
    }
  },
  expr: (_input: Operand, _other: Operand, rounding_mode: string | null) =>
    rounding_mode === null ? "a / b" : ROUNDED[rounding_mode]!,
  promote: (_input: Operand, _other: Operand, rounding_mode: string | null) =>
    rounding_mode === null ? "float" : "default",
  derivative: {
    input: [
      (g: Tensor, other: Operand, rounding_mode: string | null) =>
        rounding_mode === null ? g.div(conj(other)) : zero(g),
      "other",
      "rounding_mode",
    ],
    other: [
      (g: Tensor, input: Operand, other: Tensor, rounding_mode: string | null) =>
        rounding_mode === null ? g.neg().mul(conj(ratio(input, other).div(other))) : zero(g),
      "input",
      "other",
      "rounding_mode",
    ],
  },
  inplace: true,
});

defineOp({
  schema: "floor_divide(Tensor|Scalar input, Tensor|Scalar other) -> Tensor",
  synonyms: { value: "other" },
  doc: "`input / other` rounded down, in the operands' common dtype.",
  gradName: "NotImplemented",
  expr: "floor_divide(a, b)",
  derivative: { input: notImplemented("floor_divide"), other: notImplemented("floor_divide") },
  inplace: true,
});

defineOp({
  schema: "remainder(Tensor|Scalar input, Tensor|Scalar other) -> Tensor",
  synonyms: { divisor: "other" },
  doc: "Python's modulus: the rest of the division, with the sign of `other`.",
  gradName: ([, other]) => (other instanceof Tensor ? "RemainderBackward1" : "RemainderBackward0"),
  check: someTensor("remainder"),
  expr: "remainder(a, b)",
  derivative: {
    input: (g) => g,
    other: [
      (g: Tensor, input: Operand, other: Tensor) => g.neg().mul(quotient(input, other, "floor")),
      "input",
      "other",
    ],
  },
  inplace: true,
});

defineOp({
  schema: "fmod(Tensor input, Tensor|Scalar other) -> Tensor",
  synonyms: { divisor: "other" },
  doc: "C's fmod: the rest of the division, with the sign of `input`.",
  gradName: ([, other]) => (other instanceof Tensor ? "FmodBackward1" : "FmodBackward0"),
  expr: "fmod(a, b)",
  derivative: {
    input: (g) => g,
    other: [
      (g: Tensor, input: Operand, other: Tensor) => g.neg().mul(quotient(input, other, "trunc")),
      "input",
      "other",
    ],
  },
  inplace: true,
});

function quotient(input: Operand, other: Tensor, rounding_mode: string): Tensor {
  return (input instanceof Tensor ? input : other.new_full([], input)).div(other, { rounding_mode });
}

defineOp({
  schema: "reciprocal(Tensor input) -> Tensor",
  doc: "`1 / input`.",
  expr: "reciprocal(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => g.neg().mul(conj(result.mul(result))), "result"] },
  inplace: "function",
});
