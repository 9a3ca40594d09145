import { type Tensor, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { asReal, checkBetas, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { FusedStep } from "../optimizer/fused.ts";
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

const fused = new FusedStep("_fused_adamax_");

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
    const params = withGradients(group.params, "Adamax");
    if (params.length === 0) return;
    const states = params.map((param) =>
      this.stateOf(param, () => ({
        step: scalarState(0),
        exp_avg: zeros_like(param.detach()),
        exp_inf: zeros_like(param.detach()),
      })),
    );
    const sizes = states.map((state) => lr / (1 - betas[0] ** countStep(state)));
    const each = (key: string): Tensor[] => states.map((state) => asReal(state[key] as Tensor));
    fused.run(params.map(asReal), false, [
      params.map((param) => asReal(param.gradTensor!)),
      each("exp_avg"),
      each("exp_inf"),
      sizes,
      betas[0],
      betas[1],
      eps,
      weight_decay,
      maximize,
    ]);
  }
}
