import { commitIndices, indexValues } from "../indices.ts";
import { type ArrayView, commit, denseValues, type Numbers, outValues } from "../view.ts";
import { planesOf, spatialOf, triple, type Triple, volumeOf } from "./planes.ts";

/** One number per spatial dimension in each list; the lists' length is the spatial rank (1 to 3). */
export interface MaxPoolParams {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/**
 * Maximum over windows of `input` [..., spatial] into `out` [..., output spatial]; `indices` (int64, like
 * `out`) are flat within the input's spatial dimensions. The first maximum of a window wins, the last nan.
 */
export function maxPool(out: ArrayView, indices: ArrayView | null, input: ArrayView, params: MaxPoolParams): void {
  const rank = params.kernel_size.length;
  const stride = triple(params.stride, 1);
  const padding = triple(params.padding, 0);
  const dilation = triple(params.dilation, 1);
  const kernel = triple(params.kernel_size, 1);
  const size = spatialOf(input.shape, rank);
  const counts = spatialOf(out.shape, rank);
  const windows = ([0, 1, 2] as const).map((d) => {
    const result = new Int32Array(2 * counts[d]);
    for (let i = 0; i < counts[d]; i++) {
      let start = i * stride[d] - padding[d];
      const end = Math.min(start + (kernel[d] - 1) * dilation[d] + 1, size[d]);
      while (start < 0) start += dilation[d];
      result[2 * i] = start;
      result[2 * i + 1] = end;
    }
    return result;
  });
  maxOverWindows(out, indices, input, rank, () => windows as [Int32Array, Int32Array, Int32Array], dilation);
}

/** Maximum over the windows that divide the input evenly. */
export function adaptiveMaxPool(out: ArrayView, indices: ArrayView | null, input: ArrayView, rank: number): void {
  const size = spatialOf(input.shape, rank);
  const counts = spatialOf(out.shape, rank);
  const windows = ([0, 1, 2] as const).map((d) => adaptiveWindows(size[d], counts[d]));
  maxOverWindows(out, indices, input, rank, () => windows as [Int32Array, Int32Array, Int32Array], [1, 1, 1]);
}

/**
 * Fractional max pooling (Graham 2014). `samples` [N, C, rank] holds one uniform number per plane and dimension,
 * in PyTorch's order: (width, height) in 2d, (depth, height, width) in 3d.
 */
export function fractionalMaxPool(
  out: ArrayView,
  indices: ArrayView,
  input: ArrayView,
  samples: ArrayView,
  kernelSize: readonly number[],
): void {
  const rank = kernelSize.length;
  const size = spatialOf(input.shape, rank);
  const counts = spatialOf(out.shape, rank);
  const kernel = triple(kernelSize, 1);
  const drawn = denseValues(samples);
  const round = input.array instanceof Float64Array ? (x: number): number => x : Math.fround;
  const windows: [Int32Array, Int32Array, Int32Array] = [
    new Int32Array([0, 1]),
    new Int32Array([0, 1]),
    new Int32Array([0, 1]),
  ];
  const windowsOf = (plane: number): [Int32Array, Int32Array, Int32Array] => {
    for (let d = 3 - rank; d < 3; d++) {
      const at = rank === 2 ? 2 - d : d;
      windows[d] = fractionalWindows(drawn[plane * rank + at]!, size[d]!, counts[d]!, kernel[d]!, round);
    }
    return windows;
  };
  maxOverWindows(out, indices, input, rank, windowsOf, [1, 1, 1]);
}

/** gradOutput added up at `indices`: the gradient of every max pooling. */
export function maxPoolBackward(gradInput: ArrayView, gradOutput: ArrayView, indices: ArrayView, rank: number): void {
  const values = outValues(gradInput);
  const grad = denseValues(gradOutput);
  const at = indexValues(indices);
  const planes = planesOf(gradInput.shape, rank);
  const from = planes === 0 ? 0 : grad.length / planes;
  const to = planes === 0 ? 0 : values.length / planes;
  values.fill(0);
  for (let p = 0; p < planes; p++) {
    for (let i = 0; i < from; i++) values[p * to + at[p * from + i]!]! += grad[p * from + i]!;
  }
  commit(gradInput, values);
}

/** Start and end of the i-th of `count` parts of `size`, as adaptive pooling divides it. */
export function adaptiveWindows(size: number, count: number): Int32Array {
  const result = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) {
    result[2 * i] = Math.floor((i * size) / count);
    result[2 * i + 1] = Math.ceil(((i + 1) * size) / count);
  }
  return result;
}

function fractionalWindows(
  sample: number,
  size: number,
  count: number,
  kernel: number,
  round: (x: number) => number,
): Int32Array {
  const result = new Int32Array(2 * count);
  const alpha = count > 1 ? round((size - kernel) / (count - 1)) : 0;
  const origin = Math.trunc(round(sample * alpha));
  for (let i = 0; i < count; i++) {
    const start = i === count - 1 ? size - kernel : Math.trunc(round(round(i + sample) * alpha)) - origin;
    result[2 * i] = start;
    result[2 * i + 1] = start + kernel;
  }
  return result;
}

function maxOverWindows(
  out: ArrayView,
  indices: ArrayView | null,
  input: ArrayView,
  rank: number,
  windowsOf: (plane: number) => [Int32Array, Int32Array, Int32Array],
  step: Triple,
): void {
  const size = spatialOf(input.shape, rank);
  const counts = spatialOf(out.shape, rank);
  const source = denseValues(input);
  const values = outValues(out);
  const found = new Int32Array(values.length);
  const planes = planesOf(input.shape, rank);
  const volume = volumeOf(size);
  const outVolume = volumeOf(counts);
  for (let p = 0; p < planes; p++) {
    maxPlane(values, found, p * outVolume, source, p * volume, windowsOf(p), size, step);
  }
  commit(out, values);
  if (indices !== null) commitIndices(indices, found);
}

/** `| 0` on every index spares V8's overflow checks, which cost half the time here. */
function maxPlane(
  values: Numbers,
  found: Int32Array,
  first: number,
  source: Numbers,
  plane: number,
  windows: [Int32Array, Int32Array, Int32Array],
  size: Triple,
  step: Triple,
): void {
  const [depths, heights, widths] = windows;
  const base = plane | 0;
  const height = size[1] | 0;
  const width = size[2] | 0;
  const dz = step[0] | 0;
  const dy = step[1] | 0;
  const dx = step[2] | 0;
  let to = first | 0;
  for (let k = 0; k < depths.length; k += 2) {
    const z0 = depths[k]!;
    const z1 = depths[k + 1]!;
    for (let j = 0; j < heights.length; j += 2) {
      const y0 = heights[j]!;
      const y1 = heights[j + 1]!;
      for (let i = 0; i < widths.length; i += 2) {
        const x0 = widths[i]!;
        const x1 = widths[i + 1]!;
        let best = Number.NEGATIVE_INFINITY;
        let where = (base + Math.imul((Math.imul(z0, height) + y0) | 0, width) + x0) | 0;
        for (let z = z0; z < z1; z = (z + dz) | 0) {
          for (let y = y0; y < y1; y = (y + dy) | 0) {
            const row = (base + Math.imul((Math.imul(z, height) + y) | 0, width)) | 0;
            for (let x = x0; x < x1; x = (x + dx) | 0) {
              const value = source[(row + x) | 0]!;
              // nan must win, and stay unless another nan follows.
              if (value > best || value !== value) {
                best = value;
                where = (row + x) | 0;
              }
            }
          }
        }
        values[to] = best;
        found[to] = (where - base) | 0;
        to = (to + 1) | 0;
      }
    }
  }
}
