/** Regions of feature maps, resampled to one size. Gradients flow to the feature maps. */
import { cat, float32, full_like, int64, RuntimeError, tensor, type Tensor } from "@tt/core";
import { type Arguments, bind } from "../arguments.ts";

/** [K, 5] with the image in front of x1, y1, x2, y2; or for each image a tensor [L, 4]. */
export type Regions = Tensor | readonly Tensor[];

type Size = number | readonly [number, number];

const both = (size: Size): readonly [number, number] => (typeof size === "number" ? [size, size] : size);

/** The rows of the regions: image, x1, y1, x2, y2. */
function rowsOf(boxes: Regions): number[][] {
  if (Array.isArray(boxes)) {
    const list = boxes as readonly Tensor[];
    if (list.some((b) => b.shape[1] !== 4)) {
      throw new RuntimeError("The shape of the tensor in the boxes list is not correct as List[Tensor[L, 4]]");
    }
    const rois = list.map((b, i) => cat([full_like(b.narrow(1, 0, 1), i), b], 1));
    return cat(rois, 0).to("cpu").tolist() as number[][];
  }
  const rois = boxes as Tensor;
  if (rois.shape[1] !== 5) throw new RuntimeError("The boxes tensor shape is not correct as Tensor[K, 5]");
  return rois.to("cpu").tolist() as number[][];
}

/** What each output takes of which places; outputs have as many taps each, of weight 0 where they need fewer. */
class Taps {
  readonly places: number[][] = [];
  readonly weights: number[][] = [];

  output(): { add(place: number, weight: number): void } {
    const places: number[] = [];
    const weights: number[] = [];
    this.places.push(places);
    this.weights.push(weights);
    return {
      add(place, weight): void {
        places.push(place);
        weights.push(weight);
      },
    };
  }

  /** Weighted sums of the rows (or elements) of `source`: [outputs, ...]. */
  gather(source: Tensor): Tensor {
    const width = Math.max(1, ...this.places.map((list) => list.length));
    const count = this.places.length;
    const index = new BigInt64Array(count * width);
    const weight = new Float64Array(count * width);
    this.places.forEach((list, i) => {
      list.forEach((place, j) => {
        index[i * width + j] = BigInt(place);
        weight[i * width + j] = this.weights[i]![j]!;
      });
    });
    const { dtype, device } = source;
    const taken = source.index_select(0, tensor(index, { dtype: int64, device }));
    const scale = tensor(weight)
      .to(device, dtype)
      .view(-1, ...source.shape.slice(1).map(() => 1));
    return taken
      .mul(scale)
      .view(count, width, ...source.shape.slice(1))
      .sum(1);
  }
}

/** Adds a bilinear sample at (y, x), if it lies no more than a pixel outside. */
function bilinear(
  add: (place: number, weight: number) => void,
  y: number,
  x: number,
  height: number,
  width: number,
  weight: number,
): void {
  if (y < -1 || y > height || x < -1 || x > width) return;
  const corner = (v: number, size: number): readonly [number, number, number] => {
    const at = Math.max(v, 0);
    const low = Math.trunc(at);
    return low >= size - 1 ? [size - 1, size - 1, 0] : [low, low + 1, at - low];
  };
  const [y0, y1, dy] = corner(y, height);
  const [x0, x1, dx] = corner(x, width);
  add(y0 * width + x0, weight * (1 - dy) * (1 - dx));
  add(y0 * width + x1, weight * (1 - dy) * dx);
  add(y1 * width + x0, weight * dy * (1 - dx));
  add(y1 * width + x1, weight * dy * dx);
}

interface Bins {
  readonly image: number;
  readonly top: number;
  readonly left: number;
  readonly binHeight: number;
  readonly binWidth: number;
  /** Samples of a bin, down and across. */
  readonly grid: readonly [number, number];
}

function binsOf(
  row: readonly number[],
  scale: number,
  size: readonly [number, number],
  ratio: number,
  offset: number,
  least: number,
): Bins {
  const f = Math.fround;
  const [image, x1, y1, x2, y2] = row as [number, number, number, number, number];
  const [left, top] = [f(f(x1 * scale) - offset), f(f(y1 * scale) - offset)];
  const width = Math.max(least, f(f(f(x2 * scale) - offset) - left));
  const height = Math.max(least, f(f(f(y2 * scale) - offset) - top));
  const grid = [
    ratio > 0 ? ratio : Math.ceil(height / size[0]),
    ratio > 0 ? ratio : Math.ceil(width / size[1]),
  ] as const;
  return { image, top, left, binHeight: f(height / size[0]), binWidth: f(width / size[1]), grid };
}

/** Calls `visit` with the place of each sample of a bin and its share. */
function samples(bins: Bins, i: number, j: number, visit: (y: number, x: number, share: number) => void): void {
  const { top, left, binHeight, binWidth, grid } = bins;
  const share = 1 / Math.max(1, grid[0] * grid[1]);
  for (let a = 0; a < grid[0]; a++) {
    const y = top + i * binHeight + ((a + 0.5) * binHeight) / grid[0];
    for (let b = 0; b < grid[1]; b++) visit(y, left + j * binWidth + ((b + 0.5) * binWidth) / grid[1], share);
  }
}

interface AlignArgs {
  output_size: Size;
  spatial_scale?: number;
  sampling_ratio?: number;
  aligned?: boolean;
}
const ALIGN = ["output_size", "spatial_scale", "sampling_ratio", "aligned"] as const;

/**
 * Means of bilinear samples in each of the bins of regions (He et al., Mask R-CNN).
 * @param input - feature maps, [N, C, H, W]
 * @returns [K, C, *output_size]
 */
export function roi_align(input: Tensor, boxes: Regions, ...args: Arguments<AlignArgs, typeof ALIGN>): Tensor {
  const defaults = { spatial_scale: 1, sampling_ratio: -1, aligned: false };
  const o = bind<AlignArgs>("roi_align()", ALIGN, defaults, args);
  const size = both(o.output_size);
  const [, channels, height, width] = input.shape as [number, number, number, number];
  const rows = rowsOf(boxes);
  if (rows.length === 0) return input.new_zeros([0, channels, ...size]);
  const taps = new Taps();
  for (const row of rows) {
    const bins = binsOf(row, o.spatial_scale, size, o.sampling_ratio, o.aligned ? 0.5 : 0, o.aligned ? -Infinity : 1);
    for (let i = 0; i < size[0]; i++) {
      for (let j = 0; j < size[1]; j++) {
        const out = taps.output();
        const add = (place: number, weight: number): void => out.add(bins.image * height * width + place, weight);
        samples(bins, i, j, (y, x, share) => bilinear(add, y, x, height, width, share));
      }
    }
  }
  const pixels = input.permute(0, 2, 3, 1).reshape(-1, channels);
  return taps
    .gather(pixels)
    .view(rows.length, ...size, channels)
    .permute(0, 3, 1, 2)
    .contiguous();
}

interface PsAlignArgs extends Omit<AlignArgs, "aligned"> {}
const PS_ALIGN = ["output_size", "spatial_scale", "sampling_ratio"] as const;

/** {@link roi_align} where each bin has channels of its own (Dai et al., R-FCN): [K, C / (h * w), *output_size]. */
export function ps_roi_align(input: Tensor, boxes: Regions, ...args: Arguments<PsAlignArgs, typeof PS_ALIGN>): Tensor {
  const o = bind<PsAlignArgs>("ps_roi_align()", PS_ALIGN, { spatial_scale: 1, sampling_ratio: -1 }, args);
  const size = both(o.output_size);
  return positionSensitive(input, boxes, size, (row, i, j, add, height, width) => {
    const bins = binsOf(row, o.spatial_scale, size, o.sampling_ratio, 0.5, -Infinity);
    samples(bins, i, j, (y, x, share) => bilinear(add, y, x, height, width, share));
  });
}

type Visit = (
  row: readonly number[],
  i: number,
  j: number,
  add: (place: number, weight: number) => void,
  height: number,
  width: number,
) => void;

function positionSensitive(input: Tensor, boxes: Regions, size: readonly [number, number], visit: Visit): Tensor {
  const [, channels, height, width] = input.shape as [number, number, number, number];
  const count = size[0] * size[1];
  if (channels % count !== 0) {
    throw new RuntimeError("input channels must be a multiple of pooling height * pooling width");
  }
  const outputs = channels / count;
  const rows = rowsOf(boxes);
  if (rows.length === 0) return input.new_zeros([0, outputs, ...size]);
  const taps = new Taps();
  for (const row of rows) {
    for (let c = 0; c < outputs; c++) {
      for (let i = 0; i < size[0]; i++) {
        for (let j = 0; j < size[1]; j++) {
          const out = taps.output();
          const plane = (row[0]! * channels + (c * size[0] + i) * size[1] + j) * height * width;
          visit(row, i, j, (place, weight) => out.add(plane + place, weight), height, width);
        }
      }
    }
  }
  return taps.gather(input.reshape(-1)).view(rows.length, outputs, ...size);
}

interface PoolArgs {
  output_size: Size;
  spatial_scale?: number;
}
const POOL = ["output_size", "spatial_scale"] as const;

/** Half away from zero, as C rounds. */
const round = (x: number): number => Math.sign(x) * Math.round(Math.abs(x));

/** Rows (or columns) of bin `i` of a region of whole pixels. */
function wholeBin(start: number, size: number, bins: number, i: number, limit: number): readonly [number, number] {
  const f = Math.fround;
  const step = f(size / bins);
  const clip = (v: number): number => Math.min(Math.max(v, 0), limit);
  return [clip(Math.floor(f(i * step)) + start), clip(Math.ceil(f((i + 1) * step)) + start)];
}

/** Maxima of the bins of regions (Girshick, Fast R-CNN): [K, C, *output_size]. */
export function roi_pool(input: Tensor, boxes: Regions, ...args: Arguments<PoolArgs, typeof POOL>): Tensor {
  const o = bind<PoolArgs>("roi_pool()", POOL, { spatial_scale: 1 }, args);
  const size = both(o.output_size);
  const [, channels, height, width] = input.shape as [number, number, number, number];
  const rows = rowsOf(boxes);
  if (rows.length === 0) return input.new_zeros([0, channels, ...size]);
  const values = input.detach().to("cpu", float32).contiguous().numpy() as Float32Array;
  const taps = new Taps();
  for (const [image, ...edges] of rows as [number, number, number, number, number][]) {
    const [x1, y1, x2, y2] = edges.map((v) => round(v * o.spatial_scale)) as [number, number, number, number];
    const [h, w] = [Math.max(y2 - y1 + 1, 1), Math.max(x2 - x1 + 1, 1)];
    for (let c = 0; c < channels; c++) {
      const plane = (image * channels + c) * height * width;
      for (let i = 0; i < size[0]; i++) {
        const [top, bottom] = wholeBin(y1, h, size[0], i, height);
        for (let j = 0; j < size[1]; j++) {
          const [left, right] = wholeBin(x1, w, size[1], j, width);
          const out = taps.output();
          let best = -1;
          for (let y = top; y < bottom; y++) {
            for (let x = left; x < right; x++) {
              const place = plane + y * width + x;
              if (best < 0 || values[place]! > values[best]!) best = place;
            }
          }
          if (best >= 0) out.add(best, 1);
        }
      }
    }
  }
  return taps.gather(input.reshape(-1)).view(rows.length, channels, ...size);
}

/** Means of the bins of regions, where each bin has channels of its own: [K, C / (h * w), *output_size]. */
export function ps_roi_pool(input: Tensor, boxes: Regions, ...args: Arguments<PoolArgs, typeof POOL>): Tensor {
  const o = bind<PoolArgs>("ps_roi_pool()", POOL, { spatial_scale: 1 }, args);
  const size = both(o.output_size);
  return positionSensitive(input, boxes, size, ([, ...edges], i, j, add, height, width) => {
    const [x1, y1, x2, y2] = edges.map((v) => round(v * o.spatial_scale)) as [number, number, number, number];
    const [top, bottom] = wholeBin(y1, Math.max(y2 - y1, 1), size[0], i, height - 1);
    const [left, right] = wholeBin(x1, Math.max(x2 - x1, 1), size[1], j, width - 1);
    const share = 1 / ((bottom - top) * (right - left));
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) add(y * width + x, share);
  });
}
