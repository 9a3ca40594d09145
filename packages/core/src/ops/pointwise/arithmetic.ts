import { bool, type DType, type Scalar } from "../../dtype/index.ts";
import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { conj, scaled } from "../helpers.ts";

function checkAlpha(input: Tensor | Scalar, other: Tensor | Scalar, alpha: Scalar): void {
  if (alpha === 1) return;
  const dtypes = [input, other].filter((x): x is Tensor => x instanceof Tensor).map((x): DType => x.dtype);
  if (typeof alpha === "boolean" && !dtypes.includes(bool)) {
    throw new RuntimeError("Boolean alpha only supported for Boolean results.");
  }
  if (dtypes.every((d) => d.category < 2) && typeof alpha === "number" && !Number.isInteger(alpha)) {
    throw new RuntimeError("For integral input tensors, argument alpha must not be a floating point number.");
  }
}

function checkSub(input: Tensor | Scalar, other: Tensor | Scalar, alpha: Scalar): void {
  const isBool = (x: Tensor | Scalar): boolean => typeof x === "boolean" || (x instanceof Tensor && x.dtype === bool);
  if (isBool(input) && isBool(other)) {
    throw new RuntimeError(
      "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.",
    );
  }
  if (isBool(input) || isBool(other)) {
    throw new RuntimeError(
      "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.",
    );
  }
  checkAlpha(input, other, alpha);
}

defineOp({
  schema: "add(Tensor|Scalar input, Tensor|Scalar other, *, Scalar alpha=1) -> Tensor",
  doc: "`input + alpha * other`, element by element with broadcasting and type promotion.",
  example: 'import { tensor, add } from "@tt/core";\nadd(tensor([1, 2]), 10).tolist(); // [11, 12]',
  expr: (_input: Tensor, _other: Tensor, alpha: Scalar) => (alpha === 1 ? "a + b" : "a + alpha * b"),
  check: checkAlpha,
  derivative: { input: (g) => g, other: [(g, alpha) => scaled(g, alpha), "alpha"] },
  inplace: true,
});

defineOp({
  schema: "sub(Tensor|Scalar input, Tensor|Scalar other, *, Scalar alpha=1) -> Tensor",
  doc: "`input - alpha * other`, element by element with broadcasting and type promotion.",
  aliases: ["subtract"],
  expr: (_input: Tensor, _other: Tensor, alpha: Scalar) => (alpha === 1 ? "a - b" : "a - alpha * b"),
  check: checkSub,
  derivative: { input: (g) => g, other: [(g, alpha) => scaled(g.neg(), alpha), "alpha"] },
  gradName: ([input]) => (input instanceof Tensor ? "SubBackward0" : "RsubBackward1"),
  inplace: true,
});

defineOp({
  schema: "rsub(Tensor input, Tensor|Scalar other, *, Scalar alpha=1) -> Tensor",
  doc: "`other - alpha * input`.",
  expr: (_input: Tensor, _other: Tensor, alpha: Scalar) => (alpha === 1 ? "b - a" : "b - alpha * a"),
  check: checkSub,
  derivative: { input: [(g, alpha) => scaled(g.neg(), alpha), "alpha"], other: (g) => g },
  gradName: ([, other]) => (other instanceof Tensor ? "RsubBackward0" : "RsubBackward1"),
  out: false,
});

defineOp({
  schema: "mul(Tensor|Scalar input, Tensor|Scalar other) -> Tensor",
  synonyms: { value: "other" },
  doc: "`input * other`, element by element with broadcasting and type promotion.",
  aliases: ["multiply"],
  expr: "a * b",
  derivative: {
    input: [(g, other) => g.mul(conj(other)), "other"],
    other: [(g, input) => g.mul(conj(input)), "input"],
  },
  inplace: true,
});

defineOp({
  schema: "neg(Tensor input) -> Tensor",
  doc: "`-input`.",
  aliases: ["negative"],
  expr: "-a",
  check: (input: Tensor) => {
    if (input.dtype === bool) {
      throw new RuntimeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.",
      );
    }
  },
  derivative: { input: (g) => g.neg() },
  inplace: "function",
});
