import { planesOf, spatialOf, type Triple, volumeOf } from "../pool/planes.ts";
import { type ArrayView, commit, denseValues, type Numbers, outValues } from "../view.ts";
import { type TapOptions, type Taps, tapsOf } from "./taps.ts";

/** How to resize; "linear" and "cubic" are bi- and tri- in more dimensions. "area" is adaptiveAvgPool. */
export interface UpsampleParams extends TapOptions {
  /** The user's scale factor per spatial dimension, or null to use the sizes' quotient. */
  readonly scales: readonly (number | null)[];
}

type TapTriple = readonly [Taps, Taps, Taps];

/** Resizes `input` [N, C, spatial] to the spatial size of `out`, with one to three spatial dimensions. */
export function upsample(out: ArrayView, input: ArrayView, params: UpsampleParams): void {
  const rank = input.shape.length - 2;
  const size = spatialOf(input.shape, rank);
  const counts = spatialOf(out.shape, rank);
  const taps = tapTriple(input, size, counts, params);
  const source = denseValues(input);
  const values = outValues(out);
  const [from, to] = [volumeOf(size), volumeOf(counts)];
  const planes = planesOf(input.shape, rank);
  const round = roundingOf(input);
  // One channel lies beside itself.
  const beside = params.mode === "linear" && !params.antialias && rank > 1 && input.shape[1] === 1;
  const resize = beside ? resizeSide : resizePlane;
  for (let p = 0; p < planes; p++) resize(values, p * to, source, p * from, size, counts, taps, round);
  commit(out, values);
}

/** Gradient of {@link upsample} with respect to its input. */
export function upsampleBackward(gradInput: ArrayView, gradOutput: ArrayView, params: UpsampleParams): void {
  const rank = gradInput.shape.length - 2;
  const size = spatialOf(gradInput.shape, rank);
  const counts = spatialOf(gradOutput.shape, rank);
  const taps = tapTriple(gradInput, size, counts, params);
  const grad = denseValues(gradOutput);
  const values = outValues(gradInput);
  const [to, from] = [volumeOf(size), volumeOf(counts)];
  const sums = new Float64Array(to);
  const planes = planesOf(gradInput.shape, rank);
  for (let p = 0; p < planes; p++) {
    sums.fill(0);
    spreadPlane(sums, grad, p * from, size, counts, taps);
    values.set(sums, p * to);
  }
  commit(gradInput, values);
}

type Rounding = (x: number) => number;

const roundingOf = (input: ArrayView): Rounding =>
  input.array instanceof Float64Array ? (x: number): number => x : Math.fround;

function tapTriple(input: ArrayView, size: Triple, counts: Triple, params: UpsampleParams): TapTriple {
  const { scales } = params;
  const round = roundingOf(input);
  const unused = 3 - scales.length;
  return ([0, 1, 2] as const).map((d) => {
    if (d < unused) return { width: 1, index: new Int32Array(1), weight: Float64Array.of(1) };
    return tapsOf(size[d], counts[d], scales[d - unused]!, params, round);
  }) as unknown as TapTriple;
}

/** Sums line by line, with multiplications and additions in one step, as PyTorch's loops for most images do. */
function resizePlane(
  values: Numbers,
  to: number,
  source: Numbers,
  base: number,
  size: Triple,
  counts: Triple,
  [tz, ty, tx]: TapTriple,
  round: Rounding,
): void {
  for (let z = 0; z < counts[0]; z++) {
    for (let y = 0; y < counts[1]; y++) {
      for (let x = 0; x < counts[2]; x++) {
        let sum = 0;
        for (let k = z * tz.width; k < (z + 1) * tz.width; k++) {
          let plane = 0;
          for (let j = y * ty.width; j < (y + 1) * ty.width; j++) {
            const weight = tz.weight[k]! * ty.weight[j]!;
            if (weight === 0) continue;
            const row = base + (tz.index[k]! * size[1] + ty.index[j]!) * size[2];
            let line = 0;
            for (let i = x * tx.width; i < (x + 1) * tx.width; i++) {
              // A zero weight must not turn an infinite neighbour into nan where there is no neighbour.
              if (tx.weight[i] !== 0) line = round(line + tx.weight[i]! * source[row + tx.index[i]!]!);
            }
            plane = round(plane + ty.weight[j]! * line);
          }
          sum = round(sum + tz.weight[k]! * plane);
        }
        values[to++] = sum;
      }
    }
  }
}

/** Sums in twice the precision, with the weights of all dimensions multiplied first: PyTorch's loop for channels that lie side by side. */
function resizeSide(
  values: Numbers,
  to: number,
  source: Numbers,
  base: number,
  size: Triple,
  counts: Triple,
  [tz, ty, tx]: TapTriple,
  round: Rounding,
): void {
  for (let z = 0; z < counts[0]; z++) {
    for (let y = 0; y < counts[1]; y++) {
      for (let x = 0; x < counts[2]; x++) {
        let sum = 0;
        for (let k = z * tz.width; k < (z + 1) * tz.width; k++) {
          for (let j = y * ty.width; j < (y + 1) * ty.width; j++) {
            const row = base + (tz.index[k]! * size[1] + ty.index[j]!) * size[2];
            for (let i = x * tx.width; i < (x + 1) * tx.width; i++) {
              const weight = round(round(tz.weight[k]! * ty.weight[j]!) * tx.weight[i]!);
              if (weight !== 0) sum += weight * source[row + tx.index[i]!]!;
            }
          }
        }
        values[to++] = sum;
      }
    }
  }
}

function spreadPlane(
  sums: Float64Array,
  grad: Numbers,
  from: number,
  size: Triple,
  counts: Triple,
  [tz, ty, tx]: TapTriple,
): void {
  for (let z = 0; z < counts[0]; z++) {
    for (let y = 0; y < counts[1]; y++) {
      for (let x = 0; x < counts[2]; x++) {
        const g = grad[from++]!;
        for (let k = z * tz.width; k < (z + 1) * tz.width; k++) {
          for (let j = y * ty.width; j < (y + 1) * ty.width; j++) {
            const share = g * tz.weight[k]! * ty.weight[j]!;
            const row = (tz.index[k]! * size[1] + ty.index[j]!) * size[2];
            for (let i = x * tx.width; i < (x + 1) * tx.width; i++) sums[row + tx.index[i]!]! += share * tx.weight[i]!;
          }
        }
      }
    }
  }
}
