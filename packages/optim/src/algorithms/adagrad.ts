import { RuntimeError, type Tensor, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { asReal, checkNotNegative, countStep, sparseLike } from "../optimizer/checks.ts";
import { FusedStep } from "../optimizer/fused.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { scalarState } from "../optimizer/scalar_state.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface AdagradOptions extends ImplementationOptions {
  lr?: number;
  /** How the learning rate falls with the number of steps. */
  lr_decay?: number;
  weight_decay?: number;
  /** Where the sum of squares starts. */
  initial_accumulator_value?: number;
  eps?: number;
  maximize?: boolean;
}

const read = signature<AdagradOptions & { params: Params<AdagradOptions> }>(
  "Adagrad(Any params, float lr=0.01, float lr_decay=0, float weight_decay=0, float initial_accumulator_value=0, float eps=1e-10, bool? foreach=None, *, bool maximize=False)",
);

const fused = new FusedStep("_fused_adagrad_");

/** Divides by the root of the sum of all squared gradients (Duchi, Hazan and Singer, 2011). */
export class Adagrad extends Optimizer<AdagradOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<AdagradOptions>,
    ...args: Arguments<
      [
        lr: number,
        lr_decay: number,
        weight_decay: number,
        initial_accumulator_value: number,
        eps: number,
        foreach: boolean | null,
      ],
      AdagradOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("lr_decay value", options.lr_decay);
    checkNotNegative("weight_decay value", options.weight_decay);
    checkNotNegative("initial_accumulator_value value", options.initial_accumulator_value);
    checkNotNegative("epsilon value", options.eps);
    super(given, options);
    for (const { params: tensors } of this.param_groups) for (const param of tensors) this.initialise(param);
  }

  private initialise(param: Tensor): Record<string, unknown> {
    return this.stateOf(param, () => {
      const sum = zeros_like(param.detach());
      asReal(sum).fill_(this.defaults.initial_accumulator_value!);
      return { step: scalarState(0), sum };
    });
  }

  /** Memory of the state is shared between threads only where it was allocated so; nothing is to be done. */
  share_memory(): this {
    return this;
  }

  protected override update(group: ParamGroup<AdagradOptions>): void {
    const { lr, lr_decay, weight_decay, eps, maximize } = group;
    const params: Tensor[] = [];
    const sums: Tensor[] = [];
    const sizes: number[] = [];
    for (const param of group.params) {
      if (param.gradTensor === null) continue;
      const state = this.initialise(param);
      const step = countStep(state);
      if (param.gradTensor.is_sparse) {
        this.updateRows(param, state["sum"] as Tensor, step, group);
        continue;
      }
      params.push(param);
      sums.push(asReal(state["sum"] as Tensor));
      sizes.push(lr / (1 + (step - 1) * lr_decay));
    }
    if (params.length === 0) return;
    const grads = params.map((param) => asReal(param.gradTensor!));
    fused.run(params.map(asReal), false, [grads, sums, sizes, eps, weight_decay, maximize]);
  }

  /** Only the rows of a sparse gradient. */
  private updateRows(param: Tensor, sum: Tensor, step: number, group: ParamGroup<AdagradOptions>): void {
    const { lr, lr_decay, weight_decay, eps, maximize } = group;
    if (weight_decay !== 0) {
      throw new RuntimeError("weight_decay option is not compatible with sparse gradients");
    }
    const grad = (maximize ? param.gradTensor!.neg() : param.gradTensor!).coalesce();
    const values = grad.values();
    sum.add_(sparseLike(grad, values.pow(2)));
    const roots = sum.sparse_mask(grad).values().sqrt_().add_(eps);
    param.add_(sparseLike(grad, values.div(roots)), { alpha: -(lr / (1 + (step - 1) * lr_decay)) });
  }
}
