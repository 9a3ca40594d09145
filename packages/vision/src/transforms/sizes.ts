/** Transforms that cut, pad, resize and mirror. */
import { empty, log, rand, randint, tensor, type Tensor, ValueError } from "@tt/core";
import { type Arguments, bind } from "../arguments.ts";
import { roundedTuple, roundEven, show } from "../python.ts";
import {
  center_crop,
  crop,
  five_crop,
  get_dimensions,
  hflip,
  pad,
  pair,
  resize,
  resized_crop,
  ten_crop,
  vflip,
} from "./geometry.ts";
import { PictureTransform, Transform } from "./transform.ts";
import type { Fill, InterpolationMode, PaddingMode, Picture, Size } from "./types.ts";

/** A whole number of [low, high). */
export const drawInteger = (low: number, high: number): number => randint(low, high, [1]).item();

/** A number of [low, high). */
export const drawUniform = (low: number, high: number): number => empty(1).uniform_(low, high).item();

interface ResizeArgs {
  size: Size;
  interpolation?: InterpolationMode;
  max_size?: number | null;
  antialias?: boolean | null;
}
const RESIZE = ["size", "interpolation", "max_size", "antialias"] as const;

/**
 * Resizes to a height and width, or so that the shorter edge has a length.
 * @example
 * ```ts
 * import { transforms } from "@tt/vision";
 * String(new transforms.Resize(256)); // "Resize(size=256, interpolation=bilinear, max_size=None, antialias=None)"
 * ```
 */
export class Resize extends PictureTransform {
  readonly size: Size;
  readonly interpolation: InterpolationMode;
  readonly max_size: number | null;
  readonly antialias: boolean | null;

  constructor(...args: Arguments<ResizeArgs, typeof RESIZE>) {
    super();
    const defaults = { interpolation: "bilinear", max_size: null, antialias: null } as const;
    const o = bind<ResizeArgs>("Resize.__init__()", RESIZE, defaults, args);
    if (typeof o.size !== "number" && o.size.length !== 1 && o.size.length !== 2) {
      throw new ValueError("If size is a sequence, it should have 1 or 2 values");
    }
    this.size = o.size;
    this.interpolation = o.interpolation;
    this.max_size = o.max_size;
    this.antialias = o.antialias;
  }

  override forward<P extends Picture>(img: P): P {
    const { size, interpolation, max_size, antialias } = this;
    return resize(img, { size, interpolation, max_size, antialias });
  }

  override toString(): string {
    const { size, interpolation, max_size, antialias } = this;
    return `Resize(size=${show(size)}, interpolation=${interpolation}, max_size=${show(max_size)}, antialias=${show(antialias)})`;
  }
}

/** Cuts out the middle. */
export class CenterCrop extends PictureTransform {
  readonly size: readonly [number, number];

  constructor(size: Size) {
    super();
    this.size = pair(size);
  }

  override forward<P extends Picture>(img: P): P {
    return center_crop(img, this.size);
  }

  override toString(): string {
    return `CenterCrop(size=${show(this.size)})`;
  }
}

interface PadArgs {
  padding: Size;
  fill?: Fill;
  padding_mode?: PaddingMode;
}
const PAD = ["padding", "fill", "padding_mode"] as const;

/** Adds rows and columns. */
export class Pad extends PictureTransform {
  readonly padding: Size;
  readonly fill: Fill;
  readonly padding_mode: PaddingMode;

  constructor(...args: Arguments<PadArgs, typeof PAD>) {
    super();
    const o = bind<PadArgs>("Pad.__init__()", PAD, { fill: 0, padding_mode: "constant" }, args);
    if (!["constant", "edge", "reflect", "symmetric"].includes(o.padding_mode)) {
      throw new ValueError("Padding mode should be either constant, edge, reflect or symmetric");
    }
    if (typeof o.padding !== "number" && ![1, 2, 4].includes(o.padding.length)) {
      throw new ValueError(
        `Padding must be an int or a 1, 2, or 4 element tuple, not a ${o.padding.length} element tuple`,
      );
    }
    this.padding = o.padding;
    this.fill = o.fill;
    this.padding_mode = o.padding_mode;
  }

  override forward<P extends Picture>(img: P): P {
    return pad(img, this.padding, this.fill, this.padding_mode);
  }

  override toString(): string {
    return `Pad(padding=${show(this.padding)}, fill=${show(this.fill)}, padding_mode=${this.padding_mode})`;
  }
}

interface RandomCropArgs {
  size: Size;
  /** Added before cutting. */
  padding?: Size | null;
  /** Adds what is missing where the picture is smaller. */
  pad_if_needed?: boolean;
  fill?: Fill;
  padding_mode?: PaddingMode;
}
const RANDOM_CROP = ["size", "padding", "pad_if_needed", "fill", "padding_mode"] as const;

/** Cuts out a random part of a size. */
export class RandomCrop extends PictureTransform {
  readonly size: readonly [number, number];
  readonly padding: Size | null;
  readonly pad_if_needed: boolean;
  readonly fill: Fill;
  readonly padding_mode: PaddingMode;

  constructor(...args: Arguments<RandomCropArgs, typeof RANDOM_CROP>) {
    super();
    const defaults = { padding: null, pad_if_needed: false, fill: 0, padding_mode: "constant" } as const;
    const o = bind<RandomCropArgs>("RandomCrop.__init__()", RANDOM_CROP, defaults, args);
    this.size = pair(o.size);
    this.padding = o.padding;
    this.pad_if_needed = o.pad_if_needed;
    this.fill = o.fill;
    this.padding_mode = o.padding_mode;
  }

  /** Top, left, height and width of a random part; @throws ValueError when the picture is too small */
  static get_params(img: Picture, [height, width]: readonly [number, number]): [number, number, number, number] {
    const [, h, w] = get_dimensions(img);
    if (h < height || w < width) {
      throw new ValueError(`Required crop size (${height}, ${width}) is larger than input image size (${h}, ${w})`);
    }
    if (w === width && h === height) return [0, 0, h, w];
    const top = drawInteger(0, h - height + 1);
    return [top, drawInteger(0, w - width + 1), height, width];
  }

  override forward<P extends Picture>(img: P): P {
    const { size, fill, padding_mode } = this;
    let picture = this.padding === null ? img : pad(img, this.padding, fill, padding_mode);
    const [, height, width] = get_dimensions(picture);
    if (this.pad_if_needed && width < size[1]) picture = pad(picture, [size[1] - width, 0], fill, padding_mode);
    if (this.pad_if_needed && height < size[0]) picture = pad(picture, [0, size[0] - height], fill, padding_mode);
    return crop(picture, ...RandomCrop.get_params(picture, size));
  }

  override toString(): string {
    return `RandomCrop(size=${show(this.size)}, padding=${show(this.padding)})`;
  }
}

/** With probability `p` left and right exchanged. */
export class RandomHorizontalFlip extends PictureTransform {
  readonly p: number;

  constructor(p: number | { p?: number } = 0.5) {
    super();
    this.p = typeof p === "number" ? p : (p.p ?? 0.5);
  }

  override forward<P extends Picture>(img: P): P {
    return rand(1).item() < this.p ? hflip(img) : img;
  }

  override toString(): string {
    return `${this.constructor.name}(p=${show(this.p)})`;
  }
}

/** With probability `p` top and bottom exchanged. */
export class RandomVerticalFlip extends RandomHorizontalFlip {
  override forward<P extends Picture>(img: P): P {
    return rand(1).item() < this.p ? vflip(img) : img;
  }
}

interface RandomResizedCropArgs {
  size: Size;
  /** Share of the area. */
  scale?: readonly [number, number];
  /** Width by height. */
  ratio?: readonly [number, number];
  interpolation?: InterpolationMode;
  antialias?: boolean | null;
}
const RANDOM_RESIZED_CROP = ["size", "scale", "ratio", "interpolation", "antialias"] as const;

/** Cuts out a part of random size and proportions, and resizes it. */
export class RandomResizedCrop extends PictureTransform {
  readonly size: readonly [number, number];
  readonly scale: readonly [number, number];
  readonly ratio: readonly [number, number];
  readonly interpolation: InterpolationMode;
  readonly antialias: boolean | null;

  constructor(...args: Arguments<RandomResizedCropArgs, typeof RANDOM_RESIZED_CROP>) {
    super();
    const o = bind<RandomResizedCropArgs>(
      "RandomResizedCrop.__init__()",
      RANDOM_RESIZED_CROP,
      { scale: [0.08, 1], ratio: [3 / 4, 4 / 3], interpolation: "bilinear", antialias: null },
      args,
    );
    this.size = pair(o.size);
    this.scale = o.scale;
    this.ratio = o.ratio;
    this.interpolation = o.interpolation;
    this.antialias = o.antialias;
  }

  /** Top, left, height and width of a random part. */
  static get_params(
    img: Picture,
    scale: readonly [number, number],
    ratio: readonly [number, number],
  ): [number, number, number, number] {
    const [, height, width] = get_dimensions(img);
    for (let i = 0; i < 10; i++) {
      const [w, h] = drawProportions(height * width, scale, ratio);
      if (w > 0 && w <= width && h > 0 && h <= height) {
        const top = drawInteger(0, height - h + 1);
        return [top, drawInteger(0, width - w + 1), h, w];
      }
    }
    const [least, largest] = [Math.min(...ratio), Math.max(...ratio)];
    let [w, h] = [width, height];
    if (width / height < least) h = roundEven(width / least);
    else if (width / height > largest) w = roundEven(height * largest);
    return [Math.floor((height - h) / 2), Math.floor((width - w) / 2), h, w];
  }

  override forward<P extends Picture>(img: P): P {
    const [top, left, height, width] = RandomResizedCrop.get_params(img, this.scale, this.ratio);
    const { size, interpolation, antialias } = this;
    return resized_crop(img, { top, left, height, width, size, interpolation, antialias });
  }

  override toString(): string {
    const { size, scale, ratio, interpolation, antialias } = this;
    return `RandomResizedCrop(size=${show(size)}, scale=${roundedTuple(scale)}, ratio=${roundedTuple(ratio)}, interpolation=${interpolation}), antialias=${show(antialias)})`;
  }
}

/** Two edges whose product is a random share of `area` and whose quotient is of `ratio`, evenly by its logarithm. */
export function drawProportions(
  area: number,
  scale: readonly [number, number],
  ratio: readonly [number, number],
): [number, number] {
  const [low, high] = log(tensor([...ratio])).tolist() as [number, number];
  const part = area * drawUniform(scale[0], scale[1]);
  const proportion = empty(1).uniform_(low, high).exp().item();
  return [roundEven(Math.sqrt(part * proportion)), roundEven(Math.sqrt(part / proportion))];
}

/** The four corners and the middle, in an array. */
export class FiveCrop<P extends Picture = Tensor> extends Transform<P, [P, P, P, P, P]> {
  readonly size: readonly [number, number];

  constructor(size: Size) {
    super();
    this.size = pair(size);
  }

  override forward(img: P): [P, P, P, P, P] {
    return five_crop(img, this.size);
  }

  override toString(): string {
    return `FiveCrop(size=${show(this.size)})`;
  }
}

/** {@link FiveCrop} of the picture and of its mirror image. */
export class TenCrop<P extends Picture = Tensor> extends Transform<P, P[]> {
  readonly size: readonly [number, number];
  readonly vertical_flip: boolean;

  constructor(size: Size, vertical_flip: boolean | { vertical_flip?: boolean } = false) {
    super();
    this.size = pair(size);
    this.vertical_flip = typeof vertical_flip === "boolean" ? vertical_flip : (vertical_flip.vertical_flip ?? false);
  }

  override forward(img: P): P[] {
    return ten_crop(img, this.size, this.vertical_flip);
  }

  override toString(): string {
    return `TenCrop(size=${show(this.size)}, vertical_flip=${show(this.vertical_flip)})`;
  }
}
