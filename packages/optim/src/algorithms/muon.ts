import { addmm, pyRepr, RuntimeError, Tensor, ValueError, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { withGradients } from "../optimizer/checks.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import type { CommonOptions, ParamGroup, ParamGroupInput, Params } from "../optimizer/types.ts";

/** How the learning rate follows from the shape: Muon's own way, or such that steps are as large as AdamW's. */
export type MuonAdjustment = "original" | "match_rms_adamw";

export interface MuonOptions extends CommonOptions {
  lr?: number;
  /** Decay of the parameters apart from their gradients. */
  weight_decay?: number;
  /** How much of the last step is kept. */
  momentum?: number;
  nesterov?: boolean;
  /** Coefficients of the polynomial that drives singular values towards one. */
  ns_coefficients?: readonly [number, number, number];
  /** Smallest norm that a step is divided by. */
  eps?: number;
  /** How often the polynomial is applied. */
  ns_steps?: number;
  adjust_lr_fn?: MuonAdjustment | null;
}

const read = signature<MuonOptions & { params: Params<MuonOptions> }>(
  "Muon(Any params, float lr=0.001, float weight_decay=0.1, float momentum=0.95, bool nesterov=True, float[3] ns_coefficients=[3.4445, -4.775, 2.0315], float eps=1e-07, int ns_steps=5, str? adjust_lr_fn=None)",
);

/**
 * Momentum whose steps are made orthogonal by a Newton-Schulz iteration, for the weights of hidden layers
 * (Jordan, Muon: an optimizer for hidden layers in neural networks, 2024). Only for matrices: give biases and embeddings to AdamW.
 *
 * @example
 * ```ts
 * import { Muon } from "@tt/optim";
 * import { Parameter, eye } from "@tt/core";
 * import "@tt/autograd";
 * const weight = new Parameter(eye(4));
 * const optimizer = new Muon([weight], { lr: 0.1, weight_decay: 0 });
 * weight.pow(2).sum().backward();
 * optimizer.step();
 * weight.at(0, 0).item() < 1; // true
 * ```
 */
export class Muon extends Optimizer<MuonOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range and for parameters that are no matrices */
  constructor(
    params: Params<MuonOptions>,
    ...args: Arguments<
      [
        lr: number,
        weight_decay: number,
        momentum: number,
        nesterov: boolean,
        ns_coefficients: readonly [number, number, number],
        eps: number,
        ns_steps: number,
        adjust_lr_fn: MuonAdjustment | null,
      ],
      MuonOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    const { lr, momentum, weight_decay, adjust_lr_fn = null } = options;
    if (!(lr! >= 0)) throw new ValueError(`Learning rate should be >= 0 but is: ${pyRepr(lr)}`);
    if (!(momentum! >= 0)) throw new ValueError(`momentum should be >= 0 but is: ${pyRepr(momentum)}`);
    if (!(weight_decay! >= 0)) throw new ValueError(`weight decay should be >= 0 but is: ${pyRepr(weight_decay)}`);
    if (adjust_lr_fn !== null && adjust_lr_fn !== "original" && adjust_lr_fn !== "match_rms_adamw")
      throw new ValueError(`Adjust learning rate function ${String(adjust_lr_fn)} is not supported`);
    super(given, options);
  }

  override add_param_group(param_group: ParamGroupInput<MuonOptions>): void {
    const { params } = param_group;
    const list = params instanceof Tensor ? [params] : [...params];
    for (const { shape } of list) {
      if (shape.length === 2) continue;
      const size = `torch.Size([${shape.join(", ")}])`;
      throw new ValueError(`Muon only supports 2D parameters whereas we found a parameter with size: ${size}`);
    }
    super.add_param_group({ ...param_group, params: list });
  }

  protected override update(group: ParamGroup<MuonOptions>): void {
    const { lr, weight_decay, momentum, nesterov } = group;
    for (const param of withGradients(group.params, "Muon")) {
      if (param.is_complex()) throw new RuntimeError("Muon does not support complex parameters");
      const grad = param.gradTensor!;
      const state = this.stateOf(param, () => ({ momentum_buffer: zeros_like(grad.detach()) }));
      const buffer = (state["momentum_buffer"] as Tensor).lerp_(grad, 1 - momentum);
      const step = orthogonal(nesterov ? grad.lerp(buffer, momentum) : buffer, group);
      param.mul_(1 - lr * weight_decay);
      param.add_(step.to(param.dtype), { alpha: -adjusted(group, param.shape) });
    }
  }
}

/** The nearest matrix, roughly, whose singular values are all one; in bfloat16, as PyTorch computes it. */
function orthogonal(matrix: Tensor, { ns_coefficients, ns_steps, eps }: ParamGroup<MuonOptions>): Tensor {
  if (ns_steps >= 100) throw new ValueError("Number of steps must be less than 100 for computational efficiency");
  if (ns_coefficients.length !== 3) throw new ValueError(`Coefficients must be a tuple of exactly 3 values`);
  const [a, b, c] = ns_coefficients;
  const tall = matrix.shape[0]! > matrix.shape[1]!;
  let x = tall ? matrix.bfloat16().t() : matrix.bfloat16();
  x = x.div(x.norm().clamp({ min: eps }));
  for (let i = 0; i < ns_steps; i++) {
    const gram = x.matmul(x.t());
    x = addmm(x, addmm(gram, gram, gram, { beta: b, alpha: c }), x, { beta: a });
  }
  return tall ? x.t() : x;
}

function adjusted({ lr, adjust_lr_fn }: ParamGroup<MuonOptions>, [rows, columns]: readonly number[]): number {
  if (adjust_lr_fn === "match_rms_adamw") return lr * 0.2 * Math.sqrt(Math.max(rows!, columns!));
  return lr * Math.sqrt(Math.max(1, rows! / columns!));
}
