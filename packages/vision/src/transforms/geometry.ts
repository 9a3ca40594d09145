/** Functions that change where pixels are. */
import { type Tensor, ValueError } from "@tt/core";
import { type Arguments, bind } from "../arguments.ts";
import {
  affineImage,
  gatherImage,
  padImage,
  perspectiveImage,
  rotateImage,
  type TransformMethod,
} from "../image/geometry.ts";
import { Image } from "../image/image.ts";
import { fillColor } from "../image/modes.ts";
import { resizeImage } from "../image/resample.ts";
import { roundEven } from "../python.ts";
import * as T from "./functional_tensor.ts";
import { inverseAffine, perspectiveCoefficients, type Point } from "./matrices.ts";
import type { Fill, InterpolationMode, PaddingMode, Picture, Size } from "./types.ts";

/** Runs the half that the picture is for. */
function either<P extends Picture>(img: P, image: (img: Image) => Image, tensor: (img: Tensor) => Tensor): P {
  return (img instanceof Image ? image(img) : tensor(img)) as P;
}

/** Channels, height and width. */
export function get_dimensions(img: Picture): [channels: number, height: number, width: number] {
  return img instanceof Image ? [img.channels, img.height, img.width] : T.dimensions(img);
}

/** Width and height. */
export function get_image_size(img: Picture): [width: number, height: number] {
  const [, height, width] = get_dimensions(img);
  return [width, height];
}

/** The number of channels. */
export const get_image_num_channels = (img: Picture): number => get_dimensions(img)[0];

/** Height and width that one number, or two, ask for; @throws ValueError for more */
export function pair(size: Size, message = "Please provide only two dimensions (h, w) for size."): [number, number] {
  if (typeof size === "number") return [Math.trunc(size), Math.trunc(size)];
  if (size.length === 1) return [size[0]!, size[0]!];
  if (size.length !== 2) throw new ValueError(message);
  return [size[0]!, size[1]!];
}

interface ResizeArgs {
  size: Size;
  interpolation?: InterpolationMode;
  /** The longer edge stays within it, where `size` is one number. */
  max_size?: number | null;
  /** Widens the filter of tensors when they shrink; images' always is. */
  antialias?: boolean | null;
}
const RESIZE = ["size", "interpolation", "max_size", "antialias"] as const;

/** The size that the shorter edge's asks for. */
function resizedSize(height: number, width: number, size: Size, max: number | null): [number, number] {
  const list = typeof size === "number" ? [size] : size;
  if (list.length !== 1 && list.length !== 2) {
    throw new ValueError(`Size must be an int or a 1 or 2 element tuple/list, not a ${list.length} element tuple/list`);
  }
  if (list.length === 2) {
    if (max !== null) {
      throw new ValueError(
        "max_size should only be passed if size specifies the length of the smaller edge, i.e. size should be an int or a sequence of length 1 in torchscript mode.",
      );
    }
    return [list[0]!, list[1]!];
  }
  let short = list[0]!;
  let long = Math.trunc((short * Math.max(height, width)) / Math.min(height, width));
  if (max !== null) {
    if (max <= short) {
      throw new ValueError(
        `max_size = ${max} must be strictly greater than the requested size for the smaller edge size = ${typeof size === "number" ? size : `[${size.join(", ")}]`}`,
      );
    }
    if (long > max) [short, long] = [Math.trunc((max * short) / long), max];
  }
  return width <= height ? [long, short] : [short, long];
}

/**
 * The picture in another size: `size` is that of the shorter edge, or height and width.
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { transforms } from "@tt/vision";
 * transforms.functional.resize(rand(3, 20, 40), 10).shape; // [3, 10, 20]
 * ```
 */
export function resize<P extends Picture>(img: P, ...args: Arguments<ResizeArgs, typeof RESIZE>): P {
  const o = bind<ResizeArgs>("resize()", RESIZE, { interpolation: "bilinear", max_size: null, antialias: null }, args);
  const [, height, width] = get_dimensions(img);
  const size = resizedSize(height, width, o.size, o.max_size);
  if (size[0] === height && size[1] === width) return img;
  return either(
    img,
    (image) => resizeImage(image, size[1], size[0], o.interpolation),
    (t) => T.resize(t, size, o.interpolation, o.antialias ?? false),
  );
}

function sides(padding: Size): [left: number, top: number, right: number, bottom: number] {
  const list = typeof padding === "number" ? [padding] : padding;
  const [a, b, c, d] = list as [number, number, number, number];
  if (list.length === 1) return [a, a, a, a];
  if (list.length === 2) return [a, b, a, b];
  if (list.length === 4) return [a, b, c, d];
  throw new ValueError(`Padding must be an int or a 1, 2, or 4 element tuple, not a ${list.length} element tuple`);
}

interface PadArgs {
  padding: Size;
  fill?: Fill;
  padding_mode?: PaddingMode;
}
const PAD = ["padding", "fill", "padding_mode"] as const;

/** Adds rows and columns: as many on all sides, [left and right, top and bottom], or [left, top, right, bottom]. */
export function pad<P extends Picture>(img: P, ...args: Arguments<PadArgs, typeof PAD>): P {
  const {
    padding,
    fill,
    padding_mode: mode,
  } = bind<PadArgs>("pad()", PAD, { fill: 0, padding_mode: "constant" }, args);
  if (!["constant", "edge", "reflect", "symmetric"].includes(mode)) {
    throw new ValueError("Padding mode should be either constant, edge, reflect or symmetric");
  }
  const border = sides(padding);
  return either(
    img,
    (image) => {
      if (mode !== "constant") return padImage(image, border, mode);
      const [left, top, right, bottom] = border;
      const [width, height] = [image.width + left + right, image.height + top + bottom];
      return gatherImage(image, width, height, (x, y) => [x - left, y - top], fillColor(fill, image));
    },
    (t) => {
      if (typeof fill === "object" && fill !== null) throw new TypeError("Got inappropriate fill arg");
      return T.pad(t, border, fill ?? 0, mode);
    },
  );
}

/** The part that starts `top` rows down and `left` columns in; what lies outside is zero. */
export function crop<P extends Picture>(img: P, top: number, left: number, height: number, width: number): P {
  return either(
    img,
    (image) => gatherImage(image, width, height, (x, y) => [x + left, y + top], fillColor(0, image)),
    (t) => T.crop(t, top, left, height, width),
  );
}

/** The middle of the picture, padded with zeros where it is smaller. */
export function center_crop<P extends Picture>(img: P, output_size: Size): P {
  const [height, width] = pair(output_size);
  let picture = img;
  let [, h, w] = get_dimensions(img);
  if (width > w || height > h) {
    const [x, y] = [Math.max(0, width - w), Math.max(0, height - h)];
    const border = [Math.floor(x / 2), Math.floor(y / 2), Math.floor((x + 1) / 2), Math.floor((y + 1) / 2)];
    picture = pad(img, border);
    [, h, w] = get_dimensions(picture);
    if (width === w && height === h) return picture;
  }
  return crop(picture, roundEven((h - height) / 2), roundEven((w - width) / 2), height, width);
}

interface ResizedCropArgs extends Omit<ResizeArgs, "max_size"> {
  top: number;
  left: number;
  height: number;
  width: number;
}
const RESIZED_CROP = ["top", "left", "height", "width", "size", "interpolation", "antialias"] as const;

/** {@link crop}, then {@link resize}. */
export function resized_crop<P extends Picture>(img: P, ...args: Arguments<ResizedCropArgs, typeof RESIZED_CROP>): P {
  const o = bind<ResizedCropArgs>("resized_crop()", RESIZED_CROP, { interpolation: "bilinear", antialias: null }, args);
  const { size, interpolation, antialias } = o;
  return resize(crop(img, o.top, o.left, o.height, o.width), { size, interpolation, antialias });
}

/** Left and right exchanged. */
export function hflip<P extends Picture>(img: P): P {
  return either(
    img,
    (image) => gatherImage(image, image.width, image.height, (x, y) => [image.width - 1 - x, y]),
    (t) => t.flip(-1),
  );
}

/** Top and bottom exchanged. */
export function vflip<P extends Picture>(img: P): P {
  return either(
    img,
    (image) => gatherImage(image, image.width, image.height, (x, y) => [x, image.height - 1 - y]),
    (t) => t.flip(-2),
  );
}

/** The four corners and the middle. */
export function five_crop<P extends Picture>(img: P, size: Size): [P, P, P, P, P] {
  const [height, width] = pair(size);
  const [, h, w] = get_dimensions(img);
  if (width > w || height > h) {
    throw new ValueError(`Requested crop size (${height}, ${width}) is bigger than input size (${h}, ${w})`);
  }
  const at = (top: number, left: number): P => crop(img, top, left, height, width);
  return [at(0, 0), at(0, w - width), at(h - height, 0), at(h - height, w - width), center_crop(img, [height, width])];
}

/** {@link five_crop} of the picture and of its mirror image. */
export function ten_crop<P extends Picture>(
  img: P,
  size: Size,
  options: boolean | { vertical_flip?: boolean } = false,
): P[] {
  const vertical_flip = typeof options === "boolean" ? options : (options.vertical_flip ?? false);
  return [...five_crop(img, size), ...five_crop(vertical_flip ? vflip(img) : hflip(img), size)];
}

function pixelMethod(mode: InterpolationMode): TransformMethod {
  if (mode === "nearest" || mode === "bilinear" || mode === "bicubic") return mode;
  throw new ValueError(`Interpolation mode '${mode}' is unsupported for this transform`);
}

interface RotateArgs {
  angle: number;
  interpolation?: InterpolationMode;
  /** Makes the picture large enough to hold all of it. */
  expand?: boolean;
  /** [x, y] from the upper left corner; the middle if null. */
  center?: readonly number[] | null;
  fill?: Fill;
}
const ROTATE = ["angle", "interpolation", "expand", "center", "fill"] as const;

/** Turns the picture by `angle` degrees against the clock. */
export function rotate<P extends Picture>(img: P, ...args: Arguments<RotateArgs, typeof ROTATE>): P {
  const o = bind<RotateArgs>(
    "rotate()",
    ROTATE,
    { interpolation: "nearest", expand: false, center: null, fill: null },
    args,
  );
  return either(
    img,
    (image) =>
      rotateImage(
        image,
        o.angle,
        pixelMethod(o.interpolation),
        o.expand,
        o.center as Point | null,
        fillColor(o.fill, image),
      ),
    (t) => {
      const center = fromMiddle(t, o.center);
      const matrix = inverseAffine(center, -o.angle, [0, 0], 1, [0, 0]);
      return T.rotate(t, matrix, o.interpolation, o.expand, o.fill);
    },
  );
}

function fromMiddle(t: Tensor, center: readonly number[] | null): Point {
  if (center === null) return [0, 0];
  const [, height, width] = T.dimensions(t);
  return [center[0]! - width * 0.5, center[1]! - height * 0.5];
}

interface AffineArgs {
  angle: number;
  translate: readonly number[];
  scale: number;
  /** Degrees along x, or along x and y. */
  shear: number | readonly number[];
  interpolation?: InterpolationMode;
  fill?: Fill;
  center?: readonly number[] | null;
}
const AFFINE = ["angle", "translate", "scale", "shear", "interpolation", "fill", "center"] as const;

/** Turns (with the clock), moves, scales and shears the picture about its middle. */
export function affine<P extends Picture>(img: P, ...args: Arguments<AffineArgs, typeof AFFINE>): P {
  const o = bind<AffineArgs>("affine()", AFFINE, { interpolation: "nearest", fill: null, center: null }, args);
  if (o.translate.length !== 2) throw new ValueError("Argument translate should be a sequence of length 2");
  if (o.scale <= 0) throw new ValueError("Argument scale should be positive");
  const given = typeof o.shear === "number" ? [o.shear, 0] : o.shear;
  const shear = given.length === 1 ? [given[0]!, given[0]!] : given;
  if (shear.length !== 2) {
    throw new ValueError(`Shear should be a sequence containing two values. Got [${shear.join(", ")}]`);
  }
  const matrix = (center: Point): number[] =>
    inverseAffine(center, o.angle, o.translate as unknown as Point, o.scale, shear as unknown as Point);
  return either(
    img,
    (image) => {
      const center = (o.center ?? [image.width * 0.5, image.height * 0.5]) as Point;
      const size = [image.width, image.height] as const;
      return affineImage(image, size, matrix(center), pixelMethod(o.interpolation), fillColor(o.fill, image));
    },
    (t) => T.affine(t, matrix(fromMiddle(t, o.center)), o.interpolation, o.fill),
  );
}

interface PerspectiveArgs {
  startpoints: readonly Point[];
  endpoints: readonly Point[];
  interpolation?: InterpolationMode;
  fill?: Fill;
}
const PERSPECTIVE = ["startpoints", "endpoints", "interpolation", "fill"] as const;

/** Moves four points of the picture, [x, y], to others. */
export function perspective<P extends Picture>(img: P, ...args: Arguments<PerspectiveArgs, typeof PERSPECTIVE>): P {
  const o = bind<PerspectiveArgs>("perspective()", PERSPECTIVE, { interpolation: "bilinear", fill: null }, args);
  const coefficients = perspectiveCoefficients(o.startpoints, o.endpoints);
  return either(
    img,
    (image) => perspectiveImage(image, coefficients, pixelMethod(o.interpolation), fillColor(o.fill, image)),
    (t) => T.perspective(t, coefficients, o.interpolation, o.fill),
  );
}
