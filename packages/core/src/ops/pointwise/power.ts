import { call } from "../../dispatch/call.ts";
import { type Bound, defineOp } from "../../dispatch/op.ts";
import {
  Complex,
  complex128,
  type DType,
  float64,
  resultType,
  type Scalar,
  scalarTypeName,
} from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { callOp, isComplex, someTensor, unsupported } from "./formulas.ts";

type Operand = Tensor | Scalar;

const tensors = someTensor("pow");

function checkPow(input: Operand, exponent: Operand): void {
  tensors(input, exponent);
  if (exponent instanceof Tensor) {
    if (resultType([input, exponent]).category === 0) throw unsupported("pow", exponent.dtype);
    return;
  }
  if (typeof exponent === "boolean" && input instanceof Tensor && input.dtype.category === 0) {
    throw unsupported("pow", input.dtype);
  }
  const integral = input instanceof Tensor && input.dtype.category < 2;
  if (integral && isInteger(exponent) && exponent < 0) {
    throw new RuntimeError("Integers to negative integer powers are not allowed.");
  }
}

function isInteger(value: Operand): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

const pow = defineOp({
  schema: "pow(Tensor|Scalar input, Tensor|Scalar exponent) -> Tensor",
  doc: "`input` to the power `exponent`, element by element with broadcasting and type promotion.",
  example: 'import { tensor, pow } from "@tt/core";\npow(tensor([1, 2, 3]), 2).tolist(); // [1, 4, 9]',
  gradName: ([input, exponent]) =>
    !(exponent instanceof Tensor) ? "PowBackward0" : input instanceof Tensor ? "PowBackward1" : "PowBackward2",
  check: checkPow,
  // Powers that training meets all the time, without a call per element.
  expr: (_input: Operand, exponent: Operand) => (exponent === 2 ? "square(a)" : "pow(a, b)"),
  derivative: {
    input: [baseGradient, "input", "exponent"],
    exponent: [exponentGradient, "input", "exponent", "result"],
  },
  inplace: true,
});

function baseGradient(g: Tensor, input: Tensor, exponent: Operand): Tensor {
  if (!(exponent instanceof Tensor)) {
    if (exponent === 0 || exponent === false) return g.new_zeros(g.shape);
    if (exponent === 2) return g.mul(conj(input.mul(2)));
    return g.mul(conj(input.pow(lessOne(exponent)).mul(exponent)));
  }
  const gradient = g.mul(conj(exponent.mul(input.pow(exponent.sub(1)))));
  return callOp("where", exponent.eq(0), 0, gradient);
}

function lessOne(exponent: Scalar): Scalar {
  return exponent instanceof Complex ? new Complex(exponent.re - 1, exponent.im) : Number(exponent) - 1;
}

function exponentGradient(g: Tensor, input: Operand, exponent: Tensor, result: Tensor): Tensor {
  const base = input instanceof Tensor ? input : exponent.new_full([], input, { dtype: result.dtype });
  const nonnegative = exponent.dtype.is_complex
    ? callOp("imag", exponent).eq(0).logical_and(callOp("real", exponent).ge(0))
    : exponent.ge(0);
  const undefined_ = base.eq(0).logical_and(nonnegative);
  const logarithm = (base.dtype === result.dtype ? base : base.to(result.dtype)).log();
  return g.mul(conj(callOp("where", undefined_, 0, result.mul(logarithm))));
}

defineOp({
  schema: "square(Tensor input) -> Tensor",
  doc: "`input * input`.",
  decompose: (input: Tensor) => input.pow(2),
  inplace: "function",
});

function doubleType(input: Operand, exponent: Operand): DType {
  return isComplex(input) || isComplex(exponent) ? complex128 : float64;
}

const widened = (value: Operand, other: Operand): Operand =>
  value instanceof Tensor ? value.to(doubleType(value, other)) : value;

defineOp({
  schema: "float_power(Tensor|Scalar input, Tensor|Scalar exponent) -> Tensor",
  doc: "`pow` computed in float64, or complex128 for complex operands.",
  decompose: (input: Operand, exponent: Operand) =>
    call(pow, [widened(input, exponent), widened(exponent, input)] as Bound[]),
});

defineOp({
  schema: "float_power_(Tensor input, Tensor|Scalar exponent) -> Tensor",
  doc: "In-place form of `float_power`, for float64 and complex128 tensors.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, exponent: Operand) => {
    const wanted = doubleType(input, exponent);
    if (input.dtype !== wanted) {
      throw new RuntimeError(
        `the base given to float_power_ has dtype ${scalarTypeName(input.dtype)} but the operation's result requires dtype ${scalarTypeName(wanted)}`,
      );
    }
    return input.pow_(widened(exponent, input));
  },
});

defineOp({
  schema: "sqrt(Tensor input) -> Tensor",
  doc: "The square root; nan for negative numbers.",
  expr: "sqrt(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => g.div(conj(result.mul(2))), "result"] },
  inplace: "function",
});

defineOp({
  schema: "rsqrt(Tensor input) -> Tensor",
  doc: "`1 / sqrt(input)`.",
  expr: "rsqrt(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => g.mul(conj(result.pow(3))).mul(-0.5), "result"] },
  inplace: "function",
});

defineOp({
  schema: "hypot(Tensor input, Tensor other) -> Tensor",
  doc: "`sqrt(input ** 2 + other ** 2)` without overflow.",
  expr: "hypot(a, b)",
  derivative: {
    input: [(g: Tensor, input: Tensor, result: Tensor) => g.mul(input.div(result)), "input", "result"],
    other: [(g: Tensor, other: Tensor, result: Tensor) => g.mul(other.div(result)), "other", "result"],
  },
  inplace: true,
});
