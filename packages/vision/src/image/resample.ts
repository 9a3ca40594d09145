import { Image } from "./image.ts";
import { premultiply, unpremultiply } from "./modes.ts";

export type Resampling = "nearest" | "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Pillow's filters: half their width, and their values. */
const FILTERS: Readonly<Record<Exclude<Resampling, "nearest">, readonly [number, (x: number) => number]>> = {
  box: [0.5, (x) => (x > -0.5 && x <= 0.5 ? 1 : 0)],
  bilinear: [1, (x) => Math.max(0, 1 - Math.abs(x))],
  hamming: [
    1,
    (x) => {
      const t = Math.abs(x);
      if (t === 0) return 1;
      return t >= 1 ? 0 : (Math.sin(t * Math.PI) / (t * Math.PI)) * (0.54 + 0.46 * Math.cos(t * Math.PI));
    },
  ],
  bicubic: [
    2,
    (x) => {
      const a = -0.5;
      const t = Math.abs(x);
      if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    },
  ],
  lanczos: [3, (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)],
};

/** Bits behind the point of coefficients: sums of products with bytes stay within 32 bits. */
const PRECISION = 22;

interface Coefficients {
  /** For each output, the first input. */
  readonly start: Int32Array;
  /** For each output, how many inputs. */
  readonly count: Int32Array;
  readonly values: Int32Array;
  /** Values for each output. */
  readonly width: number;
}

/** What each output takes of which inputs, in fixed point (Pillow, Resample.c). */
function coefficients(inputs: number, outputs: number, method: Exclude<Resampling, "nearest">): Coefficients {
  const [halfWidth, filter] = FILTERS[method];
  const scale = inputs / outputs;
  const stretch = Math.max(scale, 1);
  const support = halfWidth * stretch;
  const width = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(outputs);
  const count = new Int32Array(outputs);
  const values = new Int32Array(outputs * width);
  const weights = new Float64Array(width);
  for (let i = 0; i < outputs; i++) {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const n = Math.min(inputs, Math.trunc(center + support + 0.5)) - first;
    let sum = 0;
    for (let x = 0; x < n; x++) {
      weights[x] = filter((x + first - center + 0.5) * (1 / stretch));
      sum += weights[x]!;
    }
    for (let x = 0; x < n; x++) {
      const weight = (sum === 0 ? weights[x]! : weights[x]! / sum) * 2 ** PRECISION;
      values[i * width + x] = Math.trunc(weight + (weight < 0 ? -0.5 : 0.5));
    }
    start[i] = first;
    count[i] = n;
  }
  return { start, count, values, width };
}

const clip = (sum: number): number => {
  const value = sum >> PRECISION;
  return value < 0 ? 0 : value > 255 ? 255 : value;
};

function horizontal(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  to: number,
  k: Coefficients,
): Uint8Array {
  const out = new Uint8Array(to * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < to; x++) {
      const from = (y * width + k.start[x]!) * channels;
      const n = k.count[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = 1 << (PRECISION - 1);
        for (let i = 0; i < n; i++) sum += data[from + i * channels + c]! * k.values[x * k.width + i]!;
        out[(y * to + x) * channels + c] = clip(sum);
      }
    }
  }
  return out;
}

function vertical(data: Uint8Array, row: number, to: number, k: Coefficients): Uint8Array {
  const out = new Uint8Array(row * to);
  for (let y = 0; y < to; y++) {
    const from = k.start[y]! * row;
    const n = k.count[y]!;
    for (let x = 0; x < row; x++) {
      let sum = 1 << (PRECISION - 1);
      for (let i = 0; i < n; i++) sum += data[from + i * row + x]! * k.values[y * k.width + i]!;
      out[y * row + x] = clip(sum);
    }
  }
  return out;
}

/** Where the centres of the new pixels lie, by steps that add up as Pillow's do. */
function centres(inputs: number, outputs: number): Int32Array {
  const step = inputs / outputs;
  const places = new Int32Array(outputs);
  for (let i = 0, place = step * 0.5; i < outputs; i++, place += step)
    places[i] = Math.min(inputs - 1, Math.floor(place));
  return places;
}

/** The pixel under the centre of each new one. */
function nearest(image: Image, width: number, height: number): Image {
  const { data, channels } = image;
  const out = new Uint8Array(width * height * channels);
  const columns = centres(image.width, width);
  const rows = centres(image.height, height);
  for (let y = 0; y < height; y++) {
    const from = rows[y]! * image.width;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        out[(y * width + x) * channels + c] = data[(from + columns[x]!) * channels + c]!;
      }
    }
  }
  return new Image(out, width, height, image.mode);
}

/**
 * An image in another size, with the bytes that Pillow gives: filters widen when it shrinks, so that nothing is left out.
 * @example
 * ```ts
 * import { Image, resizeImage } from "@tt/vision";
 * resizeImage(new Image(Uint8Array.of(0, 100, 200, 44), 2, 2, "L"), 1, 1, "box").data; // Uint8Array [86]
 * ```
 */
export function resizeImage(image: Image, width: number, height: number, method: Resampling): Image {
  if (width === image.width && height === image.height) {
    return new Image(image.data.slice(), width, height, image.mode);
  }
  if (method === "nearest") return nearest(image, width, height);
  const alpha = image.mode === "RGBA" || image.mode === "LA";
  const { channels } = image;
  let data = alpha ? premultiply(image.data, channels) : image.data;
  if (width !== image.width) {
    const k = coefficients(image.width, width, method);
    data = horizontal(data, image.width, image.height, channels, width, k);
  }
  if (height !== image.height)
    data = vertical(data, width * channels, height, coefficients(image.height, height, method));
  return new Image(alpha ? unpremultiply(data, channels) : data, width, height, image.mode);
}
