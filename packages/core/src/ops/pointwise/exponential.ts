import { defineOp } from "../../dispatch/op.ts";
import type { Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { callOp, someTensor } from "./formulas.ts";

type Operand = Tensor | Scalar;

defineOp({
  schema: "exp(Tensor input) -> Tensor",
  doc: "The exponential function.",
  expr: "exp(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => g.mul(conj(result)), "result"] },
  inplace: "function",
});

defineOp({
  schema: "exp2(Tensor input) -> Tensor",
  doc: "2 to the power of each element.",
  expr: "exp2(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => g.mul(conj(result)).mul(Math.LN2), "result"] },
  inplace: "function",
});

defineOp({
  schema: "expm1(Tensor input) -> Tensor",
  doc: "`exp(input) - 1`, exact near zero.",
  expr: "expm1(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => g.mul(conj(result.add(1))), "result"] },
  inplace: "function",
});

defineOp({
  schema: "log(Tensor input) -> Tensor",
  doc: "The natural logarithm.",
  expr: "log(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.div(conj(input)), "input"] },
  inplace: "function",
});

defineOp({
  schema: "log2(Tensor input) -> Tensor",
  doc: "The logarithm to base 2.",
  expr: "log2(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.div(conj(input).mul(Math.LN2)), "input"] },
  inplace: "function",
});

defineOp({
  schema: "log10(Tensor input) -> Tensor",
  doc: "The logarithm to base 10.",
  expr: "log10(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.div(conj(input).mul(Math.LN10)), "input"] },
  inplace: "function",
});

defineOp({
  schema: "log1p(Tensor input) -> Tensor",
  doc: "`log(1 + input)`, exact near zero.",
  expr: "log1p(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.div(conj(input.add(1))), "input"] },
  inplace: "function",
});

defineOp({
  schema: "logaddexp2(Tensor input, Tensor other) -> Tensor",
  doc: "`log2(2 ** input + 2 ** other)` without overflow.",
  expr: "logaddexp2(a, b)",
  derivative: {
    input: [(g: Tensor, input: Tensor, other: Tensor) => g.div(other.sub(input).exp2().add(1)), "input", "other"],
    other: [(g: Tensor, input: Tensor, other: Tensor) => g.div(input.sub(other).exp2().add(1)), "input", "other"],
  },
});

const operandName =
  (node: string) =>
  ([input, other]: readonly unknown[]): string =>
    `${node}Backward${!(input instanceof Tensor) ? 1 : other instanceof Tensor ? 0 : 2}`;

defineOp({
  schema: "xlogy(Tensor|Scalar input, Tensor|Scalar other) -> Tensor",
  doc: "`input * log(other)`, 0 where `input` is 0 and nan where `other` is nan.",
  gradName: operandName("Xlogy"),
  check: someTensor("xlogy"),
  expr: "xlogy(a, b)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, other: Operand) => dropEdge(callOp("xlogy", g, other), input, other, 0),
      "input",
      "other",
    ],
    other: [(g: Tensor, input: Operand, other: Tensor) => g.mul(input).div(other), "input", "other"],
  },
  inplace: "function",
});

/** Zero where `input` is 0 and `other` at most `edge`, the end of the logarithm's domain. */
function dropEdge(gradient: Tensor, input: Tensor, other: Operand, edge: number): Tensor {
  if (other instanceof Tensor) return gradient.masked_fill(input.eq(0).logical_and(other.le(edge)), 0);
  return Number(other) <= edge ? gradient.masked_fill(input.eq(0), 0) : gradient;
}

defineOp({
  schema: "special_xlog1py(Tensor|Scalar input, Tensor|Scalar other) -> Tensor",
  doc: "`input * log1p(other)`, 0 where `input` is 0 and nan where `other` is nan.",
  namespace: "special",
  variants: "function",
  gradName: operandName("SpecialXlog1Py"),
  check: someTensor("special_xlog1py"),
  expr: "xlog1py(a, b)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, other: Operand) => dropEdge(callOp("special_xlog1py", g, other), input, other, -1),
      "input",
      "other",
    ],
    other: [(g: Tensor, input: Operand, other: Tensor) => g.mul(input).div(other.add(1)), "input", "other"],
  },
});

defineOp({
  schema: "sigmoid(Tensor input) -> Tensor",
  doc: "`1 / (1 + exp(-input))`.",
  expr: "sigmoid(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => callOp("sigmoid_backward", g, result), "result"] },
  inplace: "function",
});

defineOp({
  schema: "sigmoid_backward(Tensor grad_output, Tensor output) -> Tensor",
  doc: "Gradient of `sigmoid` from its result.",
  variants: "internal",
  expr: "a * conj((1 - b) * b)",
  derivative: {
    grad_output: [(g: Tensor, output: Tensor) => callOp("sigmoid_backward", g, conj(output)), "output"],
    output: [
      (g: Tensor, grad_output: Tensor, output: Tensor) =>
        conj(g)
          .mul(grad_output)
          .mul(conj(output.mul(-2).add(1))),
      "grad_output",
      "output",
    ],
  },
});

defineOp({
  schema: "logit(Tensor input, float? eps=None) -> Tensor",
  doc: "`log(input / (1 - input))`, the inverse of `sigmoid`; `input` is first limited to `eps` ... `1 - eps`.",
  expr: (_input: Tensor, eps: number | null) =>
    eps === null ? "log(a / (1 - a))" : "x = a < eps ? eps : (a > 1 - eps ? 1 - eps : a); log(x / (1 - x))",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, eps: number | null) => {
        const inside = input.ge(eps ?? 0).logical_and(input.le(1 - (eps ?? 0)));
        return callOp("where", inside, g.div(input.mul(input.neg().add(1))), eps === null ? Number.NaN : 0);
      },
      "input",
      "eps",
    ],
  },
  inplace: "function",
});

defineOp({
  schema: "ldexp(Tensor input, Tensor other) -> Tensor",
  doc: "`input * 2 ** other`.",
  decompose: (input: Tensor, other: Tensor) => input.mul(other.exp2()),
  inplace: "function",
});

defineOp({
  schema: "frexp(Tensor input) -> (Tensor mantissa, Tensor exponent)",
  doc: "Mantissas in [0.5, 1) and exponents (int32) with `input = mantissa * 2 ** exponent`.",
  check: (input: Tensor) => {
    if (!input.dtype.is_floating_point) throw new RuntimeError("torch.frexp() only supports floating-point dtypes");
  },
  decompose: (input: Tensor) => {
    const exponent = callOp("_frexp_exponent", input);
    return [callOp("_frexp_mantissa", input), exponent.int()];
  },
  derivative: { input: [(g: Tensor, exponent: Tensor) => g.div(exponent.to(g.dtype).exp2()), "exponent"] },
});

for (const part of ["mantissa", "exponent"]) {
  defineOp({
    schema: `_frexp_${part}(Tensor input) -> Tensor`,
    doc: `The ${part} that \`frexp\` returns, in the input's dtype.`,
    variants: "internal",
    expr: `frexp_${part}(a)`,
  });
}

defineOp({
  schema: "logaddexp(Tensor input, Tensor other) -> Tensor",
  doc: "`log(exp(input) + exp(other))` without overflow.",
  expr: "m = max(a, b); isinf(a) && a == b ? a : m + log1p(exp(-abs(a - b)))",
  derivative: {
    input: [(g: Tensor, input: Tensor, result: Tensor) => g.mul(input.sub(result).exp()), "input", "result"],
    other: [(g: Tensor, other: Tensor, result: Tensor) => g.mul(other.sub(result).exp()), "other", "result"],
  },
});
