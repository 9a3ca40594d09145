import { type Tensor, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { asReal, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface RMSpropOptions extends ImplementationOptions {
  lr?: number;
  /** Decay of the running average of squares. */
  alpha?: number;
  eps?: number;
  weight_decay?: number;
  momentum?: number;
  /** Divides by the root of the variance instead of that of the squares. */
  centered?: boolean;
  maximize?: boolean;
  /** Records the step itself. */
  differentiable?: boolean;
}

const read = signature<RMSpropOptions & { params: Params<RMSpropOptions> }>(
  "RMSprop(Any params, float lr=0.01, float alpha=0.99, float eps=1e-08, float weight_decay=0, float momentum=0, bool centered=False, bool? foreach=None, bool maximize=False, bool differentiable=False)",
);

/** Divides by a running root mean square of the gradient (Hinton, lecture 6 of Neural Networks for Machine Learning). */
export class RMSprop extends Optimizer<RMSpropOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<RMSpropOptions>,
    ...args: Arguments<
      [lr: number, alpha: number, eps: number, weight_decay: number, momentum: number, centered: boolean],
      RMSpropOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("epsilon value", options.eps);
    checkNotNegative("momentum value", options.momentum);
    checkNotNegative("weight_decay value", options.weight_decay);
    checkNotNegative("alpha value", options.alpha);
    super(given, options);
  }

  protected override update(group: ParamGroup<RMSpropOptions>): void {
    const { lr, alpha, eps, weight_decay, momentum, centered, maximize } = group;
    for (const param of withGradients(group.params, "RMSprop")) {
      const state = this.stateOf(param, () => ({
        step: 0,
        square_avg: zeros_like(param.detach()),
        ...(momentum > 0 && { momentum_buffer: zeros_like(param.detach()) }),
        ...(centered && { grad_avg: zeros_like(param.detach()) }),
      }));
      countStep(state);
      const part = (key: string): Tensor => asReal(state[key] as Tensor);
      let grad = maximize ? param.gradTensor!.neg() : param.gradTensor!;
      if (weight_decay !== 0) grad = grad.add(param, { alpha: weight_decay });
      grad = asReal(grad);
      const target = asReal(param);
      const square_avg = part("square_avg")
        .mul_(alpha)
        .addcmul_(grad, grad, { value: 1 - alpha });
      let average: Tensor;
      if (centered) {
        const grad_avg = part("grad_avg")
          .mul_(alpha)
          .add_(grad, { alpha: 1 - alpha });
        average = square_avg.addcmul(grad_avg, grad_avg, { value: -1 }).sqrt_();
      } else average = square_avg.sqrt();
      average = group.differentiable ? average.add(eps) : average.add_(eps);
      if (momentum > 0) {
        const buffer = part("momentum_buffer").mul_(momentum).addcdiv_(grad, average);
        target.add_(buffer, { alpha: -lr });
      } else target.addcdiv_(grad, average, { value: -lr });
    }
  }
}
