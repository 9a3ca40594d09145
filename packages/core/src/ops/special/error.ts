import { defineOp } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";

/** Slope of erf at 0. */
const SLOPE: number = 2 / Math.sqrt(Math.PI);

const bell = (x: Tensor): Tensor => x.mul(x).neg().exp();

defineOp({
  schema: "erf(Tensor input) -> Tensor",
  doc: "The error function.",
  expr: "erf(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(bell(input).mul(SLOPE)), "input"] },
  inplace: "function",
});

defineOp({
  schema: "erfc(Tensor input) -> Tensor",
  doc: "`1 - erf(input)`, exact where it is small.",
  expr: "erfc(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(bell(input).mul(-SLOPE)), "input"] },
  inplace: "function",
});

defineOp({
  schema: "erfinv(Tensor input) -> Tensor",
  doc: "The inverse of `erf` on (-1, 1).",
  expr: "erfinv(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, result: Tensor) => g.mul(result.mul(result).exp().div(SLOPE)), "result"] },
  inplace: true,
});

defineOp({
  schema: "special_erfcx(Tensor input) -> Tensor",
  doc: "`exp(input ** 2) * erfc(input)`.",
  namespace: "special",
  variants: "function",
  expr: "erfcx(a)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor, result: Tensor) => g.mul(input.mul(result).mul(2).sub(SLOPE)),
      "input",
      "result",
    ],
  },
});

defineOp({
  schema: "special_ndtr(Tensor input) -> Tensor",
  doc: "The standard normal distribution function.",
  namespace: "special",
  variants: "function",
  decompose: (input: Tensor) => input.mul(Math.SQRT1_2).erf().add(1).mul(0.5),
});

defineOp({
  schema: "special_ndtri(Tensor input) -> Tensor",
  doc: "The quantile function of the standard normal distribution.",
  namespace: "special",
  variants: "function",
  expr: "ndtri(a)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, result: Tensor) =>
        g.mul(
          result
            .mul(result)
            .div(2)
            .exp()
            .mul(Math.sqrt(2 * Math.PI)),
        ),
      "result",
    ],
  },
});

defineOp({
  schema: "special_log_ndtr(Tensor input) -> Tensor",
  doc: "The logarithm of the standard normal distribution function.",
  namespace: "special",
  variants: "function",
  expr: "log_ndtr(a)",
  promote: "float",
  derivative: {
    input: [
      (g: Tensor, input: Tensor) =>
        g.div(callOp("special_erfcx", input.mul(-Math.SQRT1_2))).mul(Math.sqrt(2 / Math.PI)),
      "input",
    ],
  },
});

defineOp({
  schema: "special_entr(Tensor input) -> Tensor",
  doc: "`-input * log(input)`: 0 at 0, -inf below.",
  namespace: "special",
  variants: "function",
  expr: "entr(a)",
  promote: "float",
  derivative: { input: [(g: Tensor, input: Tensor) => g.mul(input.log().add(1).neg()), "input"] },
});
