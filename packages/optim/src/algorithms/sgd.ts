import { empty_like, type Tensor, ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { asReal, checkNotNegative } from "../optimizer/checks.ts";
import { FusedStep } from "../optimizer/fused.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface SGDOptions extends ImplementationOptions {
  lr?: number;
  /** How much of the last step is kept. */
  momentum?: number;
  /** How much of the gradient is left out of the momentum. */
  dampening?: number;
  /** Strength of the pull towards zero. */
  weight_decay?: number;
  nesterov?: boolean;
  /** Climbs instead of descending. */
  maximize?: boolean;
  /** Records the step itself. */
  differentiable?: boolean;
}

const read = signature<SGDOptions & { params: Params<SGDOptions> }>(
  "SGD(Any params, float? lr=None, float momentum=0, float dampening=0, float weight_decay=0, bool nesterov=False, *, bool maximize=False, bool? foreach=None, bool differentiable=False)",
);

const fused = new FusedStep("_fused_sgd_");

/**
 * Stochastic gradient descent, with momentum if wanted.
 *
 * @example
 * ```ts
 * import { SGD } from "@tt/optim";
 * import { Parameter, ones } from "@tt/core";
 * import "@tt/autograd";
 * const weight = new Parameter(ones(2));
 * const optimizer = new SGD([weight], { lr: 0.1, momentum: 0.9 });
 * weight.pow(2).sum().backward();
 * optimizer.step();
 * weight.at(0).item().toFixed(1); // "0.8"
 * ```
 */
export class SGD extends Optimizer<SGDOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<SGDOptions>,
    ...args: Arguments<
      [lr: number, momentum: number, dampening: number, weight_decay: number, nesterov: boolean],
      SGDOptions
    >
  ) {
    const { params: given, lr, ...options } = read([params, ...args]);
    checkNotNegative("learning rate", lr ?? undefined);
    checkNotNegative("momentum value", options.momentum);
    checkNotNegative("weight_decay value", options.weight_decay);
    if (options.nesterov && (options.momentum! <= 0 || options.dampening !== 0)) {
      throw new ValueError("Nesterov momentum requires a momentum and zero dampening");
    }
    super(given, { lr: lr ?? undefined, ...options } as SGDOptions);
  }

  protected override update(group: ParamGroup<SGDOptions>): void {
    const { momentum } = group;
    const fresh: Tensor[] = [];
    const params: Tensor[] = [];
    for (const param of group.params) {
      if (param.gradTensor === null) continue;
      const state = this.state.get(param);
      const buffer = state?.["momentum_buffer"] as Tensor | null | undefined;
      if (momentum !== 0 && (buffer === undefined || buffer === null)) {
        this.state.set(param, { momentum_buffer: empty_like(param.detach()) });
        fresh.push(param);
        continue;
      }
      if (state === undefined) this.state.set(param, { momentum_buffer: null });
      params.push(param);
    }
    if (fresh.length > 0) this.run(fresh, group, true);
    if (params.length > 0) this.run(params, group, false);
  }

  private run(params: readonly Tensor[], group: ParamGroup<SGDOptions>, is_first_step: boolean): void {
    const { momentum, weight_decay, lr, dampening, nesterov, maximize } = group;
    const buffers = momentum === 0 ? [] : params.map((p) => asReal(this.state.get(p)!["momentum_buffer"] as Tensor));
    const grads = params.map((p) => asReal(p.gradTensor!));
    // Kernels take dense gradients; the ops the step is made of take sparse ones too.
    const written = group.differentiable || grads.some((grad) => grad.is_sparse);
    fused.run(params.map(asReal), written, [
      grads,
      buffers,
      weight_decay,
      momentum,
      lr,
      dampening,
      nesterov,
      maximize,
      is_first_step,
    ]);
  }
}
