import { type ArrayView, commit, denseValues, type Numbers, outValues } from "../view.ts";
import { adaptiveWindows } from "./max_pool.ts";
import { planesOf, spatialOf, triple, type Triple, volumeOf } from "./planes.ts";

/** One number per spatial dimension in each list; the lists' length is the spatial rank (1 to 3). */
export interface AvgPoolParams {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly count_include_pad: boolean;
  readonly divisor_override: number | null;
}

/** Averages over windows of `input` [..., spatial] into `out` [..., output spatial]. */
export function avgPool(out: ArrayView, input: ArrayView, params: AvgPoolParams): void {
  const rank = params.kernel_size.length;
  average(out, input, rank, slidingWindows(spatialOf(input.shape, rank), spatialOf(out.shape, rank), params));
}

export function avgPoolBackward(gradInput: ArrayView, gradOutput: ArrayView, params: AvgPoolParams): void {
  const rank = params.kernel_size.length;
  const windows = slidingWindows(spatialOf(gradInput.shape, rank), spatialOf(gradOutput.shape, rank), params);
  spread(gradInput, gradOutput, rank, windows);
}

/** Averages over the windows that divide the input evenly; the sizes are those of `out`. */
export function adaptiveAvgPool(out: ArrayView, input: ArrayView, rank: number): void {
  average(out, input, rank, evenWindows(spatialOf(input.shape, rank), spatialOf(out.shape, rank)));
}

export function adaptiveAvgPoolBackward(gradInput: ArrayView, gradOutput: ArrayView, rank: number): void {
  spread(gradInput, gradOutput, rank, evenWindows(spatialOf(gradInput.shape, rank), spatialOf(gradOutput.shape, rank)));
}

/** Start and end of the windows along each dimension, how much each counts in the divisor, or the divisor of all. */
interface Windows {
  readonly bounds: readonly Int32Array[];
  readonly counts: readonly Int32Array[];
  readonly divisor: number | null;
}

function slidingWindows(size: Triple, outputs: Triple, params: AvgPoolParams): Windows {
  const kernel = triple(params.kernel_size, 1);
  const stride = triple(params.stride, 1);
  const padding = triple(params.padding, 0);
  const bounds: Int32Array[] = [];
  const counts: Int32Array[] = [];
  for (const d of [0, 1, 2] as const) {
    const bound = new Int32Array(2 * outputs[d]);
    const count = new Int32Array(outputs[d]);
    for (let i = 0; i < outputs[d]; i++) {
      const start = i * stride[d] - padding[d];
      const end = Math.min(start + kernel[d], size[d] + padding[d]);
      bound[2 * i] = Math.max(start, 0);
      bound[2 * i + 1] = Math.min(end, size[d]);
      count[i] = params.count_include_pad ? end - start : bound[2 * i + 1]! - bound[2 * i]!;
    }
    bounds.push(bound);
    counts.push(count);
  }
  return { bounds, counts, divisor: params.divisor_override };
}

function evenWindows(size: Triple, outputs: Triple): Windows {
  const bounds = ([0, 1, 2] as const).map((d) => adaptiveWindows(size[d], outputs[d]));
  return {
    bounds,
    counts: bounds.map((bound) => bound.filter((_, i) => i % 2 === 0).map((start, i) => bound[2 * i + 1]! - start)),
    divisor: null,
  };
}

function average(out: ArrayView, input: ArrayView, rank: number, windows: Windows): void {
  const values = outValues(out);
  const size = spatialOf(input.shape, rank);
  const [inVolume, outVolume] = [volumeOf(size), volumeOf(spatialOf(out.shape, rank))];
  const source = denseValues(input);
  const planes = planesOf(input.shape, rank);
  for (let p = 0; p < planes; p++) averagePlane(values, p * outVolume, source, p * inVolume, size, windows);
  commit(out, values);
}

function averagePlane(
  values: Numbers,
  to: number,
  source: Numbers,
  base: number,
  size: Triple,
  windows: Windows,
): void {
  const [depths, heights, widths] = windows.bounds as [Int32Array, Int32Array, Int32Array];
  const [nz, ny, nx] = windows.counts as [Int32Array, Int32Array, Int32Array];
  const [, height, width] = size;
  for (let k = 0; k < nz.length; k++) {
    for (let j = 0; j < ny.length; j++) {
      for (let i = 0; i < nx.length; i++) {
        const x0 = widths[2 * i]!;
        const x1 = widths[2 * i + 1]!;
        let sum = 0;
        for (let z = depths[2 * k]!; z < depths[2 * k + 1]!; z++) {
          for (let y = heights[2 * j]!; y < heights[2 * j + 1]!; y++) {
            const row = base + (z * height + y) * width;
            for (let x = x0; x < x1; x++) sum += source[row + x]!;
          }
        }
        const empty = x0 >= x1 || heights[2 * j]! >= heights[2 * j + 1]! || depths[2 * k]! >= depths[2 * k + 1]!;
        values[to++] = empty ? 0 : sum / (windows.divisor ?? nz[k]! * ny[j]! * nx[i]!);
      }
    }
  }
}

function spread(gradInput: ArrayView, gradOutput: ArrayView, rank: number, windows: Windows): void {
  const size = spatialOf(gradInput.shape, rank);
  const [inVolume, outVolume] = [volumeOf(size), volumeOf(spatialOf(gradOutput.shape, rank))];
  const grad = denseValues(gradOutput);
  const values = outValues(gradInput);
  const planes = planesOf(gradInput.shape, rank);
  const sums = new Float64Array(inVolume);
  for (let p = 0; p < planes; p++) {
    sums.fill(0);
    spreadPlane(sums, grad, p * outVolume, size, windows);
    values.set(sums, p * inVolume);
  }
  commit(gradInput, values);
}

function spreadPlane(sums: Float64Array, grad: Numbers, from: number, size: Triple, windows: Windows): void {
  const [depths, heights, widths] = windows.bounds as [Int32Array, Int32Array, Int32Array];
  const [nz, ny, nx] = windows.counts as [Int32Array, Int32Array, Int32Array];
  const [, height, width] = size;
  for (let k = 0; k < nz.length; k++) {
    for (let j = 0; j < ny.length; j++) {
      for (let i = 0; i < nx.length; i++) {
        const share = grad[from++]! / (windows.divisor ?? nz[k]! * ny[j]! * nx[i]!);
        for (let z = depths[2 * k]!; z < depths[2 * k + 1]!; z++) {
          for (let y = heights[2 * j]!; y < heights[2 * j + 1]!; y++) {
            const row = (z * height + y) * width;
            for (let x = widths[2 * i]!; x < widths[2 * i + 1]!; x++) sums[row + x]! += share;
          }
        }
      }
    }
  }
}
