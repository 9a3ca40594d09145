import { pyRepr, RuntimeError, Tensor, ValueError, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { checkBetas, sparseLike } from "../optimizer/checks.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import type { CommonOptions, ParamGroup, ParamGroupInput, Params } from "../optimizer/types.ts";

export interface SparseAdamOptions extends CommonOptions {
  lr?: number;
  betas?: readonly [number, number];
  eps?: number;
  maximize?: boolean;
}

const read = signature<SparseAdamOptions & { params: Params<SparseAdamOptions> }>(
  "SparseAdam(Any params, float lr=0.001, float[2] betas=[0.9, 0.999], float eps=1e-08, bool maximize=False)",
);

/**
 * Adam for sparse gradients, as embeddings with `sparse: true` give them: averages and parameters change only in the
 * rows that a gradient has.
 *
 * @example
 * ```ts
 * import { SparseAdam } from "@tt/optim";
 * import { Parameter, ones } from "@tt/core";
 * import { sparse_coo_tensor } from "@tt/core/sparse";
 * import "@tt/autograd";
 * const weight = new Parameter(ones(3, 1));
 * const optimizer = new SparseAdam([weight], { lr: 0.5 });
 * weight.grad = sparse_coo_tensor([[1]], [[2]], [3, 1]);
 * optimizer.step();
 * weight.tolist(); // [[1], [0.5], [1]]
 * ```
 */
export class SparseAdam extends Optimizer<SparseAdamOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range and sparse parameters */
  constructor(
    params: Params<SparseAdamOptions>,
    ...args: Arguments<
      [lr: number, betas: readonly [number, number], eps: number, maximize: boolean],
      SparseAdamOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    if (!(options.lr! > 0)) throw new ValueError(`Invalid learning rate: ${pyRepr(options.lr)}`);
    if (!(options.eps! > 0)) throw new ValueError(`Invalid epsilon value: ${pyRepr(options.eps)}`);
    checkBetas(options.betas!);
    super(given, options);
  }

  override add_param_group(param_group: ParamGroupInput<SparseAdamOptions>): void {
    const { params } = param_group;
    const list = params instanceof Tensor ? [params] : [...params];
    const sparse = list.flatMap((param, i) => (param.is_sparse ? [i] : []));
    if (sparse.length > 0) {
      throw new ValueError(
        `Sparse params at indices [${sparse.join(", ")}]: SparseAdam requires dense parameter tensors`,
      );
    }
    super.add_param_group({ ...param_group, params: list });
  }

  protected override update(group: ParamGroup<SparseAdamOptions>): void {
    for (const param of group.params) {
      if (param.gradTensor === null) continue;
      if (!param.gradTensor.is_sparse) {
        throw new RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead");
      }
      this.updateRows(param, group);
    }
  }

  private updateRows(param: Tensor, { lr, betas, eps, maximize }: ParamGroup<SparseAdamOptions>): void {
    const state = this.stateOf(param, () => ({
      step: 0,
      exp_avg: zeros_like(param.detach()),
      exp_avg_sq: zeros_like(param.detach()),
    }));
    const step = ((state["step"] as number) += 1);
    const found = param.gradTensor!.coalesce();
    if (found._nnz() === 0) return;
    const grad = maximize ? found.neg() : found;
    const values = grad.values();
    const change = (kept: Tensor, target: Tensor, rate: number): Tensor => {
      const before = kept.sparse_mask(grad).values();
      const delta = target.sub(before).mul_(rate);
      kept.add_(sparseLike(grad, delta));
      return before.add_(delta);
    };
    const numerator = change(state["exp_avg"] as Tensor, values, 1 - betas[0]);
    const denominator = change(state["exp_avg_sq"] as Tensor, values.pow(2), 1 - betas[1])
      .sqrt_()
      .add_(eps);
    const rate = (lr * Math.sqrt(1 - betas[1] ** step)) / (1 - betas[0] ** step);
    param.add_(sparseLike(grad, numerator.div_(denominator).mul_(-rate)));
  }
}
