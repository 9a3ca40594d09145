import type { Backend } from "../dispatch/backend.ts";
import { registerBackend } from "../dispatch/backend.ts";
import type { Device } from "../device.ts";
import { type DType, float32, writeElement } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import { Storage } from "../storage.ts";
import type { ArrayView } from "./view.ts";
import { copy, fill } from "./copy/index.ts";
import { draw } from "../ops/random/draw.ts";
import { map } from "./map/index.ts";
import { indexKernels } from "./tables/index.ts";
import { matmulKernels } from "./tables/matmul.ts";
import { reduceKernels } from "./tables/reduce.ts";
import { scanKernels } from "./tables/scan.ts";
import { sortKernels } from "./tables/sort.ts";

function arange(out: ArrayView, start: number, step: number): void {
  const { array, dtype } = out;
  for (let i = 0; i < out.shape[0]!; i++) writeElement(array, dtype, i, start + i * step);
}

/**
 * The reference backend: plain TypeScript over typed arrays, every dtype. The kernels of `@tt/core/neural` are in
 * neural.ts.
 */
export const cpuBackend: Backend = {
  name: "cpu",
  devices: ["cpu"],
  capabilities: { synchronous: true },
  allocate(device: Device, dtype: DType, numel: number): Storage {
    const bytes = numel * dtype.itemsize;
    try {
      // Naming the commonest type keeps small allocations cheap.
      const host = dtype === float32 ? new Float32Array(numel) : new dtype.ArrayType(numel * dtype.lanes);
      return new Storage(device, host, bytes);
    } catch (cause) {
      throw new RuntimeError(`DefaultCPUAllocator: can't allocate memory: you tried to allocate ${bytes} bytes.`, {
        cause,
      });
    }
  },
  kernels: {
    map: map,
    copy,
    fill,
    arange,
    draw: draw as never,
    ...indexKernels,
    ...matmulKernels,
    ...reduceKernels,
    ...scanKernels,
    ...sortKernels,
  },
};

registerBackend(cpuBackend);
