import { type Tensor, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { asReal, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { FusedStep } from "../optimizer/fused.ts";
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

const fused = new FusedStep("_fused_rmsprop_");

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
    const { lr, alpha, eps, weight_decay, momentum, centered, maximize, differentiable } = group;
    const params = withGradients(group.params, "RMSprop");
    if (params.length === 0) return;
    const states = params.map((param) =>
      this.stateOf(param, () => ({
        step: 0,
        square_avg: zeros_like(param.detach()),
        ...(momentum > 0 && { momentum_buffer: zeros_like(param.detach()) }),
        ...(centered && { grad_avg: zeros_like(param.detach()) }),
      })),
    );
    states.forEach(countStep);
    const each = (key: string): Tensor[] => states.map((state) => asReal(state[key] as Tensor));
    fused.run(params.map(asReal), differentiable, [
      params.map((param) => asReal(param.gradTensor!)),
      each("square_avg"),
      centered ? each("grad_avg") : [],
      momentum > 0 ? each("momentum_buffer") : [],
      lr,
      alpha,
      eps,
      weight_decay,
      momentum,
      maximize,
      differentiable,
    ]);
  }
}
