import { type Arguments, signature } from "@tt/core/dispatch";
import { Optimizer } from "../optimizer/optimizer.ts";
import type { ParamGroup, Params } from "../optimizer/types.ts";
import { type AdamOptions, adamUpdate, checkAdam } from "./adam_family.ts";

const read = signature<AdamOptions & { params: Params<AdamOptions> }>(
  "Adam(Any params, float lr=0.001, float[2] betas=[0.9, 0.999], float eps=1e-08, float weight_decay=0, bool amsgrad=False, *, bool? foreach=None, bool maximize=False, bool capturable=False, bool differentiable=False, bool? fused=False)",
);

/**
 * Adam: steps of about `lr`, scaled by running averages of the gradient and its square.
 * Kingma and Ba, Adam: a method for stochastic optimization, arXiv 1412.6980.
 *
 * @example
 * ```ts
 * import { Adam } from "@tt/optim";
 * import { Parameter, ones } from "@tt/core";
 * import "@tt/autograd";
 * const weight = new Parameter(ones(2));
 * const optimizer = new Adam([weight], { lr: 0.1 });
 * weight.pow(2).sum().backward();
 * optimizer.step();
 * weight.at(0).item().toFixed(1); // "0.9"
 * ```
 */
export class Adam extends Optimizer<AdamOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<AdamOptions>,
    ...args: Arguments<
      [lr: number, betas: readonly [number, number], eps: number, weight_decay: number, amsgrad: boolean],
      AdamOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    checkAdam(options);
    super(given, options);
  }

  protected override update(group: ParamGroup<AdamOptions>): void {
    adamUpdate("Adam", group, false, (param, initial) => this.stateOf(param, initial));
  }
}
