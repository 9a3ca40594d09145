import { float32, float64, int64, type Kernel, type Kernels, type Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { dense, product } from "./views.ts";

interface WindowParams {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

interface MeanParams extends Omit<WindowParams, "dilation"> {
  readonly count_include_pad: boolean;
  readonly divisor_override: number | null;
}

/** Windows along depth, height and width: starts and ends, then steps inside them or how much they count. */
interface Windows {
  readonly bounds: readonly Int32Array[];
  readonly extras: readonly (number | Int32Array)[];
}

/** Nanoseconds for an element of a window. */
const COST = 1.2;

/** Pooling of float32 and float64 in one to three dimensions, sliding and adaptive, and its gradients. */
export function poolKernels(engine: Engine): Kernels {
  const { heap, operands, host, threads } = engine;

  const suits = (out: Tensor, ...tensors: readonly Tensor[]): boolean =>
    (out.dtype === float32 || out.dtype === float64) &&
    tensors.every((tensor) => tensor.dtype === out.dtype) &&
    out.contiguous_ &&
    out.numel() > 0;

  /** Writes the description of windows over planes of `size`; -1 when there is no room. */
  function describe(size: readonly number[], { bounds, extras }: Windows): number {
    const tables = [...bounds, ...extras.filter((extra) => typeof extra !== "number")];
    const at = heap.scratch(64 + tables.reduce((bytes, table) => bytes + table.byteLength, 0));
    if (at < 0) return -1;
    let next = at + 64;
    const put = (table: Int32Array): number => {
      const start = next;
      heap.ints.set(table, start >> 2);
      next += table.byteLength;
      return start;
    };
    const places = bounds.map(put);
    const others = extras.map((extra) => (typeof extra === "number" ? extra : put(extra)));
    heap.ints.set([...size, ...bounds.map((bound) => bound.length / 2), ...places, ...others], at >> 2);
    return at;
  }

  function maxima(out: Tensor, indices: Tensor, source: Tensor, rank: number, windows: Windows): boolean {
    if (!suits(out, source) || !indices.contiguous_) return false;
    const input = dense(engine, source);
    operands.begin();
    const [x, y, at] = [operands.input(input), operands.output(out), operands.output(indices)];
    const d = x < 0 || y < 0 || at < 0 ? -1 : describe(spatial(input, rank), windows);
    if (d < 0) return false;
    const [from, to] = [volume(input, rank), volume(out, rank)];
    const planes = input.numel() / from;
    const bytes = out.dtype.itemsize;
    const cost = COST * out.numel() * windows.bounds.reduce((n, b) => n * (b[1]! - b[0]!), 1);
    const pieces = threads.split(planes, cost);
    if (sideBySide(windows, spatial(input, rank)) && bytes === 4) {
      const [, height, width] = spatial(input, rank);
      const [, rows, columns] = spatial(out, rank);
      const calls = pieces.map(([a, b]) => [
        b - a,
        height!,
        width!,
        rows!,
        columns!,
        x + 4 * a * from,
        y + 4 * a * to,
        at + 8 * a * to,
      ]);
      threads.run("maxPool2", calls);
    } else {
      const calls = pieces.map(([a, b]) => [d, b - a, x + bytes * a * from, y + bytes * a * to, at + 8 * a * to]);
      threads.run(bytes === 4 ? "maxPoolF32" : "maxPoolF64", calls);
    }
    operands.end();
    return true;
  }

  function maximaBackward(gradInput: Tensor, gradOutput: Tensor, indices: Tensor, rank: number): boolean {
    if (!suits(gradInput, gradOutput) || indices.dtype !== int64 || gradOutput.numel() === 0) return false;
    const [grad, found] = [dense(engine, gradOutput), dense(engine, indices)];
    operands.begin();
    const [g, at, x] = [operands.input(grad), operands.input(found), operands.output(gradInput)];
    if (g < 0 || at < 0 || x < 0) return false;
    const [from, to] = [volume(grad, rank), volume(gradInput, rank)];
    const bytes = gradInput.dtype.itemsize;
    const calls = threads
      .split(gradInput.numel() / to, COST * (gradInput.numel() + grad.numel()))
      .map(([a, b]) => [b - a, from, to, g + bytes * a * from, at + 8 * a * from, x + bytes * a * to]);
    threads.run(bytes === 4 ? "maxPoolBackwardF32" : "maxPoolBackwardF64", calls);
    operands.end();
    return true;
  }

  /** Means of `source`, or (`back`) the gradients `source` of means shared out. */
  function means(
    out: Tensor,
    source: Tensor,
    rank: number,
    windows: Windows,
    divisor: number | null,
    back: boolean,
  ): boolean {
    if (!suits(out, source) || source.numel() === 0) return false;
    const input = dense(engine, source);
    operands.begin();
    const [x, y] = [operands.input(input), operands.output(out)];
    const d = x < 0 || y < 0 ? -1 : describe(spatial(back ? out : input, rank), windows);
    if (d < 0) return false;
    const [from, to] = [volume(input, rank), volume(out, rank)];
    const bytes = out.dtype.itemsize;
    const small = back ? input : out;
    const cost = COST * small.numel() * windows.bounds.reduce((n, b) => n * Math.max(1, b[1]! - b[0]!), 1);
    const calls = threads
      .split(input.numel() / from, cost)
      .map(([a, b]) => [d, b - a, x + bytes * a * from, y + bytes * a * to, divisor ?? 0, back ? 1 : 0]);
    threads.run(bytes === 4 ? "meanPoolF32" : "meanPoolF64", calls);
    operands.end();
    return true;
  }

  return {
    max_pool(outs: readonly [Tensor, Tensor], input: Tensor, params: WindowParams): void {
      const rank = params.kernel_size.length;
      if (!maxima(...outs, input, rank, slidingMaxima(spatial(input, rank), spatial(outs[0], rank), params)))
        (host["max_pool"] as Kernel)(outs, input, params);
    },
    adaptive_max_pool(outs: readonly [Tensor, Tensor], input: Tensor, rank: number): void {
      const { bounds } = even(spatial(input, rank), spatial(outs[0], rank));
      if (!maxima(...outs, input, rank, { bounds, extras: [1, 1, 1] }))
        (host["adaptive_max_pool"] as Kernel)(outs, input, rank);
    },
    max_pool_backward(gradInput: Tensor, gradOutput: Tensor, indices: Tensor, rank: number): void {
      if (!maximaBackward(gradInput, gradOutput, indices, rank))
        (host["max_pool_backward"] as Kernel)(gradInput, gradOutput, indices, rank);
    },
    avg_pool(out: Tensor, input: Tensor, params: MeanParams): void {
      const rank = params.kernel_size.length;
      const windows = slidingMeans(spatial(input, rank), spatial(out, rank), params);
      if (!means(out, input, rank, windows, params.divisor_override, false))
        (host["avg_pool"] as Kernel)(out, input, params);
    },
    avg_pool_backward(gradInput: Tensor, gradOutput: Tensor, params: MeanParams): void {
      const rank = params.kernel_size.length;
      const windows = slidingMeans(spatial(gradInput, rank), spatial(gradOutput, rank), params);
      if (!means(gradInput, gradOutput, rank, windows, params.divisor_override, true))
        (host["avg_pool_backward"] as Kernel)(gradInput, gradOutput, params);
    },
    adaptive_avg_pool(out: Tensor, input: Tensor, rank: number): void {
      if (!means(out, input, rank, even(spatial(input, rank), spatial(out, rank)), null, false))
        (host["adaptive_avg_pool"] as Kernel)(out, input, rank);
    },
    adaptive_avg_pool_backward(gradInput: Tensor, gradOutput: Tensor, rank: number): void {
      if (!means(gradInput, gradOutput, rank, even(spatial(gradInput, rank), spatial(gradOutput, rank)), null, true))
        (host["adaptive_avg_pool_backward"] as Kernel)(gradInput, gradOutput, rank);
    },
  };
}

/** The last `rank` sizes, as depth, height and width. */
function spatial(tensor: Tensor, rank: number): number[] {
  return [...new Array<number>(3 - rank).fill(1), ...tensor.shape.slice(-rank)];
}

function volume(tensor: Tensor, rank: number): number {
  return product(tensor.shape.slice(-rank));
}

function three(values: readonly number[], fill: number): number[] {
  return [...new Array<number>(3 - values.length).fill(fill), ...values];
}

function slidingMaxima(size: readonly number[], counts: readonly number[], params: WindowParams): Windows {
  const [kernel, stride] = [three(params.kernel_size, 1), three(params.stride, 1)];
  const [padding, dilation] = [three(params.padding, 0), three(params.dilation, 1)];
  const bounds = counts.map((count, d) => {
    const bound = new Int32Array(2 * count);
    for (let i = 0; i < count; i++) {
      let start = i * stride[d]! - padding[d]!;
      bound[2 * i + 1] = Math.min(start + (kernel[d]! - 1) * dilation[d]! + 1, size[d]!);
      while (start < 0) start += dilation[d]!;
      bound[2 * i] = start;
    }
    return bound;
  });
  return { bounds, extras: dilation };
}

function slidingMeans(size: readonly number[], counts: readonly number[], params: MeanParams): Windows {
  const [kernel, stride, padding] = [three(params.kernel_size, 1), three(params.stride, 1), three(params.padding, 0)];
  const bounds: Int32Array[] = [];
  const extras: Int32Array[] = [];
  counts.forEach((count, d) => {
    const bound = new Int32Array(2 * count);
    const extra = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const start = i * stride[d]! - padding[d]!;
      const end = Math.min(start + kernel[d]!, size[d]! + padding[d]!);
      bound[2 * i] = Math.max(start, 0);
      bound[2 * i + 1] = Math.min(end, size[d]!);
      extra[i] = params.count_include_pad ? end - start : bound[2 * i + 1]! - bound[2 * i]!;
    }
    bounds.push(bound);
    extras.push(extra);
  });
  return { bounds, extras };
}

/** Windows that divide the sizes evenly. */
function even(size: readonly number[], counts: readonly number[]): Windows {
  const bounds = counts.map((count, d) =>
    Int32Array.from({ length: 2 * count }, (_, i) =>
      i % 2 === 0 ? Math.floor(((i / 2) * size[d]!) / count) : Math.ceil((((i + 1) / 2) * size[d]!) / count),
    ),
  );
  const extras = bounds.map((bound) =>
    Int32Array.from({ length: bound.length / 2 }, (_, i) => bound[2 * i + 1]! - bound[2 * i]!),
  );
  return { bounds, extras };
}

/** Whether these are windows of 2 x 2 side by side in planes without depth. */
function sideBySide({ bounds, extras }: Windows, size: readonly number[]): boolean {
  return (
    size[0] === 1 &&
    bounds[0]!.length === 2 &&
    extras.every((step) => step === 1) &&
    bounds.every((bound, d) => d === 0 || bound.every((at, i) => at === (i % 2 === 0 ? i : i + 1)))
  );
}
