import { pyRepr, type Tensor, ValueError, zeros_like } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { asReal, checkNotNegative, countStep, withGradients } from "../optimizer/checks.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import type { ImplementationOptions, ParamGroup, Params } from "../optimizer/types.ts";

export interface RpropOptions extends ImplementationOptions {
  /** First step size. */
  lr?: number;
  /** Factors by which a step size shrinks after a change of sign and grows otherwise. */
  etas?: readonly [number, number];
  /** Smallest and largest step size. */
  step_sizes?: readonly [number, number];
  maximize?: boolean;
}

const read = signature<RpropOptions & { params: Params<RpropOptions> }>(
  "Rprop(Any params, float lr=0.01, float[2] etas=[0.5, 1.2], float[2] step_sizes=[1e-06, 50], bool? foreach=None, bool maximize=False)",
);

/** Resilient backpropagation: steps by sign, each element with its own size (Riedmiller and Braun, 1993). */
export class Rprop extends Optimizer<RpropOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for values out of range */
  constructor(
    params: Params<RpropOptions>,
    ...args: Arguments<
      [
        lr: number,
        etas: readonly [number, number],
        step_sizes: readonly [number, number],
        foreach: boolean | null,
        maximize: boolean,
      ],
      RpropOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    checkNotNegative("learning rate", options.lr);
    const [minus, plus] = options.etas!;
    if (!(minus > 0 && minus < 1 && plus > 1)) {
      throw new ValueError(`Invalid eta values: ${pyRepr(minus)}, ${pyRepr(plus)}`);
    }
    super(given, options);
  }

  protected override update(group: ParamGroup<RpropOptions>): void {
    const { lr, maximize } = group;
    const [minus, plus] = group.etas;
    const [smallest, largest] = group.step_sizes;
    for (const param of withGradients(group.params, "Rprop")) {
      const state = this.stateOf(param, () => {
        const step_size = zeros_like(param.detach());
        asReal(step_size).fill_(lr);
        return { step: 0, prev: zeros_like(param.detach()), step_size };
      });
      countStep(state);
      const grad = asReal(maximize ? param.gradTensor!.neg() : param.gradTensor!);
      const prev = asReal(state["prev"] as Tensor);
      const agreement = grad.mul(prev);
      const turned = agreement.lt(0);
      const factor = agreement
        .sign()
        .masked_fill_(agreement.gt(0), plus)
        .masked_fill_(turned, minus)
        .masked_fill_(agreement.eq(0), 1);
      const step_size = asReal(state["step_size"] as Tensor)
        .mul_(factor)
        .clamp_(smallest, largest);
      const used = grad.masked_fill(turned, 0);
      asReal(param).addcmul_(used.sign(), step_size, { value: -1 });
      prev.copy_(used);
    }
  }
}
