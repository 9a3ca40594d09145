/** Functions that change the values of pixels. */
import { float32, type DType, Tensor, ValueError } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { type Arguments, bind } from "../arguments.ts";
import {
  autocontrastImage,
  enhanceBrightness,
  enhanceColor,
  enhanceContrast,
  enhanceSharpness,
  equalizeImage,
  mapBytes,
  shiftHue,
} from "../image/enhance.ts";
import { Image } from "../image/image.ts";
import { convertImage } from "../image/modes.ts";
import { pil_to_tensor, to_pil_image } from "./conversion.ts";
import * as T from "./functional_tensor.ts";
import type { Fill, InterpolationMode, Picture, Size } from "./types.ts";

function either<P extends Picture>(img: P, image: (img: Image) => Image, tensor: (img: Tensor) => Tensor): P {
  return (img instanceof Image ? image(img) : tensor(img)) as P;
}

function factorOf(name: string, factor: number): number {
  if (factor < 0) throw new ValueError(`${name} (${factor}) is not non-negative.`);
  return factor;
}

/** Brightness times the factor: 0 is black, 1 the picture. */
export function adjust_brightness<P extends Picture>(img: P, brightness_factor: number): P {
  const factor = factorOf("brightness_factor", brightness_factor);
  return either(
    img,
    (image) => enhanceBrightness(image, factor),
    (t) => T.adjust_brightness(t, factor),
  );
}

/** Contrast times the factor: 0 is the mean grey, 1 the picture. */
export function adjust_contrast<P extends Picture>(img: P, contrast_factor: number): P {
  const factor = factorOf("contrast_factor", contrast_factor);
  return either(
    img,
    (image) => enhanceContrast(image, factor),
    (t) => T.adjust_contrast(t, factor),
  );
}

/** Saturation times the factor: 0 is grey, 1 the picture. */
export function adjust_saturation<P extends Picture>(img: P, saturation_factor: number): P {
  const factor = factorOf("saturation_factor", saturation_factor);
  return either(
    img,
    (image) => enhanceColor(image, factor),
    (t) => T.adjust_saturation(t, factor),
  );
}

/** Sharpness times the factor: 0 is smoothed, 1 the picture. */
export function adjust_sharpness<P extends Picture>(img: P, sharpness_factor: number): P {
  const factor = factorOf("sharpness_factor", sharpness_factor);
  return either(
    img,
    (image) => enhanceSharpness(image, factor),
    (t) => T.adjust_sharpness(t, factor),
  );
}

/** Hues turned by the factor, of [-0.5, 0.5], of a circle. */
export function adjust_hue<P extends Picture>(img: P, hue_factor: number): P {
  if (hue_factor < -0.5 || hue_factor > 0.5) throw new ValueError(`hue_factor (${hue_factor}) is not in [-0.5, 0.5].`);
  return either(
    img,
    (image) => shiftHue(image, hue_factor),
    (t) => T.adjust_hue(t, hue_factor),
  );
}

interface GammaArgs {
  gamma: number;
  gain?: number;
}
const GAMMA = ["gamma", "gain"] as const;

/** `gain * value ** gamma`, for values of [0, 1]. */
export function adjust_gamma<P extends Picture>(img: P, ...args: Arguments<GammaArgs, typeof GAMMA>): P {
  const { gamma, gain } = bind<GammaArgs>("adjust_gamma()", GAMMA, { gain: 1 }, args);
  if (gamma < 0) throw new ValueError("Gamma should be a non-negative real number");
  const table = Array.from({ length: 256 }, (_, i) => Math.trunc((255 + 1 - 1e-3) * gain * (i / 255) ** gamma));
  return either(
    img,
    (image) =>
      convertImage(
        mapBytes(convertImage(image, "RGB"), (value) => Math.min(255, table[value]!)),
        image.mode,
      ),
    (t) => T.adjust_gamma(t, gamma, gain),
  );
}

/** The picture in grey, in one channel or three equal ones. */
export function rgb_to_grayscale<P extends Picture>(
  img: P,
  channels: number | { num_output_channels?: number } = 1,
): P {
  const num_output_channels = typeof channels === "number" ? channels : (channels.num_output_channels ?? 1);
  return either(
    img,
    (image) => greyImage(image, num_output_channels),
    (t) => T.rgb_to_grayscale(t, num_output_channels),
  );
}

/** {@link rgb_to_grayscale} of images. @throws TypeError for tensors */
export function to_grayscale(img: Image, channels: number | { num_output_channels?: number } = 1): Image {
  if (!((img as unknown) instanceof Image)) throw new TypeError("Input should be PIL Image");
  return greyImage(img, typeof channels === "number" ? channels : (channels.num_output_channels ?? 1));
}

function greyImage(image: Image, channels: number): Image {
  if (channels !== 1 && channels !== 3) throw new ValueError("num_output_channels should be either 1 or 3");
  const grey = convertImage(image, "L");
  return channels === 1 ? grey : convertImage(grey, "RGB");
}

/** White for black. */
export function invert<P extends Picture>(img: P): P {
  return either(img, (image) => mapBytes(image, (value) => 255 - value), T.invert);
}

/** Keeps the highest `bits` of each byte. */
export function posterize<P extends Picture>(img: P, bits: number): P {
  if (bits < 0 || bits > 8) throw new ValueError(`The number if bits should be between 0 and 8. Got ${bits}`);
  const mask = 256 - 2 ** (8 - bits);
  return either(
    img,
    (image) => mapBytes(image, (value) => value & mask),
    (t) => T.posterize(t, bits),
  );
}

/** Inverts what is at or above the threshold. */
export function solarize<P extends Picture>(img: P, threshold: number): P {
  return either(
    img,
    (image) => mapBytes(image, (value) => (value < threshold ? value : 255 - value)),
    (t) => T.solarize(t, threshold),
  );
}

/** Stretches each channel so that its least value is black and its largest white. */
export function autocontrast<P extends Picture>(img: P): P {
  return either(img, autocontrastImage, T.autocontrast);
}

/** Gives each channel as flat a histogram as can be. */
export function equalize<P extends Picture>(img: P): P {
  return either(img, equalizeImage, T.equalize);
}

interface BlurArgs {
  kernel_size: Size;
  sigma?: Size | null;
}
const BLUR = ["kernel_size", "sigma"] as const;

/**
 * Blurs by a Gaussian.
 * @param kernel_size - odd; one number or [x, y]
 * @param sigma - one number or [x, y]; follows from the kernel if null
 * @throws ValueError for an even kernel, or a sigma that is not positive
 */
export function gaussian_blur<P extends Picture>(img: P, ...args: Arguments<BlurArgs, typeof BLUR>): P {
  const { kernel_size, sigma } = bind<BlurArgs>("gaussian_blur()", BLUR, { sigma: null }, args);
  const kernel = typeof kernel_size === "number" ? [kernel_size, kernel_size] : kernel_size;
  if (kernel.length !== 2) {
    throw new ValueError(`If kernel_size is a sequence its length should be 2. Got ${kernel.length}`);
  }
  if (kernel.some((size) => size % 2 === 0 || size < 0)) {
    throw new ValueError(`kernel_size should have odd and positive integers. Got [${kernel.join(", ")}]`);
  }
  const given = sigma ?? kernel.map((size) => size * 0.15 + 0.35);
  const list = typeof given === "number" ? [given, given] : given.length === 1 ? [given[0]!, given[0]!] : given;
  if (list.length !== 2) throw new ValueError(`If sigma is a sequence, its length should be 2. Got ${list.length}`);
  if (list.some((s) => s <= 0)) throw new ValueError(`sigma should have positive values. Got [${list.join(", ")}]`);
  return either(
    img,
    (image) => to_pil_image(T.gaussian_blur(pil_to_tensor(image), kernel, list), image.mode),
    (t) => T.gaussian_blur(t, kernel, list),
  );
}

/**
 * The values in another dtype: integers cover their whole range, floats [0, 1].
 * @throws RuntimeError where the integers are too many for the float
 */
export function convert_image_dtype(image: Tensor, dtype: DType = float32): Tensor {
  if (!((image as unknown) instanceof Tensor)) throw new TypeError("Input img should be Tensor Image");
  return T.convert_image_dtype(image, dtype);
}

interface EraseArgs {
  i: number;
  j: number;
  h: number;
  w: number;
  v: Tensor;
  inplace?: boolean;
}
const ERASE = ["i", "j", "h", "w", "v", "inplace"] as const;

/** Writes `v` over the rectangle that starts `i` rows down and `j` columns in. */
export function erase(img: Tensor, ...args: Arguments<EraseArgs, typeof ERASE>): Tensor {
  if (!((img as unknown) instanceof Tensor)) {
    throw new TypeError(`img should be Tensor Image. Got ${pythonTypeName(img)}`);
  }
  const { i, j, h, w, v, inplace } = bind<EraseArgs>("erase()", ERASE, { inplace: false }, args);
  return T.erase(img, i, j, h, w, v, inplace);
}

interface ElasticArgs {
  displacement: Tensor;
  interpolation?: InterpolationMode;
  fill?: Fill;
}
const ELASTIC = ["displacement", "interpolation", "fill"] as const;

/** Moves each pixel by its displacement, [1, H, W, 2] in halves of the picture. */
export function elastic_transform<P extends Picture>(img: P, ...args: Arguments<ElasticArgs, typeof ELASTIC>): P {
  const o = bind<ElasticArgs>("elastic_transform()", ELASTIC, { interpolation: "bilinear", fill: null }, args);
  const run = (t: Tensor): Tensor => T.elastic_transform(t, o.displacement, o.interpolation, o.fill);
  return either(img, (image) => to_pil_image(run(pil_to_tensor(image)), image.mode), run);
}
