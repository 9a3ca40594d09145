import {
  type Device,
  device as toDevice,
  type DType,
  defineBackend,
  findBackend,
  float32,
  type Kernels,
  Tensor,
} from "@tt/core";
import { allocate, type MapKernel } from "@tt/core/dispatch";
import {
  argumentsOf,
  checkOptions,
  type CustomKernel,
  type KernelOptions,
  shapeOf,
  type Source,
  textsOf,
} from "./custom.ts";
import { GpujsEngine } from "./engine.ts";
import { gpujsKernels } from "./kernels.ts";
import { type GpujsKernel, type GpujsLoader, type GpujsMode, loadGpujs } from "./module.ts";
import { GpujsStorage } from "./storage.ts";
import type { GpuBackend, GpujsCaps } from "../types.ts";

/** Where gpu.js can compute, the best first. */
export const GPUJS_MODES: readonly GpujsMode[] = ["webgl2", "webgl", "webasm", "cpu"];

/** Opens gpu.js in the given mode, or in the best that works here. */
export async function openGpujs(mode: GpujsMode | null, load: GpujsLoader | undefined): Promise<GpujsEngine> {
  const module = await loadGpujs(load);
  const reasons: Error[] = [];
  for (const candidate of mode === null ? GPUJS_MODES : [mode]) {
    try {
      return new GpujsEngine(module, candidate);
    } catch (error) {
      reasons.push(error as Error);
    }
  }
  throw new AggregateError(reasons, `gpu.js does not run here: ${reasons.map(({ message }) => message).join("; ")}`);
}

/** The backend on gpu.js. */
export interface GpujsBackend extends GpuBackend {
  readonly caps: GpujsCaps;
  /** How often the host computed, by kernel. */
  readonly uses: ReadonlyMap<string, number>;
}

/** Makes a backend of gpu.js. */
export function gpujsBackend(engine: GpujsEngine): GpujsBackend {
  const cpu = findBackend("cpu");
  const uses = new Map<string, number>();
  const host = counting(cpu.kernels, uses);
  const device = toDevice("gpu");
  const backend = defineBackend({
    name: "gpu",
    extends: { ...cpu, kernels: host },
    kernels: gpujsKernels(engine, host),
  });
  const caps: GpujsCaps = { provider: "gpujs", mode: engine.mode, syncRead: "native", f16: false, subgroups: false };
  return {
    ...backend,
    devices: ["gpu"],
    capabilities: { synchronous: true },
    caps,
    uses,
    allocate: (on: Device, dtype: DType, numel: number): GpujsStorage => new GpujsStorage(on, dtype, numel),
    counts: () => ({ ...engine.counts }),
    // A source that is refused rejects, as on the other provider.
    kernel: async (source, options) => customKernel(engine, device, source, options),
    destroy: () => engine.destroy(),
  };
}

function customKernel(
  engine: GpujsEngine,
  device: Device,
  source: string | Source,
  options: KernelOptions,
): CustomKernel {
  checkOptions(options);
  const { output, constants = {}, loopMaxIterations = 1_000_000 } = options;
  const functions = textsOf(options.functions);
  const kernels = new Map<string, GpujsKernel>();
  return (...args) => {
    const given = argumentsOf(args, device);
    const key = given.map((arg) => (typeof arg === "object" ? arg.length : typeof arg)).join();
    let kernel = kernels.get(key);
    if (kernel === undefined) {
      kernel = engine.compile(String(source), {
        output,
        constants,
        functions,
        loopMaxIterations,
        dynamicArguments: true,
      });
      kernels.set(key, kernel);
    }
    const result = engine.dispatch(
      kernel,
      args.map((arg, k) => (arg instanceof Tensor ? arrayOf(engine, arg, given[k] as number[]) : arg)),
    );
    const type = (kernel.kernel as { returnType?: string }).returnType ?? "";
    const components = Number(/\d/.exec(type)?.[0] ?? 1);
    const out = allocate(shapeOf(output, components), float32, device);
    const storage = out.storage as GpujsStorage;
    storage.take({ result, length: out.numel() });
    // A texture of vectors is not one that other kernels could read.
    if (components > 1) storage.land();
    return out;
  };
}

/** A tensor as gpu.js takes arrays. */
function arrayOf({ mode, module }: GpujsEngine, tensor: Tensor, size: readonly number[]): unknown {
  const numbers = numbersOf(tensor);
  // There, arrays with sizes are read with the sizes of the output.
  return mode === "cpu" ? nested(numbers, size) : module.input(numbers, size);
}

function nested(numbers: Float32Array, size: readonly number[]): unknown {
  if (size.length === 1) return numbers;
  const inner = size.slice(0, -1);
  const step = inner.reduce((n, each) => n * each, 1);
  return Array.from({ length: size.at(-1)! }, (_, k) => nested(numbers.subarray(k * step, (k + 1) * step), inner));
}

/** A tensor's elements in order, as float32. */
function numbersOf(tensor: Tensor): Float32Array {
  const out = allocate(tensor.shape, float32, toDevice("cpu"));
  (findBackend("cpu").kernels["copy"] as (out: Tensor, from: Tensor) => void)(out, tensor);
  return out.storage.host as Float32Array;
}

/** The cpu's kernels, which note how often they are called on this backend's tensors. */
function counting(kernels: Kernels, uses: Map<string, number>): Kernels {
  const made = new Map<string, unknown>();
  return new Proxy(kernels, {
    get(target, name) {
      const kernel = Reflect.get(target, name) as ((...args: unknown[]) => unknown) | undefined;
      if (typeof kernel !== "function" || typeof name !== "string") return kernel;
      let counted = made.get(name);
      if (counted === undefined) {
        counted = (...args: unknown[]): unknown => {
          const key = name === "map" ? `map ${(args as Parameters<MapKernel>)[0].text}` : name;
          uses.set(key, (uses.get(key) ?? 0) + 1);
          return kernel(...args);
        };
        made.set(name, counted);
      }
      return counted;
    },
  });
}
