import { type Kernel, type Kernels, type Scalar, Tensor } from "@tt/core";
import type { MapKernel } from "@tt/core/dispatch";
import type { GpujsEngine } from "./engine.ts";
import { access, accessTo } from "./layout.ts";
import { matmulSource, type ReduceKind, reduceSource } from "./products.ts";
import { canWrite, mapSource } from "./source.ts";

/** Indices are counted in float32, which holds whole numbers up to here. */
const MOST = 1 << 24;

/** What runs as kernels of gpu.js; the rest, and what does not suit them, runs on the host. */
export function gpujsKernels(engine: GpujsEngine, host: Kernels): Kernels {
  const onHost = host as Record<string, Kernel>;
  const small = (...tensors: Tensor[]): boolean =>
    tensors.every(({ storage, dtype }) => storage.nbytes / dtype.itemsize < MOST);

  const map: MapKernel = (program, compute, out, inputs, scalars) => {
    const used = inputs.slice(0, program.operands);
    const tensors = used.filter((input) => input instanceof Tensor);
    const numbers = [...used, ...scalars].filter((input) => !(input instanceof Tensor)) as Scalar[];
    if (
      !canWrite(program, compute) ||
      !engine.makes(out) ||
      !tensors.every((tensor) => engine.takes(tensor)) ||
      !small(out, ...tensors) ||
      !numbers.every((number) => Number.isFinite(Number(number)))
    ) {
      host.map!(program, compute, out, inputs, scalars);
      return;
    }
    const accesses = used.map((input) => (input instanceof Tensor ? accessTo(input, out.shape) : null));
    const params = used.flatMap((input, k) => (input instanceof Tensor ? accesses[k]!.params : [Number(input)]));
    params.push(...scalars.map(Number), 0);
    const layouts = accesses.map((each) => each?.layout ?? null);
    engine.run(`map ${program.text} ${layouts.join()}`, () => mapSource(program, layouts), out, params, tensors);
  };

  const reduce =
    (kind: ReduceKind): Kernel =>
    (out: Tensor, input: Tensor, dims: readonly number[]): void => {
      if (
        !engine.makes(out) ||
        !engine.takes(input) ||
        input.dtype !== out.dtype ||
        !small(input) ||
        input.numel() === 0
      ) {
        onHost[kind]!(out, input, dims);
        return;
      }
      const kept = input.shape.map((_, d) => d).filter((d) => !dims.includes(d));
      const pick = (of: readonly number[], which: readonly number[]): number[] => which.map((d) => of[d]!);
      const outer = access(pick(input.shape, kept), pick(input.strides, kept), input.offset);
      const inner = access(pick(input.shape, dims), pick(input.strides, dims), 0);
      const count = dims.reduce((n, d) => n * input.shape[d]!, 1);
      engine.run(
        `${kind} ${outer.layout} ${inner.layout}`,
        () => reduceSource(kind, outer.layout, inner.layout),
        out,
        [...outer.params, ...inner.params, count],
        [input],
      );
    };

  const product =
    (name: string): Kernel =>
    (out: Tensor, a: Tensor, b: Tensor): void => {
      if (!engine.makes(out) || !engine.takes(a) || !engine.takes(b) || !small(out, a, b) || a.numel() === 0) {
        onHost[name]!(out, a, b);
        return;
      }
      const [rows, inner, columns] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
      const [batchA, batchB] = a.ndim === 3 ? [a.strides[0]!, b.strides[0]!] : [0, 0];
      engine.run(
        "product",
        matmulSource,
        out,
        [rows, columns, inner, a.offset, batchA, a.strides.at(-2)!, a.strides.at(-1)!].concat([
          b.offset,
          batchB,
          b.strides.at(-2)!,
          b.strides.at(-1)!,
        ]),
        [a, b],
      );
    };

  return {
    map,
    sum: reduce("sum"),
    mean: reduce("mean"),
    prod: reduce("prod"),
    amax: reduce("amax"),
    amin: reduce("amin"),
    mm: product("mm"),
    bmm: product("bmm"),
  };
}
