import { ValueError } from "@tt/core";
import { Image, type ImageMode } from "./image.ts";

/** `a * b / 255`, rounded. */
const mulDiv255 = (a: number, b: number): number => {
  const t = a * b + 128;
  return ((t >> 8) + t) >> 8;
};

/** Colours times opacity; the last channel is opacity. */
export function premultiply(data: Uint8Array, channels: number): Uint8Array {
  const out = data.slice();
  for (let i = 0; i < out.length; i += channels) {
    const alpha = out[i + channels - 1]!;
    for (let c = 0; c < channels - 1; c++) out[i + c] = mulDiv255(out[i + c]!, alpha);
  }
  return out;
}

/** Undoes {@link premultiply}. */
export function unpremultiply(data: Uint8Array, channels: number): Uint8Array {
  const out = data.slice();
  for (let i = 0; i < out.length; i += channels) {
    const alpha = out[i + channels - 1]!;
    if (alpha === 255 || alpha === 0) continue;
    for (let c = 0; c < channels - 1; c++) out[i + c] = Math.min(255, Math.trunc((255 * out[i + c]!) / alpha));
  }
  return out;
}

/** Brightness by ITU-R 601-2, in 16 bits of fixed point. */
export const luma = (r: number, g: number, b: number): number => (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;

/** The image in another mode. */
export function convertImage(image: Image, mode: ImageMode): Image {
  if (image.mode === mode) return image;
  const { data, channels, width, height } = image;
  const coloured = channels >= 3;
  const hasAlpha = channels === 2 || channels === 4;
  const wanted = { L: 1, LA: 2, RGB: 3, RGBA: 4 }[mode];
  const out = new Uint8Array(width * height * wanted);
  for (let i = 0, from = 0, to = 0; i < width * height; i++, from += channels, to += wanted) {
    if (wanted >= 3) for (let c = 0; c < 3; c++) out[to + c] = data[from + (coloured ? c : 0)]!;
    else out[to] = coloured ? luma(data[from]!, data[from + 1]!, data[from + 2]!) : data[from]!;
    if (wanted === 2 || wanted === 4) out[to + wanted - 1] = hasAlpha ? data[from + channels - 1]! : 255;
  }
  return new Image(out, width, height, mode);
}

/** Hue, saturation and value as bytes (Pillow, Convert.c, after Python's colorsys). */
export function rgbToHsv(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  const f = Math.fround;
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
    const max = Math.max(r, g, b);
    const min = Math.min(r, g, b);
    out[i + 2] = max;
    if (min === max) continue;
    const span = f(max - min);
    const s = f(span / max);
    const [rc, gc, bc] = [f((max - r) / span), f((max - g) / span), f((max - b) / span)];
    const turn = r === max ? f(bc - gc) : g === max ? f(2 + rc - bc) : f(4 + gc - rc);
    const h = f((turn / 6 + 1) % 1);
    out[i] = Math.min(255, Math.max(0, Math.trunc(h * 255)));
    out[i + 1] = Math.min(255, Math.max(0, Math.trunc(s * 255)));
  }
  return out;
}

/** Undoes {@link rgbToHsv}. */
export function hsvToRgb(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  const f = Math.fround;
  // C's round(): halves away from zero; nothing is negative here.
  const round = (x: number): number => Math.min(255, Math.max(0, Math.floor(x + 0.5)));
  for (let at = 0; at < data.length; at += 3) {
    const v = data[at + 2]!;
    if (data[at + 1] === 0) {
      out.fill(v, at, at + 3);
      continue;
    }
    const fs = f(data[at + 1]! / 255);
    const sixths = f((data[at]! * 6) / 255);
    const i = Math.floor(sixths);
    const rest = f(sixths - i);
    const p = round(v * f(1 - fs));
    const q = round(v * f(1 - f(fs * rest)));
    const t = round(v * f(1 - f(fs * f(1 - rest))));
    const rgb = [
      [v, t, p],
      [q, v, p],
      [p, v, t],
      [p, q, v],
      [t, p, v],
      [v, p, q],
    ][i % 6]!;
    out.set(rgb, at);
  }
  return out;
}

/** @throws ValueError when `fill` has neither one number nor one for each channel */
export function fillColor(fill: number | readonly number[] | null, image: Image): readonly number[] {
  if (fill === null) return new Array<number>(image.channels).fill(0);
  if (typeof fill === "number") return new Array<number>(image.channels).fill(Math.trunc(fill));
  if (fill.length !== image.channels) {
    throw new ValueError(
      `The number of elements in 'fill' does not match the number of channels of the image (${fill.length} != ${image.channels})`,
    );
  }
  return fill.map(Math.trunc);
}
