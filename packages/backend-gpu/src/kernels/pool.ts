import type { Kernels, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { numelOf } from "../queue/view.ts";
import { avgPool, avgPoolBackward, COUNT, type Divisor } from "../wgsl/pool/avg_pool.ts";
import { gather } from "../wgsl/index/gather.ts";
import { scatter, type ScatterSpec } from "../wgsl/index/scatter.ts";
import { maxPool, maxPoolBackward } from "../wgsl/pool/max_pool.ts";
import { type PoolSpec, type Sliding, type Triple, volume } from "../wgsl/pool/windows.ts";
import { planFor } from "./cache.ts";
import { elementOf } from "./reduce.ts";

type Sizes = readonly number[];
type Pair = readonly [Tensor, Tensor];

/** What the records give: one number for each spatial dimension. */
interface PoolParams {
  readonly kernel_size: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly dilation?: Sizes;
  readonly count_include_pad?: boolean;
  readonly divisor_override?: number | null;
}

function triple(values: Sizes, fill: number): Triple {
  const n = values.length;
  return [n > 2 ? values[n - 3]! : fill, n > 1 ? values[n - 2]! : fill, n > 0 ? values[n - 1]! : fill];
}

function specOf(image: Sizes, output: Sizes, rank: number, sliding: Sliding | null): PoolSpec {
  return {
    planes: numelOf(image.slice(0, image.length - rank)),
    image: triple(image.slice(image.length - rank), 1),
    output: triple(output.slice(output.length - rank), 1),
    sliding,
  };
}

function slidingOf({ kernel_size, stride, padding, dilation = [] }: PoolParams): Sliding {
  return {
    kernel: triple(kernel_size, 1),
    stride: triple(stride, 1),
    padding: triple(padding, 0),
    dilation: triple(dilation, 1),
  };
}

function divisorOf({ count_include_pad = false, divisor_override = null }: PoolParams): Divisor {
  return { count_include_pad, override: divisor_override };
}

/** Pooling: `(out, input, params)`; maximum pools give `[out, indices]`. */
export function poolKernels(engine: Engine): Kernels {
  const max = ([out, indices]: Pair, x: Tensor, spec: PoolSpec): void => {
    if (out.numel() === 0) return;
    const type = elementOf(x.dtype);
    const plan = planFor("max_pool", { ...spec, type }, () => maxPool(spec, type));
    engine.run(plan, { x, out, indices });
  };
  const average = (out: Tensor, x: Tensor, spec: PoolSpec, divisor: Divisor): void => {
    if (out.numel() === 0) return;
    engine.run(
      planFor("avg_pool", { spec, divisor }, () => avgPool(spec, divisor)),
      { x, out },
    );
  };
  const spreadBack = (out: Tensor, grad: Tensor, spec: PoolSpec, divisor: Divisor): void => {
    if (out.numel() === 0) return;
    engine.run(
      planFor("avg_pool_backward", { spec, divisor }, () => avgPoolBackward(spec, divisor)),
      { grad, out },
    );
  };
  return {
    max_pool: (outs: Pair, x: Tensor, params: PoolParams) =>
      max(outs, x, specOf(x.shape, outs[0].shape, params.kernel_size.length, slidingOf(params))),
    adaptive_max_pool: (outs: Pair, x: Tensor, rank: number) =>
      max(outs, x, specOf(x.shape, outs[0].shape, rank, null)),
    max_pool_backward(out: Tensor, grad: Tensor, indices: Tensor, rank: number): void {
      if (out.numel() === 0) return;
      const { planes, image, output } = specOf(out.shape, grad.shape, rank, null);
      const sizes = [planes, volume(output), volume(image)] as const;
      engine.run(
        planFor("max_pool_backward", sizes, () => maxPoolBackward(...sizes)),
        { grad, indices, out },
      );
    },
    max_unpool(out: Tensor, src: Tensor, index: Tensor, rank: number): void {
      if (out.numel() === 0) return;
      const { planes, image, output } = specOf(out.shape, src.shape, rank, null);
      const sizes = { outer: planes, size: volume(image), inner: 1, length: volume(output), shared: false };
      const spec: ScatterSpec = { ...sizes, type: elementOf(src.dtype), combine: "set", self: "zeros" };
      engine.run(planFor("scatter", spec, scatter), { index, src, out });
    },
    max_unpool_backward(out: Tensor, x: Tensor, index: Tensor, rank: number): void {
      if (out.numel() === 0) return;
      const { planes, image, output } = specOf(x.shape, out.shape, rank, null);
      const sizes = { outer: planes, size: volume(image), inner: 1, length: volume(output), shared: false };
      engine.run(planFor("gather", { ...sizes, type: elementOf(x.dtype) }, gather), { x, index, out });
    },
    avg_pool: (out: Tensor, x: Tensor, params: PoolParams) =>
      average(out, x, specOf(x.shape, out.shape, params.kernel_size.length, slidingOf(params)), divisorOf(params)),
    avg_pool_backward: (out: Tensor, grad: Tensor, params: PoolParams) =>
      spreadBack(
        out,
        grad,
        specOf(out.shape, grad.shape, params.kernel_size.length, slidingOf(params)),
        divisorOf(params),
      ),
    adaptive_avg_pool: (out: Tensor, x: Tensor, rank: number) =>
      average(out, x, specOf(x.shape, out.shape, rank, null), COUNT),
    adaptive_avg_pool_backward: (out: Tensor, grad: Tensor, rank: number) =>
      spreadBack(out, grad, specOf(out.shape, grad.shape, rank, null), COUNT),
  };
}
