import { zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { checkBetas, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { FusedStep } from "../optimizer/fused.ts";
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

const fused = new FusedStep("_fused_radam_");

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
    const params = withGradients(group.params, "RAdam");
    if (params.length === 0) return;
    const corrections: number[] = [];
    const rects: number[] = [];
    const roots: number[] = [];
    const rhoInf = 2 / (1 - beta2) - 1;
    const states = params.map((param) => {
      const state = this.stateOf(param, () => ({
        step: scalarState(0),
        exp_avg: zeros_like(param.detach()),
        exp_avg_sq: zeros_like(param.detach()),
      }));
      const step = countStep(state);
      const correction2 = 1 - beta2 ** step;
      const rho = rhoInf - (2 * step * beta2 ** step) / correction2;
      const rect = Math.sqrt(((rho - 4) * (rho - 2) * rhoInf) / ((rhoInf - 4) * (rhoInf - 2) * rho));
      corrections.push(1 - beta1 ** step);
      rects.push(rho <= 5 ? 0 : rect);
      roots.push(Math.sqrt(correction2));
      return state;
    });
    fused.run(params, false, [
      params.map((param) => param.gradTensor!),
      states.map((state) => state["exp_avg"]),
      states.map((state) => state["exp_avg_sq"]),
      corrections,
      rects,
      roots,
      lr,
      beta1,
      beta2,
      eps,
      weight_decay,
    ]);
  }
}
