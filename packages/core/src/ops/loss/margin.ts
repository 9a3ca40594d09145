import { defineOp, type Op } from "../../dispatch/op.ts";
import { int64, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { callTensor, checkReduction, type Reduction } from "./reduction.ts";

type Maybe = Tensor | null;

function checkLabels(name: string, input: Tensor, target: Tensor, multi: boolean): void {
  if (input.ndim > 2 || (input.ndim === 2 && input.shape[1] === 0) || (input.ndim === 1 && input.shape[0] === 0)) {
    throw new RuntimeError(
      `Expected non-empty vector or matrix with optional 0-dim batch size, but got: [${input.shape.join(", ")}]`,
    );
  }
  if (target.dtype !== int64) {
    throw new RuntimeError(`expected scalar type Long but found ${scalarTypeName(target.dtype)}`);
  }
  const wanted = multi ? input.shape : input.ndim === 2 ? [input.shape[0]!] : [1];
  const count = wanted.reduce((a, b) => a * b, 1);
  if (target.numel() !== count || (multi ? target.ndim !== input.ndim : target.ndim > 1)) {
    throw new RuntimeError(
      `inconsistent target size: [${target.shape.join(", ")}] for input of size: [${input.shape.join(", ")}] in ${name}`,
    );
  }
}

const marginBackward: Op = defineOp({
  schema:
    "_multi_margin_loss_backward(Tensor grad_output, Tensor input, Tensor target, Scalar p, Scalar margin, Tensor? weight, str reduction) -> Tensor",
  doc: "Gradient of `multi_margin_loss`.",
  variants: "internal",
  kernel: "multi_margin_loss_backward",
  meta: (_grad: Tensor, input: Tensor) => metaLike(input),
  derivative: {
    grad_output: [
      (gg: Tensor, g: Tensor, ...saved: unknown[]) =>
        perExample(gg, callTensor(marginBackward, g.new_ones(g.shape), ...saved), g),
      "grad_output",
      "input",
      "target",
      "p",
      "margin",
      "weight",
      "reduction",
    ],
    input: [
      (gg: Tensor, g: Tensor, input: Tensor, target: Tensor, p: number, ...saved: unknown[]) => {
        if (p === 1) return gg.new_zeros(gg.shape);
        const label = target.reshape([...input.shape.slice(0, -1), 1]);
        const active = callTensor(marginBackward, g, input, target, 1, ...saved).scatter(-1, label, 0);
        const share = active.mul(gg.sub(gg.gather(-1, label))).mul(2);
        return share.scatter_add(-1, label, share.sum([-1], true).neg());
      },
      "grad_output",
      "input",
      "target",
      "p",
      "margin",
      "weight",
      "reduction",
    ],
  },
});

/** What arrives for a gradient `factor * g` that is linear in `g`, one number for each example or for all. */
function perExample(gg: Tensor, factor: Tensor, g: Tensor): Tensor {
  const products = gg.mul(factor);
  return g.ndim === 0 ? products.sum() : products.sum([-1]).reshape(g.shape);
}

defineOp({
  schema:
    'multi_margin_loss(Tensor input, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, str reduction="mean") -> Tensor',
  doc: "Mean over the classes of max(0, margin - x[target] + x[c]) ^ p.",
  variants: "internal",
  kernel: "multi_margin_loss",
  check: (input: Tensor, target: Tensor, p: number, _margin: number, weight: Maybe, reduction: string) => {
    checkReduction(reduction);
    checkLabels("multi_margin_loss", input, target, false);
    if (p !== 1 && p !== 2) throw new RuntimeError("only p == 1 and p == 2 supported");
    if (weight !== null && weight.numel() !== input.shape.at(-1)) throw new RuntimeError("inconsistent weight size");
  },
  meta: (input: Tensor, target: Tensor, _p: number, _margin: number, _weight: Maybe, reduction: Reduction) =>
    metaLike(input, reduction === "none" ? target.shape : []),
  derivative: {
    input: [
      (g: Tensor, ...saved: unknown[]) => callTensor(marginBackward, g, ...saved),
      "input",
      "target",
      "p",
      "margin",
      "weight",
      "reduction",
    ],
  },
});

const multilabelBackward: Op = defineOp({
  schema: "_multilabel_margin_loss_backward(Tensor grad_output, Tensor input, Tensor target, str reduction) -> Tensor",
  doc: "Gradient of `multilabel_margin_loss`.",
  variants: "internal",
  kernel: "multilabel_margin_loss_backward",
  meta: (_grad: Tensor, input: Tensor) => metaLike(input),
  derivative: {
    grad_output: [
      (gg: Tensor, g: Tensor, ...saved: unknown[]) =>
        perExample(gg, callTensor(multilabelBackward, g.new_ones(g.shape), ...saved), g),
      "grad_output",
      "input",
      "target",
      "reduction",
    ],
    input: (gg: Tensor) => gg.new_zeros(gg.shape),
  },
});

defineOp({
  schema:
    '_multilabel_margin_loss(Tensor input, Tensor target, str reduction="mean") -> (Tensor result, Tensor is_target)',
  doc: "Sum over listed and other classes of max(0, 1 - (x[target] - x[c])), by the number of classes.",
  variants: "internal",
  gradName: "MultilabelMarginLossBackward0",
  kernel: "multilabel_margin_loss",
  check: (input: Tensor, target: Tensor, reduction: string) => {
    checkReduction(reduction);
    checkLabels("multilabel_margin_loss", input, target, true);
  },
  meta: (input: Tensor, target: Tensor, reduction: Reduction) => [
    metaLike(input, reduction === "none" && input.ndim === 2 ? [input.shape[0]!] : []),
    metaLike(input, target.shape),
  ],
  derivative: {
    input: [
      ([g]: readonly [Tensor | null], ...saved: unknown[]) =>
        g === null ? null : callTensor(multilabelBackward, g, ...saved),
      "input",
      "target",
      "reduction",
    ],
  },
});
