import { callOp } from "@tt/core/dispatch";
import type { Tensor } from "@tt/core";
import { defineFunction } from "./define.ts";

defineFunction(
  "linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor",
  "`input @ weight.t() + bias`: input [..., in_features], weight [out_features, in_features], bias [out_features].",
  (input: Tensor, weight: Tensor, bias: Tensor | null) => callOp("linear", input, weight, bias),
);

const OFFERED = ["softmax", "log_softmax"] as const;

/** The dimension that PyTorch takes (with a warning) when none is given. */
function implicitDim(name: string, input: Tensor, dim: number | null): number {
  if (dim !== null) return dim;
  // oxlint-disable-next-line no-console
  console.warn(
    `UserWarning: Implicit dimension choice for ${name} has been deprecated. Change the call to include dim=X as an argument.`,
  );
  return input.ndim === 0 || input.ndim === 1 || input.ndim === 3 ? 0 : 1;
}

for (const name of OFFERED) {
  defineFunction(
    `${name}(Tensor input, int? dim=None, int _stacklevel=3, ScalarType? dtype=None) -> Tensor`,
    name === "softmax" ? "exp(input) along `dim`, scaled to sum 1." : "The logarithm of softmax along `dim`.",
    (input: Tensor, dim: number | null, _level: number, dtype: unknown) =>
      callOp(name, input, implicitDim(name, input, dim), dtype),
  );
}

defineFunction(
  "softmin(Tensor input, int? dim=None, int _stacklevel=3, ScalarType? dtype=None) -> Tensor",
  "`softmax(-input)`.",
  (input: Tensor, dim: number | null, _level: number, dtype: unknown) =>
    callOp("softmax", input.neg(), implicitDim("softmin", input, dim), dtype),
);

defineFunction(
  "gumbel_softmax(Tensor logits, float tau=1, bool hard=False, float eps=1e-10, int dim=-1) -> Tensor",
  "A draw of the Gumbel-softmax distribution (Jang et al. 2017); `hard` gives one-hot vectors with the soft gradient.",
  (logits: Tensor, tau: number, hard: boolean, _eps: number, dim: number) => {
    const gumbels = logits.new_empty(logits.shape).exponential_().log().neg();
    const soft = callOp("softmax", logits.add(gumbels).div(tau), dim, null);
    if (!hard) return soft;
    const [, index] = soft.max(dim, { keepdim: true });
    const one = logits.new_zeros(logits.shape).scatter(dim, index, 1);
    return one.sub(soft.detach()).add(soft);
  },
);
