import { finfo, pyRepr, RuntimeError, type Tensor, ValueError, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { countStep, withGradients } from "../optimizer/checks.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { scalarState } from "../optimizer/scalar_state.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface AdafactorOptions extends ImplementationOptions {
  /** Upper bound of the relative step, which falls as the root of the number of steps. */
  lr?: number;
  /** Power of the number of steps by which averages of squares lose weight. */
  beta2_decay?: number;
  /** Smallest root of an average square (null: the dtype's eps) and smallest size of a parameter. */
  eps?: readonly [number | null, number];
  /** Steps of a larger root mean square are scaled down to it. */
  d?: number;
  /** Decay of the parameters apart from their gradients. */
  weight_decay?: number;
  maximize?: boolean;
}

const read = signature<AdafactorOptions & { params: Params<AdafactorOptions> }>(
  "Adafactor(Any params, float lr=0.01, float beta2_decay=-0.8, Any eps=[None, 0.001], float d=1.0, float weight_decay=0.0, *, bool? foreach=None, bool maximize=False)",
);

/**
 * Adam's idea in little memory: of the squares of a matrix's gradients only means of rows and columns are
 * kept (Shazeer and Stern, arXiv 1804.04235), with PyTorch's treatment of the learning rate.
 *
 * @example
 * ```ts
 * import { Adafactor } from "@tt/optim";
 * import { Parameter, ones } from "@tt/core";
 * import "@tt/autograd";
 * const weight = new Parameter(ones(2, 3));
 * const optimizer = new Adafactor([weight], { lr: 0.1 });
 * weight.pow(2).sum().backward();
 * optimizer.step();
 * weight.at(0, 0).item().toFixed(1); // "0.9"
 * optimizer.state.get(weight)!["row_var"].shape; // [2, 1]
 * ```
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<AdafactorOptions>,
    ...args: Arguments<
      [lr: number, beta2_decay: number, eps: readonly [number | null, number], d: number, weight_decay: number],
      AdafactorOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    const [eps1, eps2] = options.eps!;
    atLeast(0, "Learning rate", options.lr!);
    if (!(options.beta2_decay! <= 0))
      throw new ValueError(`beta2_decay should be <= 0 but is: ${pyRepr(options.beta2_decay)}`);
    if (eps1 !== null) atLeast(0, "epsilon1", eps1);
    atLeast(0, "epsilon2", eps2);
    atLeast(1, "Clipping threshold d", options.d!);
    atLeast(0, "weight_decay", options.weight_decay!);
    super(given, options);
  }

  protected override update(group: ParamGroup<AdafactorOptions>): void {
    const { lr, beta2_decay, eps, d, weight_decay, maximize } = group;
    for (const param of withGradients(group.params, "Adafactor")) {
      if (param.is_complex()) throw new RuntimeError("Adafactor does not support complex parameters");
      const grad = maximize ? param.gradTensor!.neg() : param.gradTensor!;
      const state = this.stateOf(param, () => initial(grad));
      const step = countStep(state);
      const fresh = step ** beta2_decay;
      const size = rootMeanSquare(param);
      const rate = Math.max(eps[1], size) * Math.min(lr, 1 / Math.sqrt(step));
      if (weight_decay !== 0) param.mul_(1 - lr * weight_decay);
      const smallest = eps[0] ?? finfo(param.dtype).eps;
      const step_ = squares(state, grad, fresh, smallest)
        .clamp_({ min: smallest * smallest })
        .rsqrt_()
        .mul_(grad);
      param.add_(step_, { alpha: -rate / Math.max(1, rootMeanSquare(step_) / d) });
    }
  }
}

function atLeast(bound: number, what: string, value: number): void {
  if (!(value >= bound)) throw new ValueError(`${what} should be >= ${bound} but is: ${pyRepr(value)}`);
}

/** Running means of squares: of rows and columns for matrices (and stacks of them), whole for the rest. */
function initial(grad: Tensor): Record<string, Tensor> {
  if (grad.ndim < 2) return { step: scalarState(0), variance: zeros_like(grad.detach()) };
  const rows = [...grad.shape];
  const columns = [...grad.shape];
  rows[rows.length - 1] = 1;
  columns[columns.length - 2] = 1;
  return { step: scalarState(0), row_var: grad.new_zeros(rows), col_var: grad.new_zeros(columns) };
}

/** Takes the gradient's squares into the running means and gives what they say of every element. */
function squares(state: Record<string, Tensor>, grad: Tensor, weight: number, smallest: number): Tensor {
  const squared = grad.mul(grad);
  const { variance, row_var, col_var } = state;
  if (variance !== undefined) return variance.lerp_(squared, weight).clone();
  row_var!.lerp_(squared.mean(-1, { keepdim: true }), weight);
  col_var!.lerp_(squared.mean(-2, { keepdim: true }), weight);
  return row_var!.matmul(col_var!).div_(row_var!.mean(-2, { keepdim: true }).clamp_({ min: smallest }));
}

function rootMeanSquare(tensor: Tensor): number {
  return tensor.norm(2).item() / Math.sqrt(tensor.numel());
}
