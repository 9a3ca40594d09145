import { type Tensor, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { checkBetas, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { scalarState } from "../optimizer/scalar_state.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface RAdamOptions extends ImplementationOptions {
  lr?: number;
  betas?: readonly [number, number];
  eps?: number;
  weight_decay?: number;
}

const read = signature<RAdamOptions & { params: Params<RAdamOptions> }>(
  "RAdam(Any params, float lr=0.001, float[2] betas=[0.9, 0.999], float eps=1e-08, float weight_decay=0, bool? foreach=None)",
);

/** Adam that trusts its squares only once they have seen enough (Liu et al., arXiv 1908.03265). */
export class RAdam extends Optimizer<RAdamOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<RAdamOptions>,
    ...args: Arguments<
      [lr: number, betas: readonly [number, number], eps: number, weight_decay: number, foreach: boolean | null],
      RAdamOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("epsilon value", options.eps);
    checkBetas(options.betas!);
    checkNotNegative("weight_decay value", options.weight_decay);
    super(given, options);
  }

  protected override update(group: ParamGroup<RAdamOptions>): void {
    const { lr, betas, eps, weight_decay } = group;
    const [beta1, beta2] = betas;
    for (const param of withGradients(group.params, "RAdam")) {
      const state = this.stateOf(param, () => ({
        step: scalarState(0),
        exp_avg: zeros_like(param.detach()),
        exp_avg_sq: zeros_like(param.detach()),
      }));
      const step = countStep(state);
      const correction2 = 1 - beta2 ** step;
      let grad = param.gradTensor!;
      if (weight_decay !== 0) grad = grad.add(param, { alpha: weight_decay });
      const exp_avg = state["exp_avg"] as Tensor;
      const exp_avg_sq = state["exp_avg_sq"] as Tensor;
      exp_avg.mul_(beta1).add_(grad, { alpha: 1 - beta1 });
      exp_avg_sq.mul_(beta2).addcmul_(grad, grad, { value: 1 - beta2 });
      const corrected = exp_avg.div(1 - beta1 ** step);
      const rhoInf = 2 / (1 - beta2) - 1;
      const rho = rhoInf - (2 * step * beta2 ** step) / correction2;
      if (rho <= 5) {
        param.add_(corrected.mul(lr), { alpha: -1 });
        continue;
      }
      const rect = Math.sqrt(((rho - 4) * (rho - 2) * rhoInf) / ((rhoInf - 4) * (rhoInf - 2) * rho));
      const adaptive = exp_avg_sq.sqrt().add_(eps).reciprocal_().mul_(Math.sqrt(correction2));
      param.add_(corrected.mul(lr).mul(adaptive).mul(rect), { alpha: -1 });
    }
  }
}
