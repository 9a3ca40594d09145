import { call } from "../../dispatch/call.ts";
import { type Bound, defineOp, findOp } from "../../dispatch/op.ts";
import "../pointwise/exponential.ts";
import "../pointwise/rounding.ts";
import "../pointwise/trigonometric.ts";
import "../reduction/nan.ts";
import "../reduction/softmax.ts";
import "./bessel.ts";
import "./error.ts";
import "./gamma.ts";

/** Functions of the main namespace by their names in `torch.special`. */
const aliases: readonly (readonly [name: string, target: string])[] = [
  ["digamma", "digamma"],
  ["erf", "erf"],
  ["erfc", "erfc"],
  ["erfinv", "erfinv"],
  ["exp2", "exp2"],
  ["expit", "sigmoid"],
  ["expm1", "expm1"],
  ["gammainc", "igamma"],
  ["gammaincc", "igammac"],
  ["gammaln", "lgamma"],
  ["i0", "i0"],
  ["log1p", "log1p"],
  ["log_softmax", "log_softmax"],
  ["logit", "logit"],
  ["logsumexp", "logsumexp"],
  ["multigammaln", "mvlgamma"],
  ["polygamma", "polygamma"],
  ["psi", "digamma"],
  ["sinc", "sinc"],
  ["softmax", "softmax"],
  ["xlogy", "xlogy"],
];

for (const [name, target] of aliases) {
  const op = findOp(target);
  if (op === undefined) throw new Error(`special: no op is called "${target}"`);
  defineOp({
    schema: `special_${name}${op.schema.text.slice(op.schema.fullName.length)}`,
    doc: op.record.doc,
    namespace: "special",
    variants: "function",
    decompose: (...args: Bound[]) => call(op, args),
  });
}

defineOp({
  schema: "special_round(Tensor input, *, int decimals=0) -> Tensor",
  doc: "The nearest number with `decimals` digits after the point; halves go to the even one.",
  namespace: "special",
  variants: "function",
  decompose: (...args: Bound[]) => call(findOp("round.decimals")!, args),
});
