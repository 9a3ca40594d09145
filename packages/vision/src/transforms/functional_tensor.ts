/** The transforms of tensors: images of shape [..., channels, height, width]. */
import {
  arange,
  cat,
  cumsum,
  type DType,
  einsum,
  float32,
  float64,
  int32,
  int64,
  linspace,
  ones,
  ones_like,
  RuntimeError,
  stack,
  tensor,
  type Tensor,
  uint8,
  ValueError,
  where,
  zeros_like,
} from "@tt/core";
import { bincount } from "@tt/core/statistics";
import { functional as F } from "@tt/nn";
import { fma32 } from "../fma.ts";
import type { Fill, InterpolationMode, PaddingMode } from "./types.ts";

/** Channels, height and width. */
export function dimensions(img: Tensor): [channels: number, height: number, width: number] {
  if (img.ndim < 2) throw new TypeError("Tensor is not a torch image.");
  const [height, width] = img.shape.slice(-2) as [number, number];
  return [img.ndim === 2 ? 1 : img.shape.at(-3)!, height, width];
}

function requireChannels(img: Tensor, permitted: readonly number[]): void {
  const [channels] = dimensions(img);
  if (permitted.includes(channels)) return;
  throw new TypeError(
    `Input image tensor permitted channel values are [${permitted.join(", ")}], but found ${channels}`,
  );
}

function requireRank(img: Tensor): void {
  if (img.ndim < 3) throw new TypeError(`Input image tensor should have at least 3 dimensions, but found ${img.ndim}`);
}

const floatOf = (img: Tensor): DType => (img.is_floating_point() ? img.dtype : float32);

const LARGEST: Readonly<Record<string, number>> = {
  uint8: 255,
  int8: 127,
  int16: 32767,
  int32: 2147483647,
  int64: 2 ** 63,
};

export function convert_image_dtype(image: Tensor, dtype: DType): Tensor {
  if (image.dtype === dtype) return image;
  const toFloat = dtype.category >= 2;
  if (image.is_floating_point()) {
    if (toFloat) return image.to(dtype);
    const { name } = image.dtype;
    if ((name === "float32" && (dtype === int32 || dtype === int64)) || (name === "float64" && dtype === int64)) {
      throw new RuntimeError(
        `The cast from ${image.dtype.toString()} to ${dtype.toString()} cannot be performed safely.`,
      );
    }
    // Values from 0 to 1 spread evenly over the integers.
    return image.mul(LARGEST[dtype.name]! + 1 - 1e-3).to(dtype);
  }
  const from = LARGEST[image.dtype.name] ?? 1;
  if (toFloat) return image.to(dtype).div(from);
  const to = LARGEST[dtype.name] ?? 1;
  if (from > to) return image.div(Math.trunc((from + 1) / (to + 1)), { rounding_mode: "floor" }).to(dtype);
  return image.to(dtype).mul(Math.trunc((to + 1) / (from + 1)));
}

export function crop(img: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const [, h, w] = dimensions(img);
  const [right, bottom] = [left + width, top + height];
  const inner = img.at(
    "...",
    `${Math.max(top, 0)}:${Math.max(bottom, 0)}`,
    `${Math.max(left, 0)}:${Math.max(right, 0)}`,
  );
  if (left >= 0 && top >= 0 && right <= w && bottom <= h) return inner;
  const padding = [
    Math.max(-left + Math.min(0, right), 0),
    Math.max(-top + Math.min(0, bottom), 0),
    Math.max(right - Math.max(w, left), 0),
    Math.max(bottom - Math.max(h, top), 0),
  ];
  return pad(inner, padding, 0, "constant");
}

export function rgb_to_grayscale(img: Tensor, channels = 1): Tensor {
  requireRank(img);
  requireChannels(img, [1, 3]);
  if (channels !== 1 && channels !== 3) throw new ValueError("num_output_channels should be either 1 or 3");
  let grey: Tensor;
  if (img.shape.at(-3) === 3) {
    const [r, g, b] = img.unbind(-3) as [Tensor, Tensor, Tensor];
    grey = r.mul(0.2989).add(g.mul(0.587)).add(b.mul(0.114)).to(img.dtype).unsqueeze(-3);
  } else grey = img.clone();
  return channels === 3 ? grey.expand([...img.shape]) : grey;
}

function blend(img: Tensor, other: Tensor, ratio: number): Tensor {
  const bound = img.is_floating_point() ? 1 : 255;
  // Ratios are floats in Python, so integer images become float32 here.
  const scaled = (t: Tensor, by: number): Tensor => t.to(floatOf(t)).mul(by);
  return scaled(img, ratio)
    .add(scaled(other, 1 - ratio))
    .clamp(0, bound)
    .to(img.dtype);
}

export function adjust_brightness(img: Tensor, factor: number): Tensor {
  requireChannels(img, [1, 3]);
  return blend(img, zeros_like(img), factor);
}

export function adjust_contrast(img: Tensor, factor: number): Tensor {
  requireChannels(img, [3, 1]);
  const grey = dimensions(img)[0] === 3 ? rgb_to_grayscale(img) : img;
  return blend(img, grey.to(floatOf(img)).mean([-3, -2, -1], true), factor);
}

export function adjust_saturation(img: Tensor, factor: number): Tensor {
  requireChannels(img, [1, 3]);
  return dimensions(img)[0] === 1 ? img : blend(img, rgb_to_grayscale(img), factor);
}

export function adjust_hue(img: Tensor, factor: number): Tensor {
  requireChannels(img, [1, 3]);
  if (dimensions(img)[0] === 1) return img;
  const bytes = img.dtype === uint8;
  const [h, s, v] = rgbToHsv(bytes ? img.to(float32).div(255) : img).unbind(-3) as [Tensor, Tensor, Tensor];
  const shifted = hsvToRgb(stack([h.add(factor).remainder(1), s, v], -3));
  return bytes ? shifted.mul(255).to(uint8) : shifted;
}

function rgbToHsv(img: Tensor): Tensor {
  const [r, g, b] = img.unbind(-3) as [Tensor, Tensor, Tensor];
  const max = img.amax(-3);
  const min = img.amin(-3);
  const same = max.eq(min);
  const one = ones_like(max);
  const span = max.sub(min);
  const s = span.div(where(same, one, max));
  const divisor = where(same, one, span);
  const [rc, gc, bc] = [r, g, b].map((c) => max.sub(c).div(divisor)) as [Tensor, Tensor, Tensor];
  const [isR, isG] = [max.eq(r), max.eq(g)];
  const hr = isR.mul(bc.sub(gc));
  const hg = isG.logical_and(isR.logical_not()).mul(rc.add(2).sub(bc));
  const hb = isG.logical_not().logical_and(isR.logical_not()).mul(gc.add(4).sub(rc));
  const h = hr.add(hg).add(hb).div(6).add(1).fmod(1);
  return stack([h, s, max], -3);
}

function hsvToRgb(img: Tensor): Tensor {
  const [h, s, v] = img.unbind(-3) as [Tensor, Tensor, Tensor];
  const sixths = h.mul(6);
  const floor = sixths.floor();
  const f = sixths.sub(floor);
  const part = (x: Tensor): Tensor => v.mul(x.mul(-1).add(1)).clamp(0, 1);
  const p = part(s);
  const q = part(s.mul(f));
  const t = part(s.mul(f.mul(-1).add(1)));
  const sector = floor.to(int32).remainder(6);
  const mask = sector.unsqueeze(-3).eq(arange(6, { device: img.device }).view(-1, 1, 1));
  const channels = [
    [v, q, p, p, t, v],
    [t, v, v, q, p, p],
    [p, p, t, v, v, q],
  ].map((list) => stack(list, -3));
  return einsum("...ijk,...xijk->...xjk", mask.to(img.dtype), stack(channels, -4));
}

export function adjust_gamma(img: Tensor, gamma: number, gain: number): Tensor {
  requireChannels(img, [1, 3]);
  const from = img.is_floating_point() ? img : convert_image_dtype(img, float32);
  return convert_image_dtype(from.pow(gamma).mul(gain).clamp(0, 1), img.dtype);
}

export function pad(img: Tensor, padding: readonly number[], fill: number, mode: PaddingMode): Tensor {
  const [left, top, right, bottom] = padding as [number, number, number, number];
  const sides = [left, right, top, bottom];
  if (mode === "symmetric") return padSymmetric(img, sides);
  const batch = img.ndim < 4 ? img.unsqueeze(0) : img;
  const cast = mode !== "constant" && img.dtype !== float32 && img.dtype !== float64;
  const source = cast ? batch.to(float32) : batch;
  const padded =
    mode === "constant"
      ? F.pad(source, sides, "constant", fill)
      : F.pad(source, sides, mode === "edge" ? "replicate" : "reflect");
  const out = img.ndim < 4 ? padded.squeeze(0) : padded;
  return cast ? out.to(img.dtype) : out;
}

function padSymmetric(img: Tensor, sides: readonly number[]): Tensor {
  const [left, right, top, bottom] = sides as [number, number, number, number];
  const indices = (size: number, before: number, after: number): Tensor => {
    const cut = [Math.max(0, -before), size - Math.max(0, -after)] as const;
    const inner = Array.from({ length: cut[1] - cut[0] }, (_, i) => cut[0] + i);
    const head = inner.slice(0, Math.max(0, before)).toReversed();
    const tail = inner.slice(Math.max(0, inner.length - Math.max(0, after))).toReversed();
    return tensor([...head, ...inner, ...tail], { dtype: int64, device: img.device });
  };
  const rows = indices(img.shape.at(-2)!, top, bottom);
  return img.index_select(-2, rows).index_select(-1, indices(img.shape.at(-1)!, left, right));
}

export function resize(
  img: Tensor,
  size: readonly [number, number],
  mode: InterpolationMode,
  antialias: boolean,
): Tensor {
  if (antialias && mode !== "bilinear" && mode !== "bicubic") {
    throw new ValueError("Antialias option is supported for bilinear and bicubic interpolation modes only");
  }
  return asFloatBatch(img, float32, (batch) => {
    const align_corners = mode === "bilinear" || mode === "bicubic" ? false : null;
    const out = F.interpolate(batch, { size, mode, align_corners, antialias });
    return mode === "bicubic" && img.dtype === uint8 ? out.clamp(0, 255) : out;
  });
}

/** Runs `body` on [N, C, H, W] of floats; integers are rounded afterwards. */
function asFloatBatch(img: Tensor, dtype: DType, body: (batch: Tensor) => Tensor): Tensor {
  const fits = img.dtype === dtype || (dtype === float32 && img.dtype === float64);
  const batch = img.ndim < 4 ? img.unsqueeze(0) : img;
  const result = body(fits ? batch : batch.to(dtype));
  const out = img.ndim < 4 ? result.squeeze(0) : result;
  if (fits) return out;
  return (img.is_floating_point() ? out : out.round()).to(img.dtype);
}

function checkGrid(img: Tensor, mode: InterpolationMode, fill: Fill): void {
  const [channels] = dimensions(img);
  if (typeof fill === "object" && fill !== null && fill.length > 1 && fill.length !== channels) {
    throw new ValueError(
      `The number of elements in 'fill' cannot broadcast to match the number of channels of the image (${fill.length} != ${channels})`,
    );
  }
  if (mode !== "nearest" && mode !== "bilinear") {
    throw new ValueError(`Interpolation mode '${mode}' is unsupported with Tensor input`);
  }
}

/** Samples the image at the places of `grid`, [1, H, W, 2] in [-1, 1]. */
export function applyGrid(img: Tensor, grid: Tensor, mode: InterpolationMode, fill: Fill): Tensor {
  checkGrid(img, mode, fill);
  return asFloatBatch(img, grid.dtype, (batch) => {
    const [n, c, h, w] = batch.shape as [number, number, number, number];
    const everywhere = n > 1 ? grid.expand(n, -1, -1, -1) : grid;
    const source =
      fill === null ? batch : cat([batch, ones([n, 1, h, w], { dtype: batch.dtype, device: batch.device })], 1);
    const options = { mode, padding_mode: "zeros", align_corners: false } as const;
    const sampled = F.grid_sample(source, everywhere, options);
    if (fill === null) return sampled;
    const picture = sampled.narrow(1, 0, c);
    const mask = sampled.narrow(1, c, 1).expand_as(picture);
    const values = typeof fill === "number" ? [fill] : [...fill];
    const colour = tensor(values, { dtype: picture.dtype, device: picture.device })
      .view(1, -1, 1, 1)
      .expand_as(picture);
    if (mode === "nearest") return where(mask.lt(0.5), colour, picture);
    return picture.mul(mask).add(mask.mul(-1).add(1).mul(colour));
  });
}

/** Places, from the middle of the image or its corner, of the pixels of an output: [1, oh * ow, 3]. */
function baseGrid(ow: number, oh: number, start: readonly [number, number], like: Tensor): Tensor {
  const options = { device: like.device };
  const x = linspace(start[0] + 0.5, start[0] + ow - 0.5, { steps: ow, ...options }).to(like.dtype);
  const y = linspace(start[1] + 0.5, start[1] + oh - 0.5, { steps: oh, ...options }).to(like.dtype);
  const xs = x.view(1, ow).expand(oh, ow);
  return stack([xs, y.view(oh, 1).expand(oh, ow), ones_like(xs)], -1).view(1, oh * ow, 3);
}

/**
 * The places times a matrix [1, 3, n], rounded as a product of float32 with fused multiply-adds is: on the last bit hangs
 * to which of two pixels a place in their middle belongs.
 */
function project(places: Tensor, matrix: Tensor): Tensor {
  const count = places.shape[1]!;
  const width = matrix.shape[2]!;
  // PyTorch's loop for small products has no fused steps.
  if (places.dtype !== float32 || count * 3 * width < 400) return places.bmm(matrix);
  const at = places.to("cpu").contiguous().numpy() as Float32Array;
  const by = matrix.to("cpu").contiguous().numpy() as Float32Array;
  const found = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) {
      const first = Math.fround(at[3 * i]! * by[j]!);
      const second = fma32(at[3 * i + 1]!, by[width + j]!, first);
      found[i * width + j] = fma32(at[3 * i + 2]!, by[2 * width + j]!, second);
    }
  }
  return tensor(found, { device: places.device }).view(1, count, width);
}

function affineGrid(theta: Tensor, w: number, h: number, ow: number, oh: number): Tensor {
  const base = baseGrid(ow, oh, [-ow * 0.5, -oh * 0.5], theta);
  const half = tensor([0.5 * w, 0.5 * h], { dtype: theta.dtype, device: theta.device });
  return project(base, theta.transpose(1, 2).div(half)).view(1, oh, ow, 2);
}

function thetaOf(img: Tensor, matrix: readonly number[]): Tensor {
  return tensor([...matrix], { dtype: floatOf(img), device: img.device }).reshape(1, 2, 3);
}

export function affine(img: Tensor, matrix: readonly number[], mode: InterpolationMode, fill: Fill): Tensor {
  const [, h, w] = dimensions(img);
  return applyGrid(img, affineGrid(thetaOf(img, matrix), w, h, w, h), mode, fill);
}

/** Width and height that hold the corners of a turned image, in float32 as torchvision computes them. */
function expandedSize(matrix: readonly number[], w: number, h: number): [number, number] {
  const corners = tensor([
    [-0.5 * w, -0.5 * h, 1],
    [-0.5 * w, 0.5 * h, 1],
    [0.5 * w, 0.5 * h, 1],
    [0.5 * w, -0.5 * h, 1],
  ]);
  const moved = corners.matmul(
    tensor([...matrix])
      .view(2, 3)
      .t(),
  );
  const half = tensor([w * 0.5, h * 0.5]);
  // Precision is cut so that a hair above an integer does not round up.
  const cut = (t: Tensor): Tensor => t.add(half).div(1e-4).trunc().mul(1e-4);
  const size = cut(moved.amax(0))
    .ceil()
    .sub(cut(moved.amin(0)).floor());
  return size.tolist() as [number, number];
}

export function rotate(
  img: Tensor,
  matrix: readonly number[],
  mode: InterpolationMode,
  expand: boolean,
  fill: Fill,
): Tensor {
  const [, h, w] = dimensions(img);
  const [ow, oh] = expand ? expandedSize(matrix, w, h) : [w, h];
  return applyGrid(img, affineGrid(thetaOf(img, matrix), w, h, ow, oh), mode, fill);
}

export function perspective(img: Tensor, coefficients: readonly number[], mode: InterpolationMode, fill: Fill): Tensor {
  const [, oh, ow] = dimensions(img);
  const [a, b, c, d, e, f, g, h] = coefficients as [number, number, number, number, number, number, number, number];
  const options = { dtype: floatOf(img), device: img.device };
  const above = tensor(
    [
      [a, b, c],
      [d, e, f],
    ],
    options,
  ).unsqueeze(0);
  const below = tensor(
    [
      [g, h, 1],
      [g, h, 1],
    ],
    options,
  ).unsqueeze(0);
  const base = baseGrid(ow, oh, [0, 0], above);
  const scaled = above.transpose(1, 2).div(tensor([0.5 * ow, 0.5 * oh], options));
  const grid = project(base, scaled)
    .div(project(base, below.transpose(1, 2)))
    .sub(1);
  return applyGrid(img, grid.view(1, oh, ow, 2), mode, fill);
}

function gaussian(size: number, sigma: number): Tensor {
  const half = (size - 1) * 0.5;
  const pdf = linspace(-half, half, { steps: size }).div(sigma).pow(2).mul(-0.5).exp();
  return pdf.div(pdf.sum());
}

export function gaussian_blur(img: Tensor, kernel_size: readonly number[], sigma: readonly number[]): Tensor {
  const [kx, ky] = kernel_size as [number, number];
  const [sx, sy] = sigma as [number, number];
  const dtype = floatOf(img);
  const [x, y] = [gaussian(kx, sx), gaussian(ky, sy)].map((k) => k.to(img.device, dtype)) as [Tensor, Tensor];
  const kernel = y.unsqueeze(1).mm(x.unsqueeze(0)).expand(img.shape.at(-3)!, 1, ky, kx);
  const [across, down] = [Math.floor(kx / 2), Math.floor(ky / 2)];
  return asFloatBatch(img, dtype, (batch) => {
    const padded = F.pad(batch, [across, across, down, down], "reflect");
    return F.conv2d(padded, kernel, { groups: padded.shape[1]! });
  });
}

export function invert(img: Tensor): Tensor {
  requireRank(img);
  requireChannels(img, [1, 3]);
  return img.neg().add(img.is_floating_point() ? 1 : 255);
}

export function posterize(img: Tensor, bits: number): Tensor {
  requireRank(img);
  if (img.dtype !== uint8) {
    throw new TypeError(`Only torch.uint8 image tensors are supported, but found ${img.dtype.toString()}`);
  }
  requireChannels(img, [1, 3]);
  return img.bitwise_and(tensor(256 - Math.trunc(2 ** (8 - bits)), { dtype: uint8, device: img.device }));
}

export function solarize(img: Tensor, threshold: number): Tensor {
  requireRank(img);
  requireChannels(img, [1, 3]);
  if (threshold > (img.is_floating_point() ? 1 : 255)) {
    throw new TypeError("Threshold should be less than bound of img.");
  }
  return where(img.ge(threshold), invert(img), img);
}

export function adjust_sharpness(img: Tensor, factor: number): Tensor {
  requireChannels(img, [1, 3]);
  const [channels, height, width] = dimensions(img);
  if (width <= 2 || height <= 2) return img;
  const dtype = floatOf(img);
  const weights = tensor([1, 1, 1, 1, 5, 1, 1, 1, 1], { dtype, device: img.device }).div(13);
  const kernel = weights.view(1, 1, 3, 3).expand(channels, 1, 3, 3);
  const inner = asFloatBatch(img, dtype, (batch) => F.conv2d(batch, kernel, { groups: channels }));
  const smooth = img.clone();
  smooth.setitem(["...", "1:-1", "1:-1"], inner);
  return blend(img, smooth, factor);
}

export function autocontrast(img: Tensor): Tensor {
  requireRank(img);
  requireChannels(img, [1, 3]);
  const bound = img.is_floating_point() ? 1 : 255;
  const dtype = floatOf(img);
  const min = img.amin([-2, -1], true).to(dtype);
  const scale = img.amax([-2, -1], true).to(dtype).sub(min).reciprocal().mul(bound);
  const flat = scale.isfinite().logical_not();
  return img.sub(min.masked_fill(flat, 0)).mul(scale.masked_fill(flat, 1)).clamp(0, bound).to(img.dtype);
}

function equalizeChannel(channel: Tensor): Tensor {
  const counts = bincount(channel.reshape(-1), { minlength: 256 });
  const present = (counts.tolist() as number[]).filter((n) => n !== 0);
  const step = Math.floor(present.slice(0, -1).reduce((sum, n) => sum + n, 0) / 255);
  if (step === 0) return channel;
  const floorDiv = { rounding_mode: "floor" } as const;
  const table = cumsum(counts, 0)
    .add(Math.floor(step / 2))
    .div(step, floorDiv);
  const shifted = F.pad(table, [1, 0]).narrow(0, 0, 256).clamp(0, 255);
  return shifted.at(channel.to(int64)).to(uint8);
}

export function equalize(img: Tensor): Tensor {
  if (img.ndim < 3 || img.ndim > 4) {
    throw new TypeError(`Input image tensor should have 3 or 4 dimensions, but found ${img.ndim}`);
  }
  if (img.dtype !== uint8) {
    throw new TypeError(`Only torch.uint8 image tensors are supported, but found ${img.dtype.toString()}`);
  }
  requireChannels(img, [1, 3]);
  const one = (image: Tensor): Tensor => stack([...image.unbind(0)].map(equalizeChannel));
  return img.ndim === 3 ? one(img) : stack([...img.unbind(0)].map(one));
}

export function erase(img: Tensor, i: number, j: number, h: number, w: number, v: Tensor, inplace: boolean): Tensor {
  const target = inplace ? img : img.clone();
  target.setitem(["...", `${i}:${i + h}`, `${j}:${j + w}`], v);
  return target;
}

export function elastic_transform(img: Tensor, displacement: Tensor, mode: InterpolationMode, fill: Fill): Tensor {
  const [, h, w] = dimensions(img);
  const axis = (size: number): Tensor => linspace((-size + 1) / size, (size - 1) / size, { steps: size });
  const x = axis(w).view(1, w).expand(h, w);
  const y = axis(h).view(h, 1).expand(h, w);
  const grid = stack([x, y], -1).unsqueeze(0).to(img.device).add(displacement.to(img.device));
  return applyGrid(img, grid, mode, fill);
}
