/** Boxes as tensors: [..., 4] with x1, y1, x2, y2 unless another format is named. */
import {
  float32,
  float64,
  int32,
  int64,
  maximum,
  minimum,
  no_grad,
  stack,
  tensor,
  type Tensor,
  ValueError,
  zeros,
} from "@tt/core";

const column = (boxes: Tensor, i: number): Tensor => boxes.select(-1, i);

/** To a dtype in which products of coordinates do not overflow. */
function upcast(t: Tensor): Tensor {
  if (t.is_floating_point()) return t.dtype === float32 || t.dtype === float64 ? t : t.to(float32);
  return t.dtype === int32 || t.dtype === int64 ? t : t.to(int32);
}

export type BoxFormat = "xyxy" | "xywh" | "cxcywh";

const TO_CORNERS: Readonly<Record<BoxFormat, (boxes: Tensor) => Tensor>> = {
  xyxy: (boxes) => boxes.clone(),
  xywh(boxes) {
    const [x, y, w, h] = boxes.unbind(-1) as [Tensor, Tensor, Tensor, Tensor];
    return stack([x, y, x.add(w), y.add(h)], -1);
  },
  cxcywh(boxes) {
    const [x, y, w, h] = boxes.unbind(-1) as [Tensor, Tensor, Tensor, Tensor];
    const [hw, hh] = [w.mul(0.5), h.mul(0.5)];
    return stack([x.sub(hw), y.sub(hh), x.add(hw), y.add(hh)], -1);
  },
};

const FROM_CORNERS: Readonly<Record<BoxFormat, (boxes: Tensor) => Tensor>> = {
  xyxy: (boxes) => boxes,
  xywh(boxes) {
    const [x1, y1, x2, y2] = boxes.unbind(-1) as [Tensor, Tensor, Tensor, Tensor];
    return stack([x1, y1, x2.sub(x1), y2.sub(y1)], -1);
  },
  cxcywh(boxes) {
    const [x1, y1, x2, y2] = boxes.unbind(-1) as [Tensor, Tensor, Tensor, Tensor];
    return stack([x1.add(x2).div(2), y1.add(y2).div(2), x2.sub(x1), y2.sub(y1)], -1);
  },
};

/**
 * Boxes in another format: corners, corner and size, or centre and size.
 * @throws ValueError for another format
 * @example
 * ```ts
 * import { tensor } from "@tt/core";
 * import { ops } from "@tt/vision";
 * ops.box_convert(tensor([[1, 2, 4, 6]]), "xyxy", "xywh").tolist(); // [[1, 2, 3, 4]]
 * ```
 */
export function box_convert(boxes: Tensor, in_fmt: BoxFormat, out_fmt: BoxFormat): Tensor {
  if (!Object.hasOwn(TO_CORNERS, in_fmt) || !Object.hasOwn(FROM_CORNERS, out_fmt)) {
    throw new ValueError("Unsupported Bounding Box Conversions for given in_fmt and out_fmt");
  }
  return in_fmt === out_fmt ? boxes.clone() : FROM_CORNERS[out_fmt](TO_CORNERS[in_fmt](boxes));
}

/** Areas of [N, 4] boxes: [N]. */
export function box_area(boxes: Tensor): Tensor {
  const b = upcast(boxes);
  return column(b, 2)
    .sub(column(b, 0))
    .mul(column(b, 3).sub(column(b, 1)));
}

/** Width and height of what `corner` makes of each pair of boxes: [N, M]. */
function spans(a: Tensor, b: Tensor, lower: typeof maximum, upper: typeof minimum): [Tensor, Tensor] {
  const low = lower(a.narrow(1, 0, 2).unsqueeze(1), b.narrow(1, 0, 2));
  const high = upper(a.narrow(1, 2, 2).unsqueeze(1), b.narrow(1, 2, 2));
  const size = upcast(high.sub(low)).clamp({ min: 0 });
  return [size.select(2, 0), size.select(2, 1)];
}

function overlap(boxes1: Tensor, boxes2: Tensor): [inter: Tensor, union: Tensor] {
  const [w, h] = spans(boxes1, boxes2, maximum, minimum);
  const inter = w.mul(h);
  return [inter, box_area(boxes1).unsqueeze(1).add(box_area(boxes2)).sub(inter)];
}

/** Intersection over union of each of [N, 4] boxes with each of [M, 4]: [N, M]. */
export function box_iou(boxes1: Tensor, boxes2: Tensor): Tensor {
  const [inter, union] = overlap(boxes1, boxes2);
  return inter.div(union);
}

/** {@link box_iou} less the empty share of the box around both (Rezatofighi et al. 2019): [N, M]. */
export function generalized_box_iou(boxes1: Tensor, boxes2: Tensor): Tensor {
  const [inter, union] = overlap(boxes1, boxes2);
  const [w, h] = spans(boxes1, boxes2, minimum, maximum);
  const area = w.mul(h);
  return inter.div(union).sub(area.sub(union).div(area));
}

const epsilon = (eps: number | { eps?: number }): number => (typeof eps === "number" ? eps : (eps.eps ?? 1e-7));

function distanceIou(boxes1: Tensor, boxes2: Tensor, eps: number): [diou: Tensor, iou: Tensor] {
  const iou = box_iou(boxes1, boxes2);
  const [w, h] = spans(boxes1, boxes2, minimum, maximum);
  const diagonal = w.pow(2).add(h.pow(2)).add(eps);
  const middle = (b: Tensor, i: number): Tensor =>
    column(b, i)
      .add(column(b, i + 2))
      .div(2);
  const apart = (i: number): Tensor => middle(boxes1, i).unsqueeze(1).sub(middle(boxes2, i)).pow(2);
  return [iou.sub(apart(0).add(apart(1)).div(diagonal)), iou];
}

/** {@link box_iou} less the distance of the centres (Zheng et al. 2019): [N, M]. */
export function distance_box_iou(boxes1: Tensor, boxes2: Tensor, eps: number | { eps?: number } = 1e-7): Tensor {
  return distanceIou(upcast(boxes1), upcast(boxes2), epsilon(eps))[0];
}

/** {@link distance_box_iou} less the difference of the proportions: [N, M]. */
export function complete_box_iou(boxes1: Tensor, boxes2: Tensor, eps: number | { eps?: number } = 1e-7): Tensor {
  const [a, b] = [upcast(boxes1), upcast(boxes2)];
  const [diou, iou] = distanceIou(a, b, epsilon(eps));
  const angle = (t: Tensor): Tensor =>
    column(t, 2)
      .sub(column(t, 0))
      .div(column(t, 3).sub(column(t, 1)))
      .atan();
  const v = angle(a)
    .unsqueeze(1)
    .sub(angle(b))
    .pow(2)
    .mul(4 / Math.PI ** 2);
  const alpha = no_grad(() => v.div(v.sub(iou).add(1 + epsilon(eps))));
  return diou.sub(alpha.mul(v));
}

/** Boxes cut off at the edges of an image of [height, width]. */
export function clip_boxes_to_image(boxes: Tensor, [height, width]: readonly [number, number]): Tensor {
  const x = boxes.at("...", "0::2").clamp(0, width);
  const y = boxes.at("...", "1::2").clamp(0, height);
  return stack([x, y], boxes.ndim).reshape(boxes.shape);
}

/** Places of the boxes that are at least `min_size` wide and high. */
export function remove_small_boxes(boxes: Tensor, min_size: number): Tensor {
  const wide = column(boxes, 2).sub(column(boxes, 0)).ge(min_size);
  const high = column(boxes, 3).sub(column(boxes, 1)).ge(min_size);
  return wide.logical_and(high).nonzero().squeeze(1);
}

/** The boxes around masks of shape [N, H, W]: [N, 4], all float32. */
export function masks_to_boxes(masks: Tensor): Tensor {
  if (masks.numel() === 0) return zeros([0, 4], { device: masks.device });
  return stack(
    [...masks.unbind(0)].map((mask) => {
      const places = mask.nonzero();
      const [y, x] = [places.select(1, 0), places.select(1, 1)];
      return stack([x.min(), y.min(), x.max(), y.max()]).to(float32);
    }),
  );
}

/**
 * Non-maximum suppression: places of the boxes that no box with a higher score overlaps by more than `iou_threshold`, by
 * falling score.
 * @param boxes - [N, 4]
 * @param scores - [N]
 */
export function nms(boxes: Tensor, scores: Tensor, iou_threshold: number): Tensor {
  if (boxes.ndim !== 2 || boxes.shape[1] !== 4) {
    throw new ValueError(`boxes should be a 2d tensor of shape [N, 4], got [${boxes.shape.join(", ")}]`);
  }
  const rows = boxes.to("cpu").tolist() as [number, number, number, number][];
  const order = scores.to("cpu").argsort({ descending: true, stable: true }).tolist() as number[];
  const f = boxes.dtype === float64 ? (x: number): number => x : Math.fround;
  const areas = rows.map(([x1, y1, x2, y2]) => f(f(x2 - x1) * f(y2 - y1)));
  const gone = new Uint8Array(rows.length);
  const kept: number[] = [];
  for (const [at, i] of order.entries()) {
    if (gone[i] === 1) continue;
    kept.push(i);
    const [ax1, ay1, ax2, ay2] = rows[i]!;
    for (const j of order.slice(at + 1)) {
      const [bx1, by1, bx2, by2] = rows[j]!;
      const w = Math.max(0, f(Math.min(ax2, bx2) - Math.max(ax1, bx1)));
      const h = Math.max(0, f(Math.min(ay2, by2) - Math.max(ay1, by1)));
      const inter = f(w * h);
      if (f(inter / f(f(areas[i]! + areas[j]!) - inter)) > iou_threshold) gone[j] = 1;
    }
  }
  return tensor(kept, { dtype: int64, device: boxes.device });
}

/** {@link nms} among boxes of the same class only; `idxs` [N] names the classes. */
export function batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: number): Tensor {
  if (boxes.numel() === 0) return zeros([0], { dtype: int64, device: boxes.device });
  // Classes are moved so far apart that their boxes cannot meet.
  const offsets = idxs.to(boxes.dtype).mul(boxes.max().add(1));
  return nms(boxes.add(offsets.unsqueeze(1)), scores, iou_threshold);
}
