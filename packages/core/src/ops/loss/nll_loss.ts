import { defineOp, type Op } from "../../dispatch/op.ts";
import { int64, scalarTypeName, uint8 } from "../../dtype/index.ts";
import { RuntimeError, ValueError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { callTensor, checkReduction, type Reduction } from "./reduction.ts";

type Maybe = Tensor | null;

const shapeText = (t: Tensor): string => `[${t.shape.join(", ")}]`;

function check(input: Tensor, target: Tensor, weight: Maybe, reduction: string): void {
  checkReduction(reduction);
  if (input.ndim === 0) throw new RuntimeError("input tensor should be 1D or 2D");
  if (target.dtype !== int64 && target.dtype !== uint8) {
    throw new RuntimeError(`expected scalar type Long but found ${scalarTypeName(target.dtype)}`);
  }
  const rest = input.ndim === 1 ? [] : input.shape.toSpliced(1, 1);
  if (input.ndim > 1 && target.ndim > 0 && input.shape[0] !== target.shape[0]) {
    throw new ValueError(
      `Expected input batch_size (${input.shape[0]}) to match target batch_size (${target.shape[0]}).`,
    );
  }
  const fits = input.ndim === 1 ? target.numel() === 1 && target.ndim < 2 : target.ndim === rest.length;
  if (!fits || (input.ndim > 1 && rest.some((s, d) => s !== target.shape[d]))) {
    if (input.ndim <= 2) {
      throw new RuntimeError(`size mismatch (got input: ${shapeText(input)}, target: ${shapeText(target)})`);
    }
    throw new RuntimeError(`Expected target size [${rest.join(", ")}], got ${shapeText(target)}`);
  }
  const classes = input.shape[input.ndim === 1 ? 0 : 1]!;
  if (weight !== null && (weight.ndim !== 1 || weight.shape[0] !== classes)) {
    throw new RuntimeError(
      `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${shapeText(weight)}`,
    );
  }
}

const PARAMETERS = "Tensor? weight, str reduction, int ignore_index";
const SAVED = ["target", "weight", "reduction", "ignore_index"] as const;

const backward: Op = defineOp({
  schema: `_nll_loss_backward(Tensor grad_output, Tensor target, Tensor total_weight, int[] input_shape, ${PARAMETERS}) -> Tensor`,
  doc: "Gradient of `nll_loss`.",
  variants: "internal",
  gradName: "NllLossBackwardBackward0",
  kernel: "nll_loss_backward",
  meta: (grad: Tensor, _target: Tensor, _total: Tensor, shape: readonly number[]) => metaLike(grad, shape),
  kernelArgs: (
    grad: Tensor,
    target: Tensor,
    total: Tensor,
    _shape: readonly number[],
    weight: Maybe,
    reduction: Reduction,
    ignore: number,
  ) => [grad, target, weight, total, reduction, ignore],
  derivative: {
    grad_output: [
      (g: Tensor, target: Tensor, weight: Maybe, reduction: Reduction, ignore: number) =>
        callTensor(nllLoss, g, target, weight, reduction, ignore),
      ...SAVED,
    ],
  },
});

const withTotal: Op = defineOp({
  schema: `_nll_loss(Tensor input, Tensor target, ${PARAMETERS}) -> (Tensor result, Tensor total_weight)`,
  doc: "`nll_loss` with the sum of weights it divides by.",
  variants: "internal",
  gradName: (args) => ((args[0] as Tensor).ndim > 2 ? "NllLoss2DBackward0" : "NllLossBackward0"),
  check,
  kernel: "nll_loss_forward",
  meta: (input: Tensor, target: Tensor, _weight: Maybe, reduction: Reduction) => [
    metaLike(input, reduction === "none" ? target.shape : []),
    metaLike(input, []),
  ],
  derivative: {
    input: [
      (
        [g]: readonly [Tensor | null],
        target: Tensor,
        total: Tensor,
        shape: readonly number[],
        weight: Maybe,
        reduction: Reduction,
        ignore: number,
      ) => (g === null ? null : callTensor(backward, g, target, total, shape, weight, reduction, ignore)),
      "target",
      "total_weight",
      "input.shape",
      "weight",
      "reduction",
      "ignore_index",
    ],
  },
});

const nllLoss: Op = defineOp({
  schema: `nll_loss(Tensor input, Tensor target, Tensor? weight=None, str reduction="mean", int ignore_index=-100) -> Tensor`,
  doc: "Negative log likelihood: input holds log probabilities [N, C, ...], target class indices [N, ...].",
  variants: "internal",
  decompose: (...args: unknown[]) => (callTensor(withTotal, ...args) as unknown as Tensor[])[0],
});
