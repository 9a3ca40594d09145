import { type Tensor, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { asReal, checkBetas, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { scalarState } from "../optimizer/scalar_state.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface AdamaxOptions extends ImplementationOptions {
  lr?: number;
  betas?: readonly [number, number];
  eps?: number;
  weight_decay?: number;
  maximize?: boolean;
}

const read = signature<AdamaxOptions & { params: Params<AdamaxOptions> }>(
  "Adamax(Any params, float lr=0.002, float[2] betas=[0.9, 0.999], float eps=1e-08, float weight_decay=0, bool? foreach=None, *, bool maximize=False)",
);

/** Adam with the infinity norm of past gradients in place of the root of their squares (arXiv 1412.6980, section 7). */
export class Adamax extends Optimizer<AdamaxOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<AdamaxOptions>,
    ...args: Arguments<
      [lr: number, betas: readonly [number, number], eps: number, weight_decay: number, foreach: boolean | null],
      AdamaxOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("epsilon value", options.eps);
    checkBetas(options.betas!);
    checkNotNegative("weight_decay value", options.weight_decay);
    super(given, options);
  }

  protected override update(group: ParamGroup<AdamaxOptions>): void {
    const { lr, betas, eps, weight_decay, maximize } = group;
    for (const param of withGradients(group.params, "Adamax")) {
      const state = this.stateOf(param, () => ({
        step: scalarState(0),
        exp_avg: zeros_like(param.detach()),
        exp_inf: zeros_like(param.detach()),
      }));
      const step = countStep(state);
      let grad = maximize ? param.gradTensor!.neg() : param.gradTensor!;
      if (weight_decay !== 0) grad = grad.add(param, { alpha: weight_decay });
      grad = asReal(grad);
      const exp_avg = asReal(state["exp_avg"] as Tensor);
      const exp_inf = asReal(state["exp_inf"] as Tensor);
      exp_avg.mul_(betas[0]).add_(grad, { alpha: 1 - betas[0] });
      exp_inf.mul_(betas[1]);
      exp_inf.copy_(exp_inf.maximum(grad.abs().add_(eps)));
      asReal(param).addcdiv_(exp_avg, exp_inf, { value: -(lr / (1 - betas[0] ** step)) });
    }
  }
}
