import { RuntimeError } from "@tt/core";
import { Image } from "./image.ts";
import { convertImage, hsvToRgb, rgbToHsv } from "./modes.ts";

const f = Math.fround;
const byte = (value: number): number => (value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value));

/** `from + factor * (to - from)` for every byte (Pillow, Blend.c). */
function blend(from: (i: number) => number, to: Image, factor: number): Image {
  const alpha = f(factor);
  const { data } = to;
  // Opacity is kept.
  const opaque = to.mode === "LA" || to.mode === "RGBA" ? to.channels - 1 : -1;
  const out = Uint8Array.from(data, (value, i) => {
    if (i % to.channels === opaque) return value;
    const start = from(i);
    return byte(f(start + f(alpha * (value - start))));
  });
  return new Image(out, to.width, to.height, to.mode);
}

/** 0 is black, 1 the image. */
export const enhanceBrightness = (image: Image, factor: number): Image => blend(() => 0, image, factor);

/** 0 is the mean grey, 1 the image. */
export function enhanceContrast(image: Image, factor: number): Image {
  const { data } = convertImage(image, "L");
  const mean = Math.trunc(data.reduce((sum, value) => sum + value, 0) / data.length + 0.5);
  return blend(() => mean, image, factor);
}

/** 0 is grey, 1 the image. */
export function enhanceColor(image: Image, factor: number): Image {
  const { data } = convertImage(convertImage(image, "L"), image.mode);
  return blend((i) => data[i]!, image, factor);
}

/** 0 is smoothed, 1 the image. */
export function enhanceSharpness(image: Image, factor: number): Image {
  const data = smooth(image);
  return blend((i) => data[i]!, image, factor);
}

/** 3 x 3 with five times the weight in the middle; edges stay (Pillow, Filter.c). */
function smooth({ data, width, height, channels }: Image): Uint8Array {
  const out = data.slice();
  const row = width * channels;
  const [side, middle] = [f(1 / 13), f(5 / 13)];
  for (let y = 1; y < height - 1; y++) {
    for (let i = channels; i < row - channels; i++) {
      const at = y * row + i;
      let sum = 0.5;
      for (const start of [at + row, at, at - row]) {
        const centre = start === at ? middle : side;
        const products = f(
          f(f(data[start - channels]! * side) + f(data[start]! * centre)) + f(data[start + channels]! * side),
        );
        sum = f(sum + products);
      }
      out[at] = byte(sum);
    }
  }
  return out;
}

/** Turns the hue by `factor` of a circle; images without colours stay. */
export function shiftHue(image: Image, factor: number): Image {
  if (image.channels < 3) return image;
  const hsv = rgbToHsv(convertImage(image, "RGB").data);
  const step = Math.trunc(factor * 255) & 255;
  for (let i = 0; i < hsv.length; i += 3) hsv[i] = hsv[i]! + step;
  return convertImage(new Image(hsvToRgb(hsv), image.width, image.height, "RGB"), image.mode);
}

/** Each byte replaced by what `table` says for its channel. @throws RuntimeError for images with alpha, as Pillow */
export function mapBytes(image: Image, table: (value: number, channel: number) => number): Image {
  const { channels, mode } = image;
  if (mode !== "L" && mode !== "RGB") throw new RuntimeError("not supported for this image mode");
  return new Image(
    Uint8Array.from(image.data, (value, i) => table(value, i % channels)),
    image.width,
    image.height,
    image.mode,
  );
}

function histograms(image: Image): number[][] {
  const counts = Array.from({ length: image.channels }, () => new Array<number>(256).fill(0));
  image.data.forEach((value, i) => counts[i % image.channels]![value]!++);
  return counts;
}

/** Stretches each channel to all of 0 to 255 (Pillow, ImageOps.autocontrast). */
export function autocontrastImage(image: Image): Image {
  const tables = histograms(image).map((counts) => {
    const low = counts.findIndex((n) => n > 0);
    const high = counts.findLastIndex((n) => n > 0);
    if (high <= low) return Array.from(counts.keys());
    const scale = 255 / (high - low);
    const offset = -low * scale;
    return Array.from(counts.keys(), (value) => byte(Math.trunc(value * scale + offset)));
  });
  return mapBytes(image, (value, channel) => tables[channel]![value]!);
}

/** Gives each channel a flat histogram (Pillow, ImageOps.equalize). */
export function equalizeImage(image: Image): Image {
  const tables = histograms(image).map((counts) => {
    const present = counts.filter((n) => n > 0);
    const step = Math.floor((present.reduce((sum, n) => sum + n, 0) - (present.at(-1) ?? 0)) / 255);
    if (present.length <= 1 || step === 0) return Array.from(counts.keys());
    let sum = Math.floor(step / 2);
    return counts.map((n) => {
      const value = Math.floor(sum / step);
      sum += n;
      return Math.min(value, 255);
    });
  });
  return mapBytes(image, (value, channel) => tables[channel]![value]!);
}
