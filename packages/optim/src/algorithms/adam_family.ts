import { type Tensor, zeros_like } from "@tt/core";
import { asReal, checkBetas, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { FusedStep } from "../optimizer/fused.ts";
import { scalarState } from "../optimizer/scalar_state.ts";
import type { ImplementationOptions, ParamState } from "../optimizer/types.ts";

/** Options of Adam and AdamW. */
export interface AdamOptions extends ImplementationOptions {
  lr?: number;
  /** Decay of the running averages of the gradient and of its square. */
  betas?: readonly [number, number];
  /** Added to the root of the squares, so that nothing is divided by zero. */
  eps?: number;
  weight_decay?: number;
  /** Divides by the largest average of squares so far. */
  amsgrad?: boolean;
  /** Climbs instead of descending. */
  maximize?: boolean;
  capturable?: boolean;
  /** Records the step itself. */
  differentiable?: boolean;
  fused?: boolean | null;
}

/** @throws ValueError for values out of range */
export function checkAdam(options: {
  lr?: number;
  eps?: number;
  betas?: readonly number[];
  weight_decay?: number;
}): void {
  checkNotNegative("learning rate", options.lr);
  checkNotNegative("epsilon value", options.eps);
  checkBetas(options.betas!);
  checkNotNegative("weight_decay value", options.weight_decay);
}

const fused = new FusedStep("_fused_adam_");

interface AdamGroup {
  params: Tensor[];
  lr: number;
  betas: readonly [number, number];
  eps: number;
  weight_decay: number;
  amsgrad: boolean;
  maximize: boolean;
  differentiable?: boolean;
}

/** One step of Adam, or with `decoupled` weight decay of AdamW. */
export function adamUpdate(
  name: string,
  group: AdamGroup,
  decoupled: boolean,
  stateOf: (param: Tensor, initial: () => ParamState) => ParamState,
): void {
  const { amsgrad, lr, betas, weight_decay, eps, maximize } = group;
  const params = withGradients(group.params, name);
  if (params.length === 0) return;
  const states = params.map((p) =>
    stateOf(p, () => ({
      step: scalarState(0),
      exp_avg: zeros_like(p.detach()),
      exp_avg_sq: zeros_like(p.detach()),
      ...(amsgrad && { max_exp_avg_sq: zeros_like(p.detach()) }),
    })),
  );
  const steps = states.map(countStep);
  const each = (key: string): Tensor[] => states.map((state) => asReal(state[key] as Tensor));
  fused.run(params.map(asReal), group.differentiable === true, [
    params.map((p) => asReal(p.gradTensor!)),
    each("exp_avg"),
    each("exp_avg_sq"),
    amsgrad ? each("max_exp_avg_sq") : [],
    steps,
    lr,
    betas[0],
    betas[1],
    weight_decay,
    eps,
    maximize,
    decoupled,
  ]);
}
