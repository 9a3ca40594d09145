import { modes } from "../../dispatch/state.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Whether a gradient formula itself is being recorded, so that a fused backward kernel would end the graph. */
export function recordingGradients(): boolean {
  return modes().gradEnabled;
}

/** Gradients of normalising, out of ordinary ops: input, and the normalised input that the weight's gradient needs. */
export function normGradients(
  scaledGrad: Tensor,
  input: Tensor,
  dims: readonly number[],
  eps: number,
): { readonly input: Tensor; readonly normalised: Tensor } {
  const keep = { keepdim: true };
  const centred = input.sub(input.mean(dims, keep));
  const rstd = centred.mul(centred).mean(dims, keep).add(eps).rsqrt();
  const normalised = centred.mul(rstd);
  const level = scaledGrad.mean(dims, keep);
  const slope = scaledGrad.mul(normalised).mean(dims, keep);
  return { input: scaledGrad.sub(level).sub(normalised.mul(slope)).mul(rstd), normalised };
}
