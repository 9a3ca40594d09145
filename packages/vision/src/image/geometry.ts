import { ValueError } from "@tt/core";
import { Image } from "./image.ts";
import { premultiply, unpremultiply } from "./modes.ts";

/** Where the middle of an output pixel comes from. */
type Source = (x: number, y: number) => readonly [number, number];

/** Writes a pixel, or says that its source lies outside. */
type Sampler = (image: Image, x: number, y: number, out: Uint8Array, at: number) => boolean;

const inside = ({ width, height }: Image, x: number, y: number): boolean => x >= 0 && x < width && y >= 0 && y < height;
const clamp = (i: number, size: number): number => (i < 0 ? 0 : i < size ? i : size - 1);

const SAMPLERS: Readonly<Record<"nearest" | "bilinear" | "bicubic", Sampler>> = {
  nearest(image, x, y, out, at) {
    if (!inside(image, x, y)) return false;
    const { data, channels, width } = image;
    const from = (Math.trunc(y) * width + Math.trunc(x)) * channels;
    for (let c = 0; c < channels; c++) out[at + c] = data[from + c]!;
    return true;
  },

  bilinear(image, xin, yin, out, at) {
    if (!inside(image, xin, yin)) return false;
    const { data, channels, width, height } = image;
    const x = Math.floor(xin - 0.5);
    const y = Math.floor(yin - 0.5);
    const dx = xin - 0.5 - x;
    const dy = yin - 0.5 - y;
    const [x0, x1] = [clamp(x, width) * channels, clamp(x + 1, width) * channels];
    const upper = clamp(y, height) * width * channels;
    const lower = y + 1 >= 0 && y + 1 < height ? (y + 1) * width * channels : upper;
    const mix = (a: number, b: number, d: number): number => a + (b - a) * d;
    for (let c = 0; c < channels; c++) {
      const above = mix(data[upper + x0 + c]!, data[upper + x1 + c]!, dx);
      const below = lower === upper ? above : mix(data[lower + x0 + c]!, data[lower + x1 + c]!, dx);
      out[at + c] = Math.trunc(mix(above, below, dy));
    }
    return true;
  },

  bicubic(image, xin, yin, out, at) {
    if (!inside(image, xin, yin)) return false;
    const { data, channels, width, height } = image;
    const x = Math.floor(xin - 0.5);
    const y = Math.floor(yin - 0.5);
    const dx = xin - 0.5 - x;
    const dy = yin - 0.5 - y;
    const columns = [-1, 0, 1, 2].map((d) => clamp(x + d, width) * channels);
    for (let c = 0; c < channels; c++) {
      const along = (row: number): number =>
        cubic(columns.map((column) => data[row * width * channels + column + c]!) as unknown as Four, dx);
      const first = along(clamp(y - 1, height));
      // Rows outside repeat the one before.
      const rows: number[] = [first];
      for (let d = 0; d < 3; d++) rows.push(y + d >= 0 && y + d < height ? along(y + d) : rows[d]!);
      const value = cubic(rows as unknown as Four, dy);
      out[at + c] = value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
    }
    return true;
  },
};

type Four = readonly [number, number, number, number];

function cubic([v1, v2, v3, v4]: Four, d: number): number {
  const p2 = -v1 + v3;
  const p3 = 2 * (v1 - v2) + v3 - v4;
  const p4 = -v1 + v2 - v3 + v4;
  return v2 + d * (p2 + d * (p3 + d * p4));
}

export type TransformMethod = keyof typeof SAMPLERS;

/** Colours are mixed by their opacity. */
function sample(
  image: Image,
  width: number,
  height: number,
  source: Source,
  method: TransformMethod,
  fill: readonly number[],
): Image {
  const { channels, mode } = image;
  const mixing = method !== "nearest" && (mode === "LA" || mode === "RGBA");
  const from = mixing ? new Image(premultiply(image.data, channels), image.width, image.height, mode) : image;
  const out = new Uint8Array(width * height * channels);
  const sampler = SAMPLERS[method];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const [xin, yin] = source(x + 0.5, y + 0.5);
      if (!sampler(from, xin, yin, out, at)) out.set(fill, at);
    }
  }
  return new Image(mixing ? unpremultiply(out, channels) : out, width, height, mode);
}

/** Pillow's affine transform: `matrix` takes places of the output to places of the input. */
export function affineImage(
  image: Image,
  size: readonly [width: number, height: number],
  matrix: readonly number[],
  method: TransformMethod,
  fill: readonly number[],
): Image {
  const [a, b, c, d, e, f] = matrix as [number, number, number, number, number, number];
  if (method === "nearest" && (b !== 0 || d !== 0) && fitsFixedPoint(image, size, matrix)) {
    return fixedPointAffine(image, size, matrix, fill);
  }
  return sample(image, size[0], size[1], (x, y) => [a * x + b * y + c, d * x + e * y + f], method, fill);
}

/** Pillow's perspective transform, of eight coefficients. */
export function perspectiveImage(
  image: Image,
  coefficients: readonly number[],
  method: TransformMethod,
  fill: readonly number[],
): Image {
  const [a, b, c, d, e, f, g, h] = coefficients as [number, number, number, number, number, number, number, number];
  const source: Source = (x, y) => {
    const w = g * x + h * y + 1;
    return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
  };
  return sample(image, image.width, image.height, source, method, fill);
}

function fitsFixedPoint(image: Image, [width, height]: readonly [number, number], m: readonly number[]): boolean {
  if (image.width >= 32768 || image.height >= 32768) return false;
  return [
    [0, 0],
    [width - 1, height - 1],
    [0, height - 1],
    [width - 1, 0],
  ].every(
    ([x, y]) => Math.abs(m[0]! * x! + m[1]! * y! + m[2]!) < 32768 && Math.abs(m[3]! * x! + m[4]! * y! + m[5]!) < 32768,
  );
}

/** Nearest neighbours by steps in 16 bits of fixed point, as Pillow takes them. */
function fixedPointAffine(
  image: Image,
  [width, height]: readonly [number, number],
  matrix: readonly number[],
  fill: readonly number[],
): Image {
  const { channels, data } = image;
  const fix = (v: number): number => Math.floor(v * 65536 + 0.5);
  const [a0, a1, , a3, a4] = matrix.map(fix) as [number, number, number, number, number];
  let rowX = fix(matrix[2]! + matrix[0]! * 0.5 + matrix[1]! * 0.5);
  let rowY = fix(matrix[5]! + matrix[3]! * 0.5 + matrix[4]! * 0.5);
  const out = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    let [xx, yy] = [rowX, rowY];
    for (let x = 0; x < width; x++, at += channels) {
      const xin = Math.floor(xx / 65536);
      const yin = Math.floor(yy / 65536);
      if (inside(image, xin, yin)) {
        const from = (yin * image.width + xin) * channels;
        for (let c = 0; c < channels; c++) out[at + c] = data[from + c]!;
      } else out.set(fill, at);
      xx += a0;
      yy += a3;
    }
    rowX += a1;
    rowY += a4;
  }
  return new Image(out, width, height, image.mode);
}

/** The pixels at `source(x, y)` of a whole-pixel mapping; null is the fill. */
export function gatherImage(
  image: Image,
  width: number,
  height: number,
  source: (x: number, y: number) => readonly [number, number] | null,
  fill: readonly number[] = [],
): Image {
  const { channels, data } = image;
  const out = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const place = source(x, y);
      if (place === null || !inside(image, place[0], place[1])) out.set(fill, at);
      else {
        const from = (place[1] * image.width + place[0]) * channels;
        for (let c = 0; c < channels; c++) out[at + c] = data[from + c]!;
      }
    }
  }
  return new Image(out, width, height, image.mode);
}

/** Turns an image by `angle` degrees against the clock, as Pillow's `rotate`. */
export function rotateImage(
  image: Image,
  angle: number,
  method: TransformMethod,
  expand: boolean,
  center: readonly [number, number] | null,
  fill: readonly number[],
): Image {
  const { width: w, height: h } = image;
  const turn = ((angle % 360) + 360) % 360;
  if (center === null) {
    if (turn === 0) return new Image(image.data.slice(), w, h, image.mode);
    if (turn === 180) return gatherImage(image, w, h, (x, y) => [w - 1 - x, h - 1 - y]);
    if (turn === 90 && (expand || w === h)) return gatherImage(image, h, w, (x, y) => [w - 1 - y, x]);
    if (turn === 270 && (expand || w === h)) return gatherImage(image, h, w, (x, y) => [y, h - 1 - x]);
  }
  const [cx, cy] = center ?? [w / 2, h / 2];
  const radians = (-turn * Math.PI) / 180;
  const round = (v: number): number => Number(v.toFixed(15));
  const matrix = [
    round(Math.cos(radians)),
    round(Math.sin(radians)),
    0,
    round(-Math.sin(radians)),
    round(Math.cos(radians)),
    0,
  ];
  const apply = (x: number, y: number): [number, number] => [
    matrix[0]! * x + matrix[1]! * y + matrix[2]!,
    matrix[3]! * x + matrix[4]! * y + matrix[5]!,
  ];
  const shifted = apply(-cx, -cy);
  matrix[2] = shifted[0] + cx;
  matrix[5] = shifted[1] + cy;
  let size: [number, number] = [w, h];
  if (expand) {
    const corners = [apply(0, 0), apply(w, 0), apply(w, h), apply(0, h)];
    const span = (values: number[]): number => Math.ceil(Math.max(...values)) - Math.floor(Math.min(...values));
    size = [span(corners.map(([x]) => x)), span(corners.map(([, y]) => y))];
    const moved = apply(-(size[0] - w) / 2, -(size[1] - h) / 2);
    matrix[2] = moved[0];
    matrix[5] = moved[1];
  }
  return affineImage(image, size, matrix, method, fill);
}

/** Rows and columns repeated beyond the edges, as numpy's `pad` with the modes of these names. */
export function padImage(
  image: Image,
  [left, top, right, bottom]: readonly [number, number, number, number],
  mode: "edge" | "reflect" | "symmetric",
): Image {
  const { width, height } = image;
  const place = (i: number, size: number): number => {
    if (mode === "edge") return clamp(i, size);
    const period = mode === "symmetric" ? 2 * size : Math.max(1, 2 * size - 2);
    const t = ((i % period) + period) % period;
    return t < size ? t : period - (mode === "symmetric" ? 1 : 0) - t;
  };
  if (width === 0 || height === 0) throw new ValueError("an empty image cannot be continued");
  return gatherImage(image, width + left + right, height + top + bottom, (x, y) => [
    place(x - left, width),
    place(y - top, height),
  ]);
}
