import { spatialOf, type Triple, volumeOf } from "../pool/planes.ts";
import { type ArrayView, commit, denseValues, numelOf, outValues } from "../view.ts";
import { cubicSlope, cubicWeight } from "./taps.ts";

export interface GridSampleParams {
  readonly mode: "bilinear" | "nearest" | "bicubic";
  readonly padding_mode: "zeros" | "border" | "reflection";
  readonly align_corners: boolean;
}

/**
 * Samples `input` [N, C, (D,) H, W] at the points of `grid` [N, (D',) H', W', 2 or 3], whose coordinates are (x, y(, z))
 * with -1 and 1 the borders (Jaderberg et al. 2015); `out` is [N, C, (D',) H', W'].
 */
export function gridSample(out: ArrayView, input: ArrayView, grid: ArrayView, params: GridSampleParams): void {
  const job = new Job(input.shape, grid, params);
  const source = denseValues(input);
  const values = outValues(out);
  const channels = input.shape[1]!;
  const { volume, points, roundSum } = job;
  for (let n = 0; n < input.shape[0]!; n++) {
    for (let p = 0; p < points; p++) {
      const taps = job.locate(n * points + p);
      for (let c = 0; c < channels; c++) {
        const base = (n * channels + c) * volume;
        let sum = 0;
        for (let k = 0; k < taps; k++) sum = roundSum(sum + job.weight[k]! * source[base + job.at[k]!]!);
        values[(n * channels + c) * points + p] = sum;
      }
    }
  }
  commit(out, values);
}

/** Gradients of {@link gridSample}; give null for the one that is not wanted. */
export function gridSampleBackward(
  gradInput: ArrayView | null,
  gradGrid: ArrayView | null,
  gradOutput: ArrayView,
  input: ArrayView,
  grid: ArrayView,
  params: GridSampleParams,
): void {
  const job = new Job(input.shape, grid, params);
  const source = denseValues(input);
  const g = denseValues(gradOutput);
  const channels = input.shape[1]!;
  const { volume, points, rank } = job;
  const gx = new Float64Array(gradInput === null ? 0 : numelOf(gradInput.shape));
  const gg = new Float64Array(gradGrid === null ? 0 : numelOf(gradGrid.shape));
  for (let n = 0; n < input.shape[0]!; n++) {
    for (let p = 0; p < points; p++) {
      const taps = job.locate(n * points + p);
      for (let c = 0; c < channels; c++) {
        const base = (n * channels + c) * volume;
        const grad = g[(n * channels + c) * points + p]!;
        for (let k = 0; k < taps; k++) {
          const at = base + job.at[k]!;
          if (gradInput !== null) gx[at]! += grad * job.weight[k]!;
          if (gradGrid === null) continue;
          for (let d = 0; d < rank; d++) gg[(n * points + p) * rank + d]! += grad * source[at]! * job.slopes[d]![k]!;
        }
      }
    }
  }
  if (gradInput !== null) commit(gradInput, gx);
  if (gradGrid !== null) commit(gradGrid, gg);
}

/** The neighbours of one coordinate along one dimension. */
interface Line {
  readonly index: Int32Array;
  readonly weight: Float64Array;
  /** Derivative of the weight with respect to the grid's coordinate. */
  readonly slope: Float64Array;
  count: number;
}

const newLine = (): Line => ({
  index: new Int32Array(4),
  weight: new Float64Array(4),
  slope: new Float64Array(4),
  count: 0,
});

/** Finds, for one grid point after the other, the entries of the plane that contribute, their weights and the weights' slopes. */
class Job {
  readonly rank: number;
  readonly points: number;
  readonly volume: number;
  readonly at: Int32Array = new Int32Array(64);
  readonly weight: Float64Array = new Float64Array(64);
  /** One per grid coordinate, in the grid's order: x first. */
  readonly slopes: readonly Float64Array[] = [new Float64Array(64), new Float64Array(64), new Float64Array(64)];
  readonly #size: Triple;
  readonly #grid: ArrayLike<number>;
  readonly #params: GridSampleParams;
  /**
   * Rounds as PyTorch's vectorised loop over float32 does, which multiplies and adds in one step: whether a point falls
   * on one side of the middle between two pixels, or a value of one between two integers, hangs on it.
   */
  readonly round: (x: number) => number;
  /** Of sums of neighbours; those of sixteen are rounded at the end alone. */
  readonly roundSum: (x: number) => number;
  readonly #lines: readonly [Line, Line, Line] = [newLine(), newLine(), newLine()];

  constructor(inputShape: readonly number[], grid: ArrayView, params: GridSampleParams) {
    this.rank = inputShape.length - 2;
    this.#size = spatialOf(inputShape, this.rank);
    this.volume = volumeOf(this.#size);
    this.points = numelOf(grid.shape.slice(1, -1));
    this.#grid = denseValues(grid);
    this.#params = params;
    const exact = (x: number): number => x;
    this.round = grid.array instanceof Float64Array ? exact : Math.fround;
    this.roundSum = params.mode === "bicubic" ? exact : this.round;
  }

  /** Returns how many entries contribute. */
  locate(point: number): number {
    const lines = this.#lines;
    const [, height, width] = this.#size;
    for (let d = 0; d < 3; d++) {
      if (d < this.rank) this.#fill(lines[2 - d]!, this.#grid[point * this.rank + d]!, this.#size[2 - d]!);
      else single(lines[2 - d]!, 0);
    }
    const [lz, ly, lx] = lines;
    let count = 0;
    for (let k = 0; k < lz.count; k++) {
      for (let j = 0; j < ly.count; j++) {
        for (let i = 0; i < lx.count; i++) {
          if (lz.index[k]! < 0 || ly.index[j]! < 0 || lx.index[i]! < 0) continue;
          const [wz, wy, wx] = [lz.weight[k]!, ly.weight[j]!, lx.weight[i]!];
          this.at[count] = (lz.index[k]! * height + ly.index[j]!) * width + lx.index[i]!;
          this.weight[count] = this.roundSum(wz * wy * wx);
          this.slopes[0]![count] = lx.slope[i]! * wy * wz;
          this.slopes[1]![count] = wx * ly.slope[j]! * wz;
          this.slopes[2]![count] = wx * wy * lz.slope[k]!;
          count++;
        }
      }
    }
    return count;
  }

  #fill(line: Line, coordinate: number, size: number): void {
    const { mode, align_corners, padding_mode } = this.#params;
    const { round } = this;
    const scale = align_corners ? (size - 1) / 2 : size / 2;
    const raw =
      mode === "bicubic" && !align_corners
        ? round(round(round((coordinate + 1) * size) - 1) / 2)
        : round(round(coordinate + 1) * scale - (align_corners ? 0 : 0.5));
    if (mode === "bicubic") {
      const low = Math.floor(raw);
      line.count = 4;
      for (let k = 0; k < 4; k++) {
        line.index[k] = within(Math.trunc(padded(low - 1 + k, size, padding_mode, align_corners)[0]), size);
        line.weight[k] = cubicWeight(k, raw - low);
        line.slope[k] = cubicSlope(k, raw - low) * scale;
      }
      return;
    }
    const [x, factor] = padded(raw, size, padding_mode, align_corners);
    if (mode === "nearest") {
      single(line, within(roundHalfEven(x), size));
      return;
    }
    const low = Math.floor(x);
    line.count = 2;
    for (let k = 0; k < 2; k++) {
      line.index[k] = within(low + k, size);
      line.weight[k] = k === 0 ? round(1 - round(x - low)) : round(x - low);
      line.slope[k] = (k === 0 ? -1 : 1) * factor * scale;
    }
  }
}

function single(line: Line, index: number): void {
  line.count = 1;
  line.index[0] = index;
  line.weight[0] = 1;
  line.slope[0] = 0;
}

/** The index, or -1 when it lies outside (as nan does). */
function within(index: number, size: number): number {
  return index >= 0 && index < size ? index : -1;
}

/** A coordinate mapped into the image as the padding mode asks, and the derivative of the mapping. */
function padded(x: number, size: number, mode: GridSampleParams["padding_mode"], align: boolean): [number, number] {
  if (mode === "zeros") return [x, 1];
  if (mode === "border") return clipped(x, size, 1);
  const low = align ? 0 : -0.5;
  const span = align ? size - 1 : size;
  if (span === 0) return [0, 0];
  const distance = Math.abs(x - low);
  const sign = x < low ? -1 : 1;
  const extra = distance % span;
  const even = Math.floor(distance / span) % 2 === 0;
  return clipped(even ? extra + low : span - extra + low, size, even ? sign : -sign);
}

function clipped(x: number, size: number, factor: number): [number, number] {
  // Negated so that nan becomes 0.
  if (!(x > 0)) return [0, 0];
  return x >= size - 1 ? [size - 1, 0] : [x, factor];
}

function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}
