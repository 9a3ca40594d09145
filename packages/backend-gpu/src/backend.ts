import {
  type Device,
  device,
  type DType,
  findBackend,
  hostFallbacks,
  RuntimeError,
  type Storage,
  type TypedArray,
} from "@tt/core";
import { disposed } from "@tt/core/dispatch";
import { bytesOf, DTYPES, formOf } from "./codegen/form.ts";
import { openInThread } from "./device/in_thread.ts";
import type { Link } from "./device/link.ts";
import type { DeviceRequest } from "./device/protocol.ts";
import { canWait, openInWorker } from "./device/worker.ts";
import { Engine } from "./engine.ts";
import { engineKernel } from "./gpujs/custom.ts";
import type { GpujsLoader } from "./gpujs/module.ts";
import { attentionKernels } from "./kernels/attention.ts";
import { indexKernels } from "./kernels/indexing.ts";
import { lossKernels } from "./kernels/loss.ts";
import { optimKernels } from "./kernels/optim.ts";
import { orderingKernels } from "./kernels/ordering.ts";
import { recurrentKernels } from "./kernels/recurrent.ts";
import { resizeKernels } from "./kernels/resize.ts";
import { poolKernels } from "./kernels/pool.ts";
import { elementwiseKernels } from "./kernels/elementwise.ts";
import { HostSide, producerKernels } from "./kernels/host.ts";
import { convKernels } from "./kernels/conv.ts";
import { matmulKernels } from "./kernels/matmul.ts";
import { normKernels } from "./kernels/norm.ts";
import { reduceKernels } from "./kernels/reduce.ts";
import type { Memory } from "./memory/memory.ts";
import { toDevice, toHost } from "./memory/transfer.ts";
import type { Counts } from "./queue/queue.ts";
import type { GpuBackend, GpuOptions, WebgpuCaps } from "./types.ts";

/** The backend on WebGPU. */
export interface WebgpuBackend extends GpuBackend {
  readonly caps: WebgpuCaps;
  /** Submits, dispatches, pipelines, bind groups, buffers. */
  counts(): Readonly<Counts> & Readonly<Record<string, number>>;
  /** @internal */
  readonly engine: Engine;
}

const sides = new Set<{ readonly uses: ReadonlyMap<string, number> }>();

/** Has {@link hostUses} count what a backend gives to the host. */
export function noteHost(side: { readonly uses: ReadonlyMap<string, number> }): void {
  sides.add(side);
}

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
 * Makes the backend on WebGPU: in browsers, and in Node with the package `webgpu`.
 *
 * @throws RuntimeError when there is no WebGPU here, or no adapter
 */
export async function webgpuBackend(options: GpuOptions): Promise<WebgpuBackend> {
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
  return backendOn(link, options.gpujs);
}

function backendOn(link: Link, load: GpujsLoader | undefined): WebgpuBackend {
  const cpu = findBackend("cpu");
  const engine = new Engine(link, cpu.kernels);
  const { queue } = engine;
  const host = new HostSide(engine, link.synchronous);
  noteHost(host);
  const whole = (storage: Storage, dtype: DType): [Memory, number, number] => {
    const numel = storage.nbytes / dtype.itemsize;
    const memory = storage.handle as Memory;
    if (memory.dead) throw disposed();
    return [memory, numel, bytesOf(formOf(dtype), numel)];
  };
  const { features } = link.info;
  const caps: WebgpuCaps = {
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
      ...poolKernels(engine),
      ...lossKernels(engine),
      ...indexKernels(engine),
      ...optimKernels(engine),
      ...resizeKernels(engine),
      ...recurrentKernels(engine),
      ...attentionKernels(engine),
      ...orderingKernels(engine),
    },
    caps,
    engine,
    allocate: (on: Device, dtype: DType, numel: number): Storage => engine.allocate(on, dtype, numel),
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
    kernel: (source, settings) => engineKernel(engine, device("gpu"), load, source, settings),
    destroy: () => link.destroy(),
  };
}

export function env(name: string): string | undefined {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name];
}
