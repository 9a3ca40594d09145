import { type Arguments, signature } from "@tt/core/dispatch";
import { Optimizer } from "../optimizer/optimizer.ts";
import type { ParamGroup, Params } from "../optimizer/types.ts";
import { type AdamOptions, adamUpdate, checkAdam } from "./adam_family.ts";

export type AdamWOptions = AdamOptions;

const read = signature<AdamWOptions & { params: Params<AdamWOptions> }>(
  "AdamW(Any params, float lr=0.001, float[2] betas=[0.9, 0.999], float eps=1e-08, float weight_decay=0.01, bool amsgrad=False, *, bool maximize=False, bool? foreach=None, bool capturable=False, bool? differentiable=None, bool? fused=None)",
);

/**
 * Adam with weight decay that does not pass through its averages.
 * Loshchilov and Hutter, Decoupled weight decay regularization, arXiv 1711.05101.
 */
export class AdamW extends Optimizer<AdamWOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<AdamWOptions>,
    ...args: Arguments<
      [lr: number, betas: readonly [number, number], eps: number, weight_decay: number, amsgrad: boolean],
      AdamWOptions
    >
  ) {
    const { params: given, differentiable, fused, ...options } = read([params, ...args]);
    checkAdam(options);
    // PyTorch 1.13's groups have neither of these.
    super(given, { ...options, ...(differentiable && { differentiable }), ...(fused && { fused }) });
  }

  protected override update(group: ParamGroup<AdamWOptions>): void {
    adamUpdate("AdamW", group, true, (param, initial) => this.stateOf(param, initial));
  }
}
