import { pyRepr, type Tensor, ValueError, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { asReal, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface AdadeltaOptions extends ImplementationOptions {
  lr?: number;
  /** Decay of the running averages. */
  rho?: number;
  eps?: number;
  weight_decay?: number;
  maximize?: boolean;
}

const read = signature<AdadeltaOptions & { params: Params<AdadeltaOptions> }>(
  "Adadelta(Any params, float lr=1.0, float rho=0.9, float eps=1e-06, float weight_decay=0, bool? foreach=None, *, bool maximize=False)",
);

/** Steps in the ratio of past steps to past gradients (Zeiler, arXiv 1212.5701). */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<AdadeltaOptions>,
    ...args: Arguments<
      [lr: number, rho: number, eps: number, weight_decay: number, foreach: boolean | null],
      AdadeltaOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    checkNotNegative("learning rate", options.lr);
    if (!(options.rho! >= 0 && options.rho! <= 1)) throw new ValueError(`Invalid rho value: ${pyRepr(options.rho)}`);
    checkNotNegative("epsilon value", options.eps);
    checkNotNegative("weight_decay value", options.weight_decay);
    super(given, options);
  }

  protected override update(group: ParamGroup<AdadeltaOptions>): void {
    const { lr, rho, eps, weight_decay, maximize } = group;
    for (const param of withGradients(group.params, "Adadelta")) {
      const state = this.stateOf(param, () => ({
        step: 0,
        square_avg: zeros_like(param.detach()),
        acc_delta: zeros_like(param.detach()),
      }));
      countStep(state);
      let grad = maximize ? param.gradTensor!.neg() : param.gradTensor!;
      if (weight_decay !== 0) grad = grad.add(param, { alpha: weight_decay });
      grad = asReal(grad);
      const square_avg = asReal(state["square_avg"] as Tensor)
        .mul_(rho)
        .addcmul_(grad, grad, { value: 1 - rho });
      const acc_delta = asReal(state["acc_delta"] as Tensor);
      const std = square_avg.add(eps).sqrt_();
      const delta = acc_delta.add(eps).sqrt_().div_(std).mul_(grad);
      acc_delta.mul_(rho).addcmul_(delta, delta, { value: 1 - rho });
      asReal(param).add_(delta, { alpha: -lr });
    }
  }
}
