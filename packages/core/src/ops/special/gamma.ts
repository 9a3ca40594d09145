import { defineOp } from "../../dispatch/op.ts";
import { get_default_dtype, resultType, type Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { callOp, notImplemented, someTensor, unsupported } from "../pointwise/formulas.ts";

defineOp({
  schema: "lgamma(Tensor input) -> Tensor",
  doc: "The logarithm of the absolute value of the gamma function.",
  expr: "lgamma(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(input.digamma()), "input"] },
  inplace: true,
});

defineOp({
  schema: "digamma(Tensor input) -> Tensor",
  doc: "The logarithmic derivative of the gamma function.",
  expr: "digamma(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(callOp("polygamma", 1, input)), "input"] },
  inplace: true,
});

function checkOrder(n: number): void {
  if (n < 0) throw new RuntimeError("polygamma(n, x) does not support negative n.");
}

defineOp({
  schema: "polygamma(int n, Tensor input) -> Tensor",
  doc: "The `n`-th derivative of `digamma`.",
  check: checkOrder,
  expr: (n: number) => (n === 0 ? "digamma(a)" : "polygamma(n, a)"),
  promote: "float",
  derivative: {
    input: [(g: Tensor, n: number, input: Tensor) => g.mul(callOp("polygamma", n + 1, input)), "n", "input"],
  },
});

defineOp({
  schema: "polygamma.method(Tensor input, int n) -> Tensor",
  doc: "The `n`-th derivative of `digamma`.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, n: number) => callOp("polygamma", n, input),
  inplace: true,
});

/** `input + (1 - j) / 2` for j = 1 ... p along a new last dimension: the arguments of lgamma in mvlgamma. */
function arguments_(input: Tensor, p: number): Tensor {
  const steps = callOp("arange", -p / 2 + 0.5, 0.5, 0.5, input.dtype, null, input.device, false, false);
  return input.unsqueeze(-1).add(steps);
}

defineOp({
  schema: "mvlgamma(Tensor input, int p) -> Tensor",
  doc: "The logarithm of the multivariate gamma function of dimension `p`.",
  check: (_input: Tensor, p: number) => {
    if (p < 1) throw new RuntimeError("p has to be greater than or equal to 1");
  },
  decompose: (input: Tensor, p: number) => {
    const x = input.dtype.category < 2 ? input.to(get_default_dtype()) : input;
    return arguments_(x, p)
      .lgamma()
      .sum(-1)
      .add((p * (p - 1) * Math.log(Math.PI)) / 4);
  },
  derivative: {
    input: [(g: Tensor, input: Tensor, p: number) => g.mul(arguments_(input, p).digamma().sum(-1)), "input", "p"],
  },
  inplace: true,
});

for (const [name, doc, sign] of [
  ["igamma", "The regularised lower incomplete gamma function P(input, other).", 1],
  ["igammac", "The regularised upper incomplete gamma function Q(input, other).", -1],
] as const) {
  defineOp({
    schema: `${name}(Tensor input, Tensor other) -> Tensor`,
    doc,
    check: (input: Tensor, other: Tensor) => {
      const dtype = resultType([input, other]);
      if (dtype.category !== 2) throw unsupported(`${name}_cpu`, dtype);
    },
    expr: `${name}(a, b)`,
    derivative: {
      input: notImplemented(`${name}: input`),
      other: [
        (g: Tensor, input: Tensor, other: Tensor) =>
          g.mul(input.sub(1).mul(other.log()).sub(other).sub(input.lgamma()).exp().mul(sign)),
        "input",
        "other",
      ],
    },
    inplace: true,
  });
}

defineOp({
  schema: "special_zeta(Tensor|Scalar input, Tensor|Scalar other) -> Tensor",
  doc: "The Hurwitz zeta function: the sum of `(k + other) ** -input` over k = 0, 1, ...",
  namespace: "special",
  variants: "function",
  gradName: ([input, other]) =>
    `SpecialZetaBackward${!(input instanceof Tensor) ? 1 : other instanceof Tensor ? 0 : 2}`,
  check: someTensor("special_zeta"),
  expr: "zeta(a, b)",
  promote: "float",
  derivative: {
    input: notImplemented("zeta"),
    other: [
      (g: Tensor, input: Tensor | Scalar, other: Tensor) => {
        const order = input instanceof Tensor ? input : other.new_full([], input);
        return g.mul(order.neg().mul(callOp("special_zeta", order.add(1), other)));
      },
      "input",
      "other",
    ],
  },
});
