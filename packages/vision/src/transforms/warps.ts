/** Transforms that turn, shear and distort. */
import { cat, rand, type Tensor, ValueError } from "@tt/core";
import { type Arguments, bind } from "../arguments.ts";
import { Image } from "../image/image.ts";
import { floatList, roundEven, show } from "../python.ts";
import { elastic_transform, gaussian_blur } from "./color.ts";
import { affine, get_dimensions, get_image_size, perspective, rotate } from "./geometry.ts";
import type { Point } from "./matrices.ts";
import { drawInteger, drawUniform } from "./sizes.ts";
import { PictureTransform } from "./transform.ts";
import type { Fill, InterpolationMode, Picture } from "./types.ts";

/** [-x, x] for one number; @throws ValueError for another length, or below zero */
function angles(x: number | readonly number[], name: string, lengths: readonly number[]): readonly number[] {
  if (typeof x === "number") {
    if (x < 0) throw new ValueError(`If ${name} is a single number, it must be positive.`);
    return [0 - x, x];
  }
  requireLength(x, name, lengths);
  return x;
}

function requireLength(x: readonly number[], name: string, lengths: readonly number[]): void {
  if (!lengths.includes(x.length)) {
    throw new ValueError(`${name} should be a sequence of length ${lengths.join(" or ")}.`);
  }
}

/** Tensors take a value for each channel. */
export function fillFor(img: Picture, fill: Fill): Fill {
  if (img instanceof Image || fill === null || typeof fill === "object") return fill;
  return new Array<number>(get_dimensions(img)[0]).fill(fill);
}

interface RotationArgs {
  /** The largest angle either way, or the least and the largest. */
  degrees: number | readonly number[];
  interpolation?: InterpolationMode;
  expand?: boolean;
  center?: readonly number[] | null;
  fill?: Fill;
}
const ROTATION = ["degrees", "interpolation", "expand", "center", "fill"] as const;

/** Turns by a random angle. */
export class RandomRotation extends PictureTransform {
  readonly degrees: readonly number[];
  readonly interpolation: InterpolationMode;
  readonly expand: boolean;
  readonly center: readonly number[] | null;
  readonly fill: Fill;

  constructor(...args: Arguments<RotationArgs, typeof ROTATION>) {
    super();
    const defaults = { interpolation: "nearest", expand: false, center: null, fill: 0 } as const;
    const o = bind<RotationArgs>("RandomRotation.__init__()", ROTATION, defaults, args);
    this.degrees = angles(o.degrees, "degrees", [2]);
    if (o.center !== null) requireLength(o.center, "center", [2]);
    this.interpolation = o.interpolation;
    this.expand = o.expand;
    this.center = o.center;
    this.fill = o.fill ?? 0;
  }

  override forward<P extends Picture>(img: P): P {
    const { interpolation, expand, center } = this;
    const angle = drawUniform(this.degrees[0]!, this.degrees[1]!);
    return rotate(img, { angle, interpolation, expand, center, fill: fillFor(img, this.fill) });
  }

  override toString(): string {
    const center = this.center === null ? "" : `, center=${show(this.center)}`;
    return `RandomRotation(degrees=${floatList(this.degrees)}, interpolation=${this.interpolation}, expand=${show(this.expand)}${center}, fill=${show(this.fill)})`;
  }
}

interface AffineArgs {
  degrees: number | readonly number[];
  /** Shares of width and height. */
  translate?: readonly number[] | null;
  scale?: readonly number[] | null;
  /** Degrees: one number or two for x, four for x and y. */
  shear?: number | readonly number[] | null;
  interpolation?: InterpolationMode;
  fill?: Fill;
  center?: readonly number[] | null;
}
const AFFINE = ["degrees", "translate", "scale", "shear", "interpolation", "fill", "center"] as const;

/** Turns, moves, scales and shears at random. */
export class RandomAffine extends PictureTransform {
  readonly degrees: readonly number[];
  readonly translate: readonly number[] | null;
  readonly scale: readonly number[] | null;
  readonly shear: readonly number[] | null;
  readonly interpolation: InterpolationMode;
  readonly fill: Fill;
  readonly center: readonly number[] | null;

  constructor(...args: Arguments<AffineArgs, typeof AFFINE>) {
    super();
    const defaults = {
      translate: null,
      scale: null,
      shear: null,
      interpolation: "nearest",
      fill: 0,
      center: null,
    } as const;
    const o = bind<AffineArgs>("RandomAffine.__init__()", AFFINE, defaults, args);
    this.degrees = angles(o.degrees, "degrees", [2]);
    if (o.translate !== null) {
      requireLength(o.translate, "translate", [2]);
      if (o.translate.some((t) => t < 0 || t > 1)) {
        throw new ValueError("translation values should be between 0 and 1");
      }
    }
    if (o.scale !== null) {
      requireLength(o.scale, "scale", [2]);
      if (o.scale.some((s) => s <= 0)) throw new ValueError("scale values should be positive");
    }
    if (o.center !== null) requireLength(o.center, "center", [2]);
    this.translate = o.translate;
    this.scale = o.scale;
    this.shear = o.shear === null ? null : angles(o.shear, "shear", [2, 4]);
    this.interpolation = o.interpolation;
    this.fill = o.fill ?? 0;
    this.center = o.center;
  }

  override forward<P extends Picture>(img: P): P {
    const { interpolation, center } = this;
    const size = get_image_size(img);
    const angle = drawUniform(this.degrees[0]!, this.degrees[1]!);
    const translate = [0, 0];
    this.translate?.forEach((share, i) => {
      const most = share * size[i]!;
      translate[i] = roundEven(drawUniform(-most, most));
    });
    const scale = this.scale === null ? 1 : drawUniform(this.scale[0]!, this.scale[1]!);
    const shear = [0, 0];
    for (let i = 0; i < (this.shear?.length ?? 0) / 2; i++) {
      shear[i] = drawUniform(this.shear![2 * i]!, this.shear![2 * i + 1]!);
    }
    return affine(img, { angle, translate, scale, shear, interpolation, fill: fillFor(img, this.fill), center });
  }

  override toString(): string {
    const parts = [`degrees=${floatList(this.degrees)}`];
    if (this.translate !== null) parts.push(`translate=${show(this.translate)}`);
    if (this.scale !== null) parts.push(`scale=${show(this.scale)}`);
    if (this.shear !== null) parts.push(`shear=${floatList(this.shear)}`);
    if (this.interpolation !== "nearest") parts.push(`interpolation=${this.interpolation}`);
    if (this.fill !== 0) parts.push(`fill=${show(this.fill)}`);
    if (this.center !== null) parts.push(`center=${show(this.center)}`);
    return `RandomAffine(${parts.join(", ")})`;
  }
}

interface PerspectiveArgs {
  distortion_scale?: number;
  p?: number;
  interpolation?: InterpolationMode;
  fill?: Fill;
}
const PERSPECTIVE = ["distortion_scale", "p", "interpolation", "fill"] as const;

/** With probability `p` the picture from a random point of view. */
export class RandomPerspective extends PictureTransform {
  readonly distortion_scale: number;
  readonly p: number;
  readonly interpolation: InterpolationMode;
  readonly fill: Fill;

  constructor(...args: Arguments<PerspectiveArgs, typeof PERSPECTIVE>) {
    super();
    const defaults = { distortion_scale: 0.5, p: 0.5, interpolation: "bilinear", fill: 0 } as const;
    const o = bind<PerspectiveArgs>("RandomPerspective.__init__()", PERSPECTIVE, defaults, args);
    this.distortion_scale = o.distortion_scale;
    this.p = o.p;
    this.interpolation = o.interpolation;
    this.fill = o.fill ?? 0;
  }

  /** The corners, and where they go. */
  static get_params(width: number, height: number, distortion_scale: number): [Point[], Point[]] {
    const x = Math.trunc(distortion_scale * Math.floor(width / 2));
    const y = Math.trunc(distortion_scale * Math.floor(height / 2));
    const left = (): number => drawInteger(0, x + 1);
    const right = (): number => drawInteger(width - x - 1, width);
    const top = (): number => drawInteger(0, y + 1);
    const bottom = (): number => drawInteger(height - y - 1, height);
    const corners: Point[] = [
      [0, 0],
      [width - 1, 0],
      [width - 1, height - 1],
      [0, height - 1],
    ];
    return [
      corners,
      [
        [left(), top()],
        [right(), top()],
        [right(), bottom()],
        [left(), bottom()],
      ],
    ];
  }

  override forward<P extends Picture>(img: P): P {
    if (rand(1).item() >= this.p) return img;
    const [width, height] = get_image_size(img);
    const [startpoints, endpoints] = RandomPerspective.get_params(width, height, this.distortion_scale);
    const fill = fillFor(img, this.fill);
    return perspective(img, { startpoints, endpoints, interpolation: this.interpolation, fill });
  }

  override toString(): string {
    return `RandomPerspective(p=${show(this.p)})`;
  }
}

interface ElasticArgs {
  /** How far pixels move. */
  alpha?: number | readonly number[];
  /** How smooth the movement is. */
  sigma?: number | readonly number[];
  interpolation?: InterpolationMode;
  fill?: number;
}
const ELASTIC = ["alpha", "sigma", "interpolation", "fill"] as const;

/** Moves pixels by a smooth random field, as through water. */
export class ElasticTransform extends PictureTransform {
  readonly alpha: readonly number[];
  readonly sigma: readonly number[];
  readonly interpolation: InterpolationMode;
  readonly fill: number;

  constructor(...args: Arguments<ElasticArgs, typeof ELASTIC>) {
    super();
    const defaults = { alpha: 50, sigma: 5, interpolation: "bilinear", fill: 0 } as const;
    const o = bind<ElasticArgs>("ElasticTransform.__init__()", ELASTIC, defaults, args);
    const two = (value: number | readonly number[], name: string): readonly number[] => {
      if (typeof value === "number") return [value, value];
      if (value.length !== 2) {
        throw new ValueError(`If ${name} is a sequence its length should be 2. Got ${value.length}`);
      }
      return value;
    };
    this.alpha = two(o.alpha, "alpha");
    this.sigma = two(o.sigma, "sigma");
    this.interpolation = o.interpolation;
    this.fill = o.fill;
  }

  /** A random field of displacements, [1, H, W, 2]. */
  static get_params(alpha: readonly number[], sigma: readonly number[], size: readonly [number, number]): Tensor {
    const axis = (i: 0 | 1): Tensor => {
      const noise = rand([1, 1, ...size])
        .mul(2)
        .sub(1);
      const kernel = Math.trunc(8 * sigma[i]! + 1);
      const odd = kernel % 2 === 0 ? kernel + 1 : kernel;
      const smooth = sigma[i]! > 0 ? gaussian_blur(noise, [odd, odd], sigma) : noise;
      return smooth.mul(alpha[i]!).div(size[i]);
    };
    const dx = axis(0);
    return cat([dx, axis(1)], 1).permute(0, 2, 3, 1);
  }

  override forward<P extends Picture>(img: P): P {
    const [, height, width] = get_dimensions(img);
    const displacement = ElasticTransform.get_params(this.alpha, this.sigma, [height, width]);
    return elastic_transform(img, displacement, this.interpolation, this.fill);
  }

  override toString(): string {
    return `ElasticTransform(alpha=${floatList(this.alpha)}, sigma=${floatList(this.sigma)}, interpolation=${this.interpolation}, fill=${show(this.fill)})`;
  }
}
