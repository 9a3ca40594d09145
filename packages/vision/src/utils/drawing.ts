import { bool, stack, tensor, type Tensor, uint8, ValueError, where } from "@tt/core";
import { type Arguments, bind } from "../arguments.ts";
import { Canvas, requireBytes } from "./canvas.ts";
import { type Color, colorsFor, rgbOf } from "./colors.ts";

interface BoxesArgs {
  /** A text for each box, in Pillow's fixed letters. */
  labels?: readonly (string | null)[] | null;
  /** One for all boxes, or one for each. */
  colors?: readonly Color[] | Color | null;
  /** Fills the boxes, half transparent. */
  fill?: boolean;
  width?: number;
}
const BOXES = ["labels", "colors", "fill", "width"] as const;

/**
 * The image with boxes drawn on it.
 * @param image - bytes, [1 or 3, H, W]
 * @param boxes - [N, 4]: x1, y1, x2, y2
 * @throws ValueError for other shapes and dtypes, and corners in the wrong order
 */
export function draw_bounding_boxes(image: Tensor, boxes: Tensor, ...args: Arguments<BoxesArgs, typeof BOXES>): Tensor {
  const o = bind<BoxesArgs>(
    "draw_bounding_boxes()",
    BOXES,
    { labels: null, colors: null, fill: false, width: 1 },
    args,
  );
  requireBytes(image, [1, 3], "Only grayscale and RGB images are supported");
  const rows = (boxes.to("cpu").tolist() as number[][]).map((row) => row.map(Math.trunc));
  if (rows.some(([x1, y1, x2, y2]) => x1! > x2! || y1! > y2!)) {
    throw new ValueError(
      "Boxes need to be in (xmin, ymin, xmax, ymax) format. Use torchvision.ops.box_convert to convert them",
    );
  }
  if (rows.length === 0) return image;
  if (o.labels !== null && o.labels.length !== rows.length) {
    throw new ValueError(
      `Number of boxes (${rows.length}) and labels (${o.labels.length}) mismatch. Please specify labels for each box.`,
    );
  }
  const colors = colorsFor(rows.length, o.colors, "boxes");
  const canvas = new Canvas(image);
  rows.forEach((corners, i) => {
    if (o.fill) canvas.fill(corners, colors[i]!, 100);
    canvas.frame(corners, o.width, colors[i]!);
    const label = o.labels?.[i] ?? null;
    if (label !== null) canvas.text(corners[0]! + o.width + 1, corners[1]! + o.width + 1, label, colors[i]!);
  });
  return canvas.tensor();
}

interface MasksArgs {
  /** Opacity of the masks. */
  alpha?: number;
  colors?: readonly Color[] | Color | null;
}
const MASKS = ["alpha", "colors"] as const;

/**
 * The image with masks drawn on it.
 * @param image - bytes, [3, H, W]
 * @param masks - bool, [N, H, W] or [H, W]
 */
export function draw_segmentation_masks(
  image: Tensor,
  masks: Tensor,
  ...args: Arguments<MasksArgs, typeof MASKS>
): Tensor {
  const o = bind<MasksArgs>("draw_segmentation_masks()", MASKS, { alpha: 0.8, colors: null }, args);
  requireBytes(image, [3], "Pass an RGB image. Other Image formats are not supported");
  const all = masks.ndim === 2 ? masks.unsqueeze(0) : masks;
  if (all.ndim !== 3) throw new ValueError("masks must be of shape (H, W) or (batch_size, H, W)");
  if (all.dtype !== bool) throw new ValueError(`The masks must be of dtype bool. Got ${all.dtype.toString()}`);
  if (all.shape[1] !== image.shape[1] || all.shape[2] !== image.shape[2]) {
    throw new ValueError("The image and the masks must have the same height and width");
  }
  const colors = colorsFor(all.shape[0]!, o.colors, "masks");
  let drawn = image;
  for (const [i, mask] of [...all.unbind(0)].entries()) {
    const color = tensor([...colors[i]!], { dtype: uint8, device: image.device }).view(3, 1, 1);
    drawn = where(mask, color, drawn);
  }
  return image
    .mul(1 - o.alpha)
    .add(drawn.mul(o.alpha))
    .to(uint8);
}

interface KeypointsArgs {
  /** Pairs of points that are joined by lines. */
  connectivity?: readonly (readonly [number, number])[] | null;
  colors?: Color | null;
  radius?: number;
  width?: number;
}
const KEYPOINTS = ["connectivity", "colors", "radius", "width"] as const;

/**
 * The image with points drawn on it.
 * @param image - bytes, [3, H, W]
 * @param keypoints - [instances, K, 2]: x, y
 */
export function draw_keypoints(
  image: Tensor,
  keypoints: Tensor,
  ...args: Arguments<KeypointsArgs, typeof KEYPOINTS>
): Tensor {
  const defaults = { connectivity: null, colors: null, radius: 2, width: 3 };
  const o = bind<KeypointsArgs>("draw_keypoints()", KEYPOINTS, defaults, args);
  requireBytes(image, [3], "Pass an RGB image. Other Image formats are not supported");
  if (keypoints.ndim !== 3) throw new ValueError("keypoints must be of shape (num_instances, K, 2)");
  const canvas = new Canvas(image);
  const color = o.colors === null ? ([255, 255, 255] as const) : rgbOf(o.colors);
  for (const instance of keypoints.to("cpu").tolist() as number[][][]) {
    const points = instance.map(([x, y]) => [Math.trunc(x!), Math.trunc(y!)] as const);
    for (const [x, y] of points) canvas.disc(x, y, o.radius, color);
    for (const [from, to] of o.connectivity ?? []) canvas.line(points[from]!, points[to]!, o.width, [255, 255, 255]);
  }
  return canvas.tensor();
}

/** Lengths of the six passages of the colour wheel: red, yellow, green, cyan, blue, magenta, red. */
const PASSAGES = [15, 6, 4, 11, 13, 6];
/** The channel that changes in a passage, whether it rises, and the one that is full. */
const CHANGES = [
  [1, true, 0],
  [0, false, 1],
  [2, true, 1],
  [1, false, 2],
  [0, true, 2],
  [2, false, 0],
] as const;

function colorWheel(): number[][] {
  return PASSAGES.flatMap((length, passage) =>
    Array.from({ length }, (_, i) => {
      const [changes, rises, full] = CHANGES[passage]!;
      const step = Math.floor(Math.fround(255 * i) / length);
      const color = [0, 0, 0];
      color[full] = 255;
      color[changes] = rises ? step : 255 - step;
      return color;
    }),
  );
}

/**
 * Optical flow as colours: direction as hue, length as saturation (Baker et al. 2007).
 * @param flow - float32, [2, H, W] or [N, 2, H, W]
 * @throws ValueError for another shape or dtype
 */
export function flow_to_image(flow: Tensor): Tensor {
  if (flow.dtype.name !== "float32") {
    throw new ValueError(`Flow should be of dtype torch.float, got ${flow.dtype.toString()}.`);
  }
  const batch = flow.ndim === 3 ? flow.unsqueeze(0) : flow;
  if (batch.ndim !== 4 || batch.shape[1] !== 2) {
    throw new ValueError(
      `Input flow should have shape (2, H, W) or (N, 2, H, W), got torch.Size([${flow.shape.join(", ")}]).`,
    );
  }
  const longest = batch.pow(2).sum(1).sqrt().max();
  const unit = batch.div(longest.add(2 ** -23));
  const length = unit.pow(2).sum(1).sqrt();
  const wheel = tensor(colorWheel(), { device: flow.device });
  const turn = unit.select(1, 1).neg().atan2(unit.select(1, 0).neg()).div(Math.PI);
  const place = turn
    .add(1)
    .div(2)
    .mul(wheel.shape[0]! - 1);
  const low = place.floor();
  const share = place.sub(low);
  const first = low.long();
  const second = first.add(1).remainder(wheel.shape[0]!);
  const planes = [0, 1, 2].map((c) => {
    const column = wheel.select(1, c);
    const mixed = share
      .neg()
      .add(1)
      .mul(column.at(first).div(255))
      .add(share.mul(column.at(second).div(255)));
    return length.mul(mixed.neg().add(1)).neg().add(1).mul(255).floor();
  });
  const out = stack(planes, 1).to(uint8);
  return flow.ndim === 3 ? out.squeeze(0) : out;
}
