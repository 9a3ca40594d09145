import {
  type Backend,
  type Device,
  type DType,
  findBackend,
  hostFallbacks,
  RuntimeError,
  type Storage,
  type TypedArray,
} from "@tt/core";
import { bytesOf, DTYPES, formOf } from "./codegen/form.ts";
import { openInThread } from "./device/in_thread.ts";
import type { Link } from "./device/link.ts";
import type { DeviceInfo, DeviceRequest } from "./device/protocol.ts";
import { canWait, openInWorker } from "./device/worker.ts";
import { Engine } from "./engine.ts";
import { elementwiseKernels } from "./kernels/elementwise.ts";
import { HostSide, producerKernels } from "./kernels/host.ts";
import { convKernels } from "./kernels/conv.ts";
import { matmulKernels } from "./kernels/matmul.ts";
import { normKernels } from "./kernels/norm.ts";
import { reduceKernels } from "./kernels/reduce.ts";
import type { Memory } from "./memory/memory.ts";
import { toDevice, toHost } from "./memory/transfer.ts";
import type { Counts } from "./queue/queue.ts";

/** Settings of {@link gpu}. */
export interface GpuOptions {
  /**
   * Whether values can be waited for (`item()`, `tolist()`, operations whose result's shape depends on values): the device then
   * belongs to a worker. By default so in Node, and in workers of pages that are isolated from other origins; nowhere else is
   * it possible.
   */
  readonly sync?: boolean;
  readonly powerPreference?: "low-power" | "high-performance";
  /** Toggles of Dawn to switch on, in Node; `TT_GPU_TOGGLES`, separated by commas, adds to them. */
  readonly toggles?: readonly string[];
}

/** What runs, and what it can do. */
export interface GpuCaps extends DeviceInfo {
  readonly provider: "webgpu";
  /** How values are waited for; false where only `itemAsync` and its like work. */
  readonly syncRead: "worker" | false;
  readonly f16: boolean;
  readonly subgroups: boolean;
}

/** The backend of device "gpu". */
export interface GpuBackend extends Backend {
  readonly caps: GpuCaps;
  /** What was made and done since the start: submits, dispatches, pipelines, bind groups, buffers. */
  counts(): Readonly<Counts>;
  /** Gives the device back; tensors on it can no longer be used. */
  destroy(): void;
  /** @internal */
  readonly engine: Engine;
}

const sides = new Set<HostSide>();

/** How often the host computed in the device's place, by operation. */
export function hostUses(): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const { uses } of sides) for (const [name, count] of uses) all.set(name, (all.get(name) ?? 0) + count);
  for (const [name, count] of hostFallbacks()) {
    if (name.startsWith("gpu ")) all.set(name.slice(4), count);
  }
  return all;
}

/**
 * Makes the GPU backend, which serves device "gpu" by WebGPU: in browsers, and in Node with the package `webgpu`.
 *
 * @throws RuntimeError when there is no WebGPU here, or no adapter
 * @example
 * ```ts
 * import * as torch from "@tt/torch";
 * import { gpu } from "@tt/backend-gpu";
 * await torch.use(gpu());
 * torch.ones(2, 2).device.type; // "gpu"
 * ```
 */
export async function gpu(options: GpuOptions = {}): Promise<GpuBackend> {
  const sync = options.sync ?? canWait();
  if (sync && !canWait()) {
    throw new RuntimeError(
      "gpu: this thread can't wait for a device: browsers allow it only in workers of pages with cross-origin isolation",
    );
  }
  const request: DeviceRequest = {
    powerPreference: options.powerPreference ?? null,
    toggles: [...(options.toggles ?? []), ...(env("TT_GPU_TOGGLES")?.split(",") ?? [])],
  };
  let link: Link;
  try {
    link = await (sync ? openInWorker(request) : openInThread(request));
  } catch (cause) {
    const message = (cause as Error).message;
    throw new RuntimeError(
      message === "no adapter"
        ? "gpu: WebGPU finds no adapter on this machine. In Node it needs a Vulkan, Metal or D3D12 driver; without one, VK_ICD_FILENAMES may name a software driver such as SwiftShader's."
        : `gpu: ${message}`,
      { cause },
    );
  }
  return backendOn(link);
}

function backendOn(link: Link): GpuBackend {
  const cpu = findBackend("cpu");
  const engine = new Engine(link, cpu.kernels);
  const { queue } = engine;
  const host = new HostSide(engine, link.synchronous);
  sides.add(host);
  const whole = (storage: Storage, dtype: DType): [Memory, number, number] => {
    const numel = storage.nbytes / dtype.itemsize;
    return [storage.handle as Memory, numel, bytesOf(formOf(dtype), numel)];
  };
  const { features } = link.info;
  const caps: GpuCaps = {
    ...link.info,
    provider: "webgpu",
    syncRead: link.synchronous ? "worker" : false,
    f16: features.includes("shader-f16"),
    subgroups: features.includes("subgroups"),
  };
  return {
    name: "gpu",
    devices: ["gpu"],
    capabilities: { dtypes: DTYPES, synchronous: link.synchronous },
    kernels: {
      ...elementwiseKernels(engine, host),
      ...producerKernels(host, cpu.kernels),
      ...reduceKernels(engine),
      ...normKernels(engine),
      ...matmulKernels(engine),
      ...convKernels(engine),
    },
    caps,
    engine,
    allocate: (device: Device, dtype: DType, numel: number): Storage => engine.allocate(device, dtype, numel),
    download(storage: Storage, dtype: DType): TypedArray {
      if (!link.synchronous) {
        throw new RuntimeError(
          'a gpu tensor can\'t be read synchronously here: use await tensor.itemAsync(), tolistAsync() or toAsync("cpu")',
        );
      }
      const [memory, numel, bytes] = whole(storage, dtype);
      return toHost(bytes === 0 ? new ArrayBuffer(0) : queue.readSync(memory, 0, bytes), dtype, numel);
    },
    async downloadAsync(storage: Storage, dtype: DType): Promise<TypedArray> {
      const [memory, numel, bytes] = whole(storage, dtype);
      return toHost(bytes === 0 ? new ArrayBuffer(0) : await queue.read(memory, 0, bytes), dtype, numel);
    },
    upload(storage: Storage, elements: TypedArray): void {
      const memory = storage.handle as Memory;
      queue.upload(memory, toDevice(elements, memory.form.dtype));
    },
    synchronize: () => (link.synchronous ? queue.finishSync() : queue.finish()),
    memory_stats: () => ({
      allocated: queue.pool.used,
      reserved: queue.pool.reserved,
      peak: queue.pool.peak,
      buffers: queue.pool.created,
    }),
    counts: () => ({ ...queue.counts }),
    destroy: () => link.destroy(),
  };
}

function env(name: string): string | undefined {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name];
}
