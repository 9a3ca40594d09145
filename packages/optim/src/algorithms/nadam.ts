import { type Tensor, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { checkBetas, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { FusedStep } from "../optimizer/fused.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { scalarState } from "../optimizer/scalar_state.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface NAdamOptions extends ImplementationOptions {
  lr?: number;
  betas?: readonly [number, number];
  eps?: number;
  weight_decay?: number;
  /** How fast the momentum approaches its final value. */
  momentum_decay?: number;
}

const read = signature<NAdamOptions & { params: Params<NAdamOptions> }>(
  "NAdam(Any params, float lr=0.002, float[2] betas=[0.9, 0.999], float eps=1e-08, float weight_decay=0, float momentum_decay=0.004, bool? foreach=None)",
);

const fused = new FusedStep("_fused_nadam_");

/** Adam with Nesterov momentum (Dozat, Incorporating Nesterov momentum into Adam). */
export class NAdam extends Optimizer<NAdamOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<NAdamOptions>,
    ...args: Arguments<
      [
        lr: number,
        betas: readonly [number, number],
        eps: number,
        weight_decay: number,
        momentum_decay: number,
        foreach: boolean | null,
      ],
      NAdamOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("epsilon value", options.eps);
    checkBetas(options.betas!);
    checkNotNegative("weight_decay value", options.weight_decay);
    checkNotNegative("momentum_decay value", options.momentum_decay);
    super(given, options);
  }

  protected override update(group: ParamGroup<NAdamOptions>): void {
    const { lr, betas, eps, weight_decay, momentum_decay } = group;
    const [beta1, beta2] = betas;
    const params = withGradients(group.params, "NAdam");
    if (params.length === 0) return;
    const gradSizes: number[] = [];
    const meanSizes: number[] = [];
    const corrections: number[] = [];
    const states = params.map((param) => {
      const state = this.stateOf(param, () => ({
        step: scalarState(0),
        mu_product: scalarState(1),
        exp_avg: zeros_like(param.detach()),
        exp_avg_sq: zeros_like(param.detach()),
      }));
      const step = countStep(state);
      const mu = beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay));
      const muNext = beta1 * (1 - 0.5 * 0.96 ** ((step + 1) * momentum_decay));
      const product = (state["mu_product"] as Tensor).mul_(mu);
      const productNext = product.mul(mu).mul(muNext).item();
      gradSizes.push((lr * (1 - mu)) / (1 - product.item()));
      meanSizes.push((lr * muNext) / (1 - productNext));
      corrections.push(1 - beta2 ** step);
      return state;
    });
    fused.run(params, false, [
      params.map((param) => param.gradTensor!),
      states.map((state) => state["exp_avg"]),
      states.map((state) => state["exp_avg_sq"]),
      gradSizes,
      meanSizes,
      corrections,
      beta1,
      beta2,
      eps,
      weight_decay,
    ]);
  }
}
