import { call } from "../../dispatch/call.ts";
import { type Bound, defineOp, type Op } from "../../dispatch/op.ts";
import { modes } from "../../dispatch/state.ts";
import { RuntimeError, ValueError } from "../../errors.ts";
import { broadcastPair, numelOf } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** How a loss puts its elements together. */
export type Reduction = "none" | "mean" | "sum";

/** Throws PyTorch's error for other texts. */
export function checkReduction(reduction: string): void {
  if (reduction !== "none" && reduction !== "mean" && reduction !== "sum") {
    throw new ValueError(`${reduction} is not a valid value for reduction`);
  }
}

/** The mean or sum of the elements, or the elements. */
export function reduceLoss(losses: Tensor, reduction: Reduction): Tensor {
  return reduction === "mean" ? losses.mean() : reduction === "sum" ? losses.sum() : losses;
}

interface ElementLoss {
  /** PyTorch's name, such as "mse_loss". */
  readonly name: string;
  readonly doc: string;
  /** Further parameters in the schema's notation, before `reduction`, and their names. */
  readonly parameters?: string;
  readonly names?: readonly string[];
  readonly gradName: string;
  /** Loss of every element. */
  readonly loss: (input: Tensor, target: Tensor, ...rest: Bound[]) => Tensor;
  /** Its derivative with respect to the input, and to the target where PyTorch has one. */
  readonly slope: (input: Tensor, target: Tensor, ...rest: Bound[]) => Tensor;
  readonly targetSlope?: (input: Tensor, target: Tensor, ...rest: Bound[]) => Tensor;
}

/** Defines a loss of two tensors that broadcast, element by element and then reduced. */
export function defineElementLoss(loss: ElementLoss): Op {
  const parameters = loss.parameters === undefined ? "" : `, ${loss.parameters}`;
  const names = loss.names ?? [];
  const backward = defineOp({
    schema: `_${loss.name}_backward(Tensor grad_output, Tensor input, Tensor target${parameters.replaceAll(/=[^,]*/g, "")}) -> Tensor`,
    doc: `Gradient of \`${loss.name}\` with respect to its input, element by element.`,
    variants: "internal",
    decompose: (g: Tensor, input: Tensor, target: Tensor, ...rest: Bound[]) =>
      loss.slope(input, target, ...rest).mul(g),
  });
  // Backends may have one loop for it, which is not recorded.
  const towards = (g: Tensor, input: Tensor, target: Tensor, ...rest: Bound[]): Tensor =>
    modes().gradEnabled ? loss.slope(input, target, ...rest).mul(g) : callTensor(backward, g, input, target, ...rest);
  const gradient = (
    g: Tensor,
    needs: readonly boolean[],
    input: Tensor,
    target: Tensor,
    reduction: Reduction,
    ...rest: Bound[]
  ): readonly (Tensor | null)[] => {
    const each = reduction === "mean" ? g.div(numelOf(broadcastPair(input.shape, target.shape))) : g;
    const { targetSlope } = loss;
    if (needs[1] && targetSlope === undefined) {
      throw new RuntimeError(`the derivative for 'target' is not implemented`);
    }
    return [
      needs[0] ? towards(each, input, target, ...rest) : null,
      needs[1] ? targetSlope!(input, target, ...rest).mul(each) : null,
    ];
  };
  return defineOp({
    schema: `${loss.name}(Tensor input, Tensor target${parameters}, str reduction="mean") -> Tensor`,
    doc: loss.doc,
    variants: "internal",
    gradName: loss.gradName,
    check: (...args: Bound[]) => checkReduction(args.at(-1) as string),
    decompose: (input: Tensor, target: Tensor, ...rest: Bound[]) =>
      reduceLoss(loss.loss(input, target, ...rest.slice(0, -1)), rest.at(-1) as Reduction),
    derivative: { "input, target": [gradient, "input", "target", "reduction", ...names] },
  });
}

/** A call that gives one tensor. */
export const callTensor = (op: Op, ...args: Bound[]): Tensor => call(op, args) as Tensor;
