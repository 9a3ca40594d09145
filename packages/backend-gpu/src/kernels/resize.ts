import { float32, type Kernels, type Tensor } from "@tt/core";
import { type TapOptions, tapsOf } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { numelOf, type View, viewOf } from "../queue/view.ts";
import { gather } from "../wgsl/index/gather.ts";
import { along, type AlongSpec } from "../wgsl/resize/along.ts";
import { planFor } from "./cache.ts";
import { elementOf } from "./reduce.ts";
import { Tables } from "./tables.ts";

type Sizes = readonly number[];
type PadMode = "reflect" | "replicate" | "circular";

interface UpsampleParams extends TapOptions {
  readonly scales: readonly (number | null)[];
}

interface PatchParams {
  readonly kernel_size: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly dilation: Sizes;
}

/** A linear map along one dimension: `places[k]` and `weights[k]` of output `i` for k in [i * width, (i + 1) * width). */
interface Taps {
  readonly width: number;
  readonly index: Int32Array;
  readonly weight: ArrayLike<number> | null;
}

/** A dimension and the map along it. */
interface Step {
  readonly dim: number;
  readonly key: string;
  readonly taps: () => Taps;
}

/**
 * Resampling, padding with a tensor's own elements, and patches of images: one map after the other along each dimension, from
 * tables that are made on the host as the cpu makes them.
 */
export function resizeKernels(engine: Engine): Kernels {
  const tables = new Tables(engine);

  /** Runs the maps in order; `one` does one. */
  const inOrder = (
    out: View,
    input: View,
    steps: readonly Step[],
    one: (to: View, from: View, step: Step) => void,
  ): void => {
    if (out.numel === 0) return;
    if (steps.length === 0) return engine.copy(out, input);
    let from = input;
    steps.forEach((step, i) => {
      const last = i === steps.length - 1;
      const to = last
        ? out
        : engine.temporary(
            elementOf(out.form.dtype) === "f32" ? float32 : out.form.dtype,
            from.shape.with(step.dim, out.shape[step.dim]!),
          );
      one(to, from, step);
      if (from !== input) engine.queue.release(from.memory);
      from = to;
    });
  };

  /** Sums of weighed elements, or of what they are the sums of: the adjoint. */
  const weighed =
    (adjoint: boolean) =>
    (out: View, x: View, { dim, key, taps }: Step): void => {
      const [from, to] = [x.shape[dim]!, out.shape[dim]!];
      const table = tables.get(`${adjoint ? "adjoint" : "taps"} ${key} ${from} ${to}`, () =>
        adjoint ? transposed(taps(), to) : rows(taps()),
      );
      const [start, place, weight] = table as readonly [View, View, View];
      const spec: AlongSpec = { ...around(x.shape, dim), from, to };
      engine.run(planFor("along", spec, along), { x, start, place, weight, out });
    };

  /** Elements as they are; zero where there is none. */
  const picked = (out: View, x: View, { dim, key, taps }: Step): void => {
    const [index] = tables.get(`index ${key} ${x.shape[dim]} ${out.shape[dim]}`, () => [taps().index]);
    const { outer, inner } = around(x.shape, dim);
    const sizes = { outer, size: x.shape[dim]!, inner, length: out.shape[dim]! };
    const spec = { type: elementOf(x.form.dtype), ...sizes, shared: true };
    engine.run(planFor("gather", spec, gather), { x, index: index!, out });
  };

  const padSteps = (small: Sizes, large: Sizes, before: Sizes, mode: PadMode): Step[] =>
    large.flatMap((size, dim): Step[] => {
      const shift = before[dim - large.length + before.length] ?? 0;
      const own = small[dim]!;
      if (size === own && shift === 0) return [];
      const inside = (i: number): number => reflected(i - shift, own, mode);
      return [
        { dim, key: `${mode} ${shift}`, taps: () => taken(Int32Array.from({ length: size }, (_, i) => inside(i))) },
      ];
    });

  /** Innermost first, as PyTorch sums. */
  const upsampleSteps = (input: Sizes, output: Sizes, params: UpsampleParams): Step[] =>
    params.scales
      .map((scale, d): Step => {
        const dim = d + 2;
        const key = `${params.mode} ${params.align_corners} ${params.antialias} ${scale}`;
        return { dim, key, taps: () => tapsOf(input[dim]!, output[dim]!, scale, params, Math.fround) };
      })
      .toReversed();

  /** The image with a dimension of taps before each of positions, [N, C, kh, oh, kw, ow], as a view of [N, C * kh * kw, oh * ow]. */
  const patches = (columns: View, image: Sizes, params: PatchParams): { view: View; steps: Step[] } => {
    const [n, c] = image as [number, number];
    const [kh, kw] = params.kernel_size as [number, number];
    const counts = [0, 1].map((d) => {
      const reach = params.dilation[d]! * (params.kernel_size[d]! - 1) + 1;
      return Math.floor((image[d + 2]! + 2 * params.padding[d]! - reach) / params.stride[d]!) + 1;
    }) as [number, number];
    const [oh, ow] = counts;
    const [batchStep, rowStep, step] = columns.strides as [number, number, number];
    const view: View = {
      ...columns,
      shape: [n, c, kh, oh, kw, ow],
      strides: [batchStep, rowStep * kh * kw, rowStep * kw, step * ow, rowStep, step],
      dense: false,
    };
    const steps = [0, 1].map((d): Step => {
      const [kernel, stride, padding, dilation] = [
        params.kernel_size,
        params.stride,
        params.padding,
        params.dilation,
      ].map((list) => list[d]!) as [number, number, number, number];
      const size = image[d + 2]!;
      const index = (): Int32Array =>
        Int32Array.from({ length: kernel * counts[d]! }, (_, i) => {
          const at = (i % counts[d]!) * stride + Math.floor(i / counts[d]!) * dilation - padding;
          return at >= 0 && at < size ? at : NOWHERE;
        });
      return { dim: d, key: `patch ${kernel} ${stride} ${padding} ${dilation}`, taps: () => taken(index()) };
    });
    return { view, steps };
  };

  return {
    pad: (out: Tensor, x: Tensor, before: Sizes, mode: PadMode) =>
      inOrder(viewOf(out), viewOf(x), padSteps(x.shape, out.shape, before, mode), picked),
    pad_backward: (out: Tensor, grad: Tensor, before: Sizes, mode: PadMode) =>
      inOrder(viewOf(out), viewOf(grad), padSteps(out.shape, grad.shape, before, mode), weighed(true)),
    upsample: (out: Tensor, x: Tensor, params: UpsampleParams) =>
      inOrder(viewOf(out), viewOf(x), upsampleSteps(x.shape, out.shape, params), weighed(false)),
    upsample_backward: (out: Tensor, grad: Tensor, params: UpsampleParams) =>
      inOrder(viewOf(out), viewOf(grad), upsampleSteps(out.shape, grad.shape, params), weighed(true)),
    im2col(out: Tensor, x: Tensor, params: PatchParams): void {
      if (out.numel() === 0) return;
      const { view, steps } = patches(viewOf(out), x.shape, params);
      const [n, c, kh, oh, kw, ow] = view.shape as [number, number, number, number, number, number];
      const rowsDone = engine.temporary(x.dtype, [n, c, kh * oh, x.shape[3]!]);
      picked(rowsDone, viewOf(x), { ...steps[0]!, dim: 2 });
      // The places along the width go last, as [kw, ow].
      const wide = engine.temporary(x.dtype, [n, c, kh, oh, kw, ow]);
      picked(flat(wide, [n * c * kh * oh, kw * ow]), flat(rowsDone, [n * c * kh * oh, x.shape[3]!]), {
        ...steps[1]!,
        dim: 1,
      });
      engine.copy(view, wide);
      engine.queue.release(rowsDone.memory);
      engine.queue.release(wide.memory);
    },
    col2im(out: Tensor, columns: Tensor, params: PatchParams): void {
      if (out.numel() === 0) return;
      const { view, steps } = patches(viewOf(columns), out.shape, params);
      const [n, c, kh, oh, kw, ow] = view.shape as [number, number, number, number, number, number];
      const width = out.shape[3]!;
      const wide = engine.temporary(float32, [n, c, kh, oh, kw, ow]);
      engine.copy(wide, view);
      const rowsDone = engine.temporary(float32, [n, c, kh * oh, width]);
      weighed(true)(flat(rowsDone, [n * c * kh * oh, width]), flat(wide, [n * c * kh * oh, kw * ow]), {
        ...steps[1]!,
        dim: 1,
      });
      weighed(true)(viewOf(out), rowsDone, { ...steps[0]!, dim: 2 });
      engine.queue.release(rowsDone.memory);
      engine.queue.release(wide.memory);
    },
  };
}

/** An index beyond every bound, also when a size is added. */
const NOWHERE = -2147483648;

function taken(index: Int32Array): Taps {
  return { width: 1, index, weight: null };
}

function reflected(i: number, size: number, mode: PadMode): number {
  if (mode === "replicate") return Math.min(Math.max(i, 0), size - 1);
  if (mode === "circular") return ((i % size) + size) % size;
  return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
}

function around(shape: Sizes, dim: number): { outer: number; inner: number } {
  return { outer: numelOf(shape.slice(0, dim)), inner: numelOf(shape.slice(dim + 1)) };
}

/** A dense view with another shape. */
function flat(view: View, shape: [number, number]): View {
  return { ...view, shape, strides: [shape[1], 1] };
}

function weightOf({ weight }: Taps, k: number): number {
  return weight === null ? 1 : weight[k]!;
}

/** The map as rows of a sparse matrix, without zeros: they must not make NaN of infinite neighbours. */
function rows(taps: Taps): [Int32Array, Int32Array, Float32Array] {
  const { width, index } = taps;
  const count = index.length / width;
  const start = new Int32Array(count + 1);
  const place: number[] = [];
  const weight: number[] = [];
  for (let i = 0; i < count; i++) {
    for (let k = i * width; k < (i + 1) * width; k++) {
      if (index[k]! < 0 || weightOf(taps, k) === 0) continue;
      place.push(index[k]!);
      weight.push(weightOf(taps, k));
    }
    start[i + 1] = place.length;
  }
  return [start, Int32Array.from(place), Float32Array.from(weight)];
}

/** Its transposition, with `size` rows. */
function transposed(taps: Taps, size: number): [Int32Array, Int32Array, Float32Array] {
  const entries: [row: number, place: number, weight: number][] = [];
  taps.index.forEach((at, k) => {
    if (at >= 0 && weightOf(taps, k) !== 0) entries.push([at, Math.floor(k / taps.width), weightOf(taps, k)]);
  });
  entries.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const start = new Int32Array(size + 1);
  for (const [row] of entries) start[row + 1]!++;
  for (let i = 0; i < size; i++) start[i + 1]! += start[i]!;
  return [start, Int32Array.from(entries, ([, place]) => place), Float32Array.from(entries, ([, , weight]) => weight)];
}
