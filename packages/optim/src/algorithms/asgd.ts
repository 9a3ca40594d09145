import { type Tensor, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { asReal, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { scalarState } from "../optimizer/scalar_state.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface ASGDOptions extends ImplementationOptions {
  lr?: number;
  /** Decay of the parameters. */
  lambd?: number;
  /** Power by which the step size falls. */
  alpha?: number;
  /** Step at which averaging starts. */
  t0?: number;
  weight_decay?: number;
  maximize?: boolean;
}

const read = signature<ASGDOptions & { params: Params<ASGDOptions> }>(
  "ASGD(Any params, float lr=0.01, float lambd=0.0001, float alpha=0.75, float t0=1000000.0, float weight_decay=0, bool? foreach=None, bool maximize=False)",
);

/** Averaged stochastic gradient descent; the averages are in the state as `ax` (Polyak and Juditsky, 1992). */
export class ASGD extends Optimizer<ASGDOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<ASGDOptions>,
    ...args: Arguments<
      [
        lr: number,
        lambd: number,
        alpha: number,
        t0: number,
        weight_decay: number,
        foreach: boolean | null,
        maximize: boolean,
      ],
      ASGDOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("weight_decay value", options.weight_decay);
    super(given, options);
  }

  protected override update(group: ParamGroup<ASGDOptions>): void {
    const { lr, lambd, alpha, t0, weight_decay, maximize } = group;
    for (const param of withGradients(group.params, "ASGD")) {
      const state = this.stateOf(param, () => ({
        step: scalarState(0),
        eta: scalarState(lr),
        mu: scalarState(1),
        ax: zeros_like(param.detach()),
      }));
      const step = countStep(state);
      let grad = maximize ? param.gradTensor!.neg() : param.gradTensor!;
      grad = asReal(grad);
      const target = asReal(param);
      if (weight_decay !== 0) grad = grad.add(target, { alpha: weight_decay });
      const ax = asReal(state["ax"] as Tensor);
      const eta = (state["eta"] as Tensor).item();
      const mu = (state["mu"] as Tensor).item();
      target.mul_(1 - lambd * eta).add_(grad, { alpha: -eta });
      if (mu === 1) ax.copy_(target);
      else ax.add_(target.sub(ax).mul(mu));
      (state["eta"] as Tensor).fill_(lr / (1 + lambd * lr * step) ** alpha);
      (state["mu"] as Tensor).fill_(1 / Math.max(1, step - t0));
    }
  }
}
