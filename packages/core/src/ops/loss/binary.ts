import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkReduction, reduceLoss, type Reduction } from "./reduction.ts";

type Maybe = Tensor | null;

const along = (slope: Tensor, g: Tensor, weight: Maybe, reduction: Reduction): Tensor => {
  const spread = (weight === null ? slope : slope.mul(weight)).mul(g);
  return reduction === "mean" ? spread.div(slope.numel()) : spread;
};

defineOp({
  schema: 'binary_cross_entropy(Tensor input, Tensor target, Tensor? weight=None, str reduction="mean") -> Tensor',
  doc: "-(target * log(input) + (1 - target) * log(1 - input)), the logarithms not below -100.",
  variants: "internal",
  check: (input: Tensor, _target: Tensor, _weight: Maybe, reduction: string) => {
    checkReduction(reduction);
    if (input.numel() > 0 && Boolean(input.detach().lt(0).logical_or(input.detach().gt(1)).any().item())) {
      throw new RuntimeError("all elements of input should be between 0 and 1");
    }
  },
  decompose: (input: Tensor, target: Tensor, weight: Maybe, reduction: Reduction) => {
    const no = input.neg().log1p().clamp_min(-100);
    const loss = target
      .sub(1)
      .mul(no)
      .sub(target.mul(input.log().clamp_min(-100)));
    return reduceLoss(weight === null ? loss : loss.mul(weight), reduction);
  },
  derivative: {
    "input, target": [
      (g: Tensor, needs: readonly boolean[], input: Tensor, target: Tensor, weight: Maybe, reduction: Reduction) => [
        needs[0] ? along(input.sub(target).div(input.rsub(1).mul(input).clamp_min(1e-12)), g, weight, reduction) : null,
        needs[1] ? along(input.neg().log1p().sub(input.log()), g, weight, reduction) : null,
      ],
      "input",
      "target",
      "weight",
      "reduction",
    ],
  },
});

/** log(1 + exp(-|x|)) + max(-x, 0), which does not overflow. */
const softplusOfNegative = (input: Tensor): Tensor => input.abs().neg().exp().log1p().add(input.neg().clamp_min(0));

defineOp({
  schema:
    'binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, str reduction="mean") -> Tensor',
  doc: "Binary cross-entropy of sigmoid(input), computed without overflow.",
  variants: "internal",
  check: (_input: Tensor, _target: Tensor, _weight: Maybe, _pos: Maybe, reduction: string) => checkReduction(reduction),
  decompose: (input: Tensor, target: Tensor, weight: Maybe, pos_weight: Maybe, reduction: Reduction) => {
    const tail = softplusOfNegative(input);
    const scaled = pos_weight === null ? tail : tail.mul(pos_weight.sub(1).mul(target).add(1));
    const loss = target.rsub(1).mul(input).add(scaled);
    return reduceLoss(weight === null ? loss : loss.mul(weight), reduction);
  },
  derivative: {
    "input, target": [
      (
        g: Tensor,
        needs: readonly boolean[],
        input: Tensor,
        target: Tensor,
        weight: Maybe,
        pos: Maybe,
        reduction: Reduction,
      ) => {
        const p = input.sigmoid();
        const slope = pos === null ? p.sub(target) : pos.mul(target).add(1).sub(target).mul(p).sub(pos.mul(target));
        const towards =
          pos === null ? input.neg() : input.neg().sigmoid().log().neg().add(input.sigmoid().log().mul(pos)).neg();
        return [
          needs[0] ? along(slope, g, weight, reduction) : null,
          needs[1] ? along(towards, g, weight, reduction) : null,
        ];
      },
      "input",
      "target",
      "weight",
      "pos_weight",
      "reduction",
    ],
  },
});
