import { empty, type Tensor, ValueError } from "@tt/core";
import { Module } from "@tt/nn";
import { type Arguments, bind } from "../arguments.ts";

export type StochasticDepthMode = "batch" | "row";

interface DepthArgs {
  p: number;
  mode: StochasticDepthMode;
  training?: boolean;
}
const DEPTH = ["p", "mode", "training"] as const;

/**
 * Zeroes whole examples ("row"), or all of them ("batch"), with probability `p` and scales the rest by 1 / (1 - p)
 * (Huang et al. 2016).
 * @param input - a tensor whose first dimension is the batch
 * @throws ValueError for a probability outside [0, 1] or another mode
 */
export function stochastic_depth(input: Tensor, ...args: Arguments<DepthArgs, typeof DEPTH>): Tensor {
  const { p, mode, training } = bind<DepthArgs>("stochastic_depth()", DEPTH, { training: true }, args);
  if (p < 0 || p > 1) throw new ValueError(`drop probability has to be between 0 and 1, but got ${p}`);
  if (!["batch", "row"].includes(mode)) {
    throw new ValueError(`mode has to be either 'batch' or 'row', but got ${mode}`);
  }
  if (!training || p === 0) return input;
  const survival = 1 - p;
  const size = input.shape.map((_, i) => (i === 0 && mode === "row" ? input.shape[0]! : 1));
  const noise = empty(size, { dtype: input.dtype, device: input.device }).bernoulli_(survival);
  if (survival > 0) noise.div_(survival);
  return input.mul(noise);
}

/** {@link stochastic_depth} as a module, active in training. */
export class StochasticDepth extends Module {
  readonly p: number;
  readonly mode: StochasticDepthMode;

  constructor(p: number, mode: StochasticDepthMode) {
    super();
    this.p = p;
    this.mode = mode;
  }

  override forward(input: Tensor): Tensor {
    return stochastic_depth(input, this.p, this.mode, this.training);
  }

  override extra_repr(): string {
    return `p=${Number.isInteger(this.p) ? `${this.p}.0` : this.p}, mode=${this.mode}`;
  }
}
