import { float32, float64, maximum, minimum, no_grad, type Tensor, ValueError, where, zeros_like } from "@tt/core";
import { functional as F } from "@tt/nn";
import { type Arguments, bind } from "../arguments.ts";

export type LossReduction = "none" | "mean" | "sum";

interface LossArgs {
  reduction?: LossReduction;
  eps?: number;
}
const LOSS = ["reduction", "eps"] as const;
const DEFAULTS = { reduction: "none", eps: 1e-7 } as const;

const floats = (t: Tensor): Tensor => (t.dtype === float32 || t.dtype === float64 ? t : t.to(float32));

function reduce(loss: Tensor, reduction: LossReduction): Tensor {
  if (reduction === "none") return loss;
  if (reduction === "sum") return loss.sum();
  if (reduction !== "mean") {
    throw new ValueError(
      `Invalid Value for arg 'reduction': '${String(reduction)} \n Supported reduction modes: 'none', 'mean', 'sum'`,
    );
  }
  return loss.numel() > 0 ? loss.mean() : loss.sum().mul(0);
}

type Corners = readonly [Tensor, Tensor, Tensor, Tensor];

const corners = (boxes: Tensor): Corners => boxes.unbind(-1) as [Tensor, Tensor, Tensor, Tensor];

function overlap([x1, y1, x2, y2]: Corners, [u1, v1, u2, v2]: Corners): [inter: Tensor, union: Tensor] {
  const [left, top] = [maximum(x1, u1), maximum(y1, v1)];
  const [right, bottom] = [minimum(x2, u2), minimum(y2, v2)];
  const meets = bottom.gt(top).logical_and(right.gt(left));
  const inter = where(meets, right.sub(left).mul(bottom.sub(top)), zeros_like(x1));
  const area = x2
    .sub(x1)
    .mul(y2.sub(y1))
    .add(u2.sub(u1).mul(v2.sub(v1)));
  return [inter, area.sub(inter)];
}

/** Width and height of the boxes around both. */
function around([x1, y1, x2, y2]: Corners, [u1, v1, u2, v2]: Corners): [Tensor, Tensor] {
  return [maximum(x2, u2).sub(minimum(x1, u1)), maximum(y2, v2).sub(minimum(y1, v1))];
}

/** 1 less the generalized intersection over union of pairs of boxes, [N, 4] each. */
export function generalized_box_iou_loss(
  boxes1: Tensor,
  boxes2: Tensor,
  ...args: Arguments<LossArgs, typeof LOSS>
): Tensor {
  const { reduction, eps } = bind<LossArgs>("generalized_box_iou_loss()", LOSS, DEFAULTS, args);
  const [a, b] = [corners(floats(boxes1)), corners(floats(boxes2))];
  const [inter, union] = overlap(a, b);
  const [w, h] = around(a, b);
  const area = w.mul(h);
  const giou = inter.div(union.add(eps)).sub(area.sub(union).div(area.add(eps)));
  return reduce(giou.neg().add(1), reduction);
}

function distanceLoss(a: Corners, b: Corners, eps: number): [loss: Tensor, iou: Tensor] {
  const [inter, union] = overlap(a, b);
  const iou = inter.div(union.add(eps));
  const [w, h] = around(a, b);
  const apart = (i: 0 | 1): Tensor =>
    a[i + 2]!.add(a[i])
      .div(2)
      .sub(b[i].add(b[i + 2]!).div(2))
      .pow(2);
  const distance = apart(0)
    .add(apart(1))
    .div(w.pow(2).add(h.pow(2)).add(eps));
  return [iou.neg().add(1).add(distance), iou];
}

/** 1 less the distance intersection over union of pairs of boxes, [N, 4] each. */
export function distance_box_iou_loss(
  boxes1: Tensor,
  boxes2: Tensor,
  ...args: Arguments<LossArgs, typeof LOSS>
): Tensor {
  const { reduction, eps } = bind<LossArgs>("distance_box_iou_loss()", LOSS, DEFAULTS, args);
  return reduce(distanceLoss(corners(floats(boxes1)), corners(floats(boxes2)), eps)[0], reduction);
}

/** 1 less the complete intersection over union of pairs of boxes, [N, 4] each. */
export function complete_box_iou_loss(
  boxes1: Tensor,
  boxes2: Tensor,
  ...args: Arguments<LossArgs, typeof LOSS>
): Tensor {
  const { reduction, eps } = bind<LossArgs>("complete_box_iou_loss()", LOSS, DEFAULTS, args);
  const [a, b] = [corners(floats(boxes1)), corners(floats(boxes2))];
  const [loss, iou] = distanceLoss(a, b, 1e-7);
  const angle = ([x1, y1, x2, y2]: Corners): Tensor => x2.sub(x1).div(y2.sub(y1)).atan();
  const v = angle(b)
    .sub(angle(a))
    .pow(2)
    .mul(4 / Math.PI ** 2);
  const alpha = no_grad(() => v.div(v.sub(iou).add(1 + eps)));
  return reduce(loss.add(alpha.mul(v)), reduction);
}

interface FocalArgs {
  alpha?: number;
  gamma?: number;
  reduction?: LossReduction;
}
const FOCAL = ["alpha", "gamma", "reduction"] as const;

/**
 * Binary cross-entropy that weighs examples down which are right already (Lin et al. 2017).
 * @param inputs - logits
 * @param targets - 0 or 1, of the same shape
 */
export function sigmoid_focal_loss(
  inputs: Tensor,
  targets: Tensor,
  ...args: Arguments<FocalArgs, typeof FOCAL>
): Tensor {
  const defaults = { alpha: 0.25, gamma: 2, reduction: "none" } as const;
  const { alpha, gamma, reduction } = bind<FocalArgs>("sigmoid_focal_loss()", FOCAL, defaults, args);
  const p = inputs.sigmoid();
  const rest = targets.neg().add(1);
  const right = p.mul(targets).add(p.neg().add(1).mul(rest));
  const entropy = F.binary_cross_entropy_with_logits(inputs, targets, { reduction: "none" });
  const loss = entropy.mul(right.neg().add(1).pow(gamma));
  const weighted =
    alpha < 0
      ? loss
      : targets
          .mul(alpha)
          .add(rest.mul(1 - alpha))
          .mul(loss);
  return reduction === "mean" ? weighted.mean() : reduce(weighted, reduction);
}
