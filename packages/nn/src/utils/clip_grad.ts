import { no_grad, pyFloat, RuntimeError, Tensor, zeros } from "@tt/core";
import { callOp } from "@tt/core/dispatch";

type Parameters = Tensor | Iterable<Tensor>;

const gradientsOf = (parameters: Parameters): Tensor[] =>
  (parameters instanceof Tensor ? [parameters] : [...parameters]).map((p) => p.grad).filter((g) => g !== null);

const norm = (tensor: Tensor, p: number): Tensor => callOp("norm", tensor, p, null, false, null);

interface ClipNormOptions {
  norm_type?: number;
  error_if_nonfinite?: boolean;
}

/**
 * Scales all gradients together so that their norm, taken as of one vector, is at most `max_norm`; in place.
 * @returns the norm before
 * @throws RuntimeError when the norm is not finite and `error_if_nonfinite` is set
 */
export function clip_grad_norm_(
  parameters: Parameters,
  max_norm: number,
  norm_type: number | ClipNormOptions = 2,
  error_if_nonfinite = false,
): Tensor {
  if (typeof norm_type === "object") {
    return clip_grad_norm_(parameters, max_norm, norm_type.norm_type ?? 2, norm_type.error_if_nonfinite ?? false);
  }
  return no_grad(() => {
    const grads = gradientsOf(parameters).map((g) => g.detach());
    if (grads.length === 0) return zeros([]);
    const { device } = grads[0]!;
    const each = (f: (g: Tensor) => Tensor): Tensor =>
      callOp(
        "stack",
        grads.map((g) => f(g).to(device)),
        0,
      );
    const total =
      norm_type === Number.POSITIVE_INFINITY
        ? each((g) => g.abs().max()).max()
        : norm(
            each((g) => norm(g, norm_type)),
            norm_type,
          );
    if (error_if_nonfinite && !Number.isFinite(total.item())) {
      throw new RuntimeError(
        `The total norm of order ${pyFloat(norm_type)} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set \`error_if_nonfinite=False\``,
      );
    }
    const factor = total.add(1e-6).reciprocal().mul(max_norm).clamp_max(1);
    for (const grad of grads) grad.mul_(factor.to(grad.device));
    return total;
  });
}

/** Limits every element of the gradients to [-clip_value, clip_value], in place. */
export function clip_grad_value_(parameters: Parameters, clip_value: number): void {
  no_grad(() => {
    for (const grad of gradientsOf(parameters)) grad.clamp_(-clip_value, clip_value);
  });
}
