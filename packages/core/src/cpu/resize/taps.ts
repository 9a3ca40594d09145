/** Which inputs make each output along one dimension: output i is the sum of weight[k] * input[index[k]], k in [i * width, (i + 1) * width). */
export interface Taps {
  readonly width: number;
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

export type UpsampleMode = "nearest" | "nearest-exact" | "linear" | "cubic";

export interface TapOptions {
  readonly mode: UpsampleMode;
  readonly align_corners: boolean;
  readonly antialias: boolean;
}

/** Rounds to the precision that is computed in. */
type Rounding = (x: number) => number;

/** PyTorch's order of the sum of a point's neighbours: its loop begins with the second, to which the first is added. */
const ORDER = [1, 0, 2, 3];

const exact: Rounding = (x) => x;

/** PyTorch's choice of Keys' cubic convolution parameter (Keys 1981); the antialiasing filter uses Pillow's. */
const CUBIC = -0.75;
const CUBIC_ANTIALIAS = -0.5;

/**
 * Taps of one dimension resized from `input` to `output` elements. `scale` is the user's factor output / input, when it
 * is to be used instead of the sizes' quotient; `round` rounds to the input's precision, wherever PyTorch's loops do: values
 * between two integers, which images are rounded to, hang on it.
 */
export function tapsOf(
  input: number,
  output: number,
  scale: number | null,
  options: TapOptions,
  round: Rounding,
): Taps {
  const { mode } = options;
  const align = options.align_corners && (mode === "linear" || mode === "cubic");
  const step = align
    ? output > 1
      ? round((input - 1) / (output - 1))
      : 0
    : round(scale !== null && scale > 0 ? 1 / scale : input / output);
  if (options.antialias) return antialiased(input, output, step, mode, round);
  const width = mode === "linear" ? 2 : mode === "cubic" ? 4 : 1;
  const index = new Int32Array(output * width);
  const weight = new Float64Array(output * width);
  for (let i = 0; i < output; i++) {
    const at = i * width;
    if (width === 1) {
      index[i] = Math.min(Math.floor(Math.fround(round((mode === "nearest" ? i : i + 0.5) * step))), input - 1);
      weight[i] = 1;
      continue;
    }
    const source = align ? i * step : (i + 0.5) * step - 0.5;
    if (mode === "linear") {
      const clipped = Math.max(source, 0);
      const low = Math.min(Math.floor(clipped), input - 1);
      const part = Math.min(Math.max(round(clipped - low), 0), 1);
      index[at] = Math.min(low + 1, input - 1);
      index[at + 1] = low;
      weight[at] = part;
      weight[at + 1] = round(1 - part);
    } else {
      const low = Math.floor(source);
      for (let k = 0; k < 4; k++) {
        const n = ORDER[k]!;
        index[at + k] = Math.min(Math.max(low - 1 + n, 0), input - 1);
        weight[at + k] = cubicWeight(n, round(source - low), round);
      }
    }
  }
  return { width, index, weight };
}

/** Weight of the k-th of the four neighbours of a point that lies `t` behind the second. */
export function cubicWeight(k: number, t: number, round: Rounding = exact): number {
  const near = (x: number): number => round(round(round(round((CUBIC + 2) * x - (CUBIC + 3)) * x) * x) + 1);
  const far = (x: number): number => round(round(round(round(CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x) - 4 * CUBIC);
  const rest = round(1 - t);
  return k === 0 ? far(round(1 + t)) : k === 1 ? near(t) : k === 2 ? near(rest) : far(round(1 + rest));
}

/** Its derivative with respect to `t`. */
export function cubicSlope(k: number, t: number): number {
  const near = (x: number): number => (3 * (CUBIC + 2) * x - 2 * (CUBIC + 3)) * x;
  const far = (x: number): number => (3 * CUBIC * x - 10 * CUBIC) * x + 8 * CUBIC;
  return k === 0 ? far(1 + t) : k === 1 ? near(t) : k === 2 ? -near(1 - t) : -far(2 - t);
}

function inner(x: number, a: number): number {
  return ((a + 2) * x - (a + 3)) * x * x + 1;
}

function outer(x: number, a: number): number {
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

/** Pillow's resampling: the filter widens with the reduction, and weights are normalised at the borders. */
function antialiased(input: number, output: number, step: number, mode: UpsampleMode, round: Rounding): Taps {
  const filter =
    mode === "cubic"
      ? (x: number): number => (x < 1 ? inner(x, CUBIC_ANTIALIAS) : x < 2 ? outer(x, CUBIC_ANTIALIAS) : 0)
      : (x: number): number => (x < 1 ? 1 - x : 0);
  const radius = mode === "cubic" ? 2 : 1;
  const support = step >= 1 ? round(radius * step) : radius;
  const inverse = step >= 1 ? round(1 / step) : 1;
  const width = Math.ceil(support) * 2 + 1;
  const index = new Int32Array(output * width);
  const weight = new Float64Array(output * width);
  for (let i = 0; i < output; i++) {
    const centre = round(step * (i + 0.5));
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const count = Math.min(Math.trunc(centre + support + 0.5), input) - first;
    let total = 0;
    for (let k = 0; k < count; k++) {
      const value = round(filter(Math.abs(round(round(k + first - centre + 0.5) * inverse))));
      index[i * width + k] = first + k;
      weight[i * width + k] = value;
      total = round(total + value);
    }
    if (total === 0) continue;
    for (let k = 0; k < count; k++) weight[i * width + k] = round(weight[i * width + k]! / total);
  }
  return { width, index, weight };
}
