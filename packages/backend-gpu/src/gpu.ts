import { RuntimeError } from "@tt/core";
import { env, noteHost, webgpuBackend } from "./backend.ts";
import { gpujsBackend, openGpujs } from "./gpujs/backend.ts";
import type { GpuBackend, GpuOptions } from "./types.ts";

/**
 * Makes the GPU backend, which serves device "gpu": by WebGPU in browsers, and in Node with the package `webgpu`; by WebGL or what
 * else gpu.js has where there is no WebGPU and that package is installed.
 *
 * @throws RuntimeError when there is neither
 * @example
 * ```ts
 * import * as torch from "@tt/torch";
 * import { gpu } from "@tt/backend-gpu";
 * await torch.use(gpu());
 * torch.ones(2, 2).device.type; // "gpu"
 * ```
 */
export async function gpu(options: GpuOptions = {}): Promise<GpuBackend> {
  const { provider = options.mode === undefined ? "auto" : "gpujs" } = options;
  if (provider === "gpujs") return onGpujs(options);
  try {
    return await webgpuBackend(options);
  } catch (error) {
    // A setting that cannot be had is not a machine without WebGPU.
    if (provider === "webgpu" || options.sync === true || env("TT_GPU_STRICT") === "1") throw error;
    let backend: GpuBackend;
    try {
      backend = await onGpujs(options);
    } catch (cause) {
      throw new RuntimeError(`${(error as Error).message} Nor does gpu.js run: ${(cause as Error).message}`, { cause });
    }
    const { mode } = backend.caps as { mode: string };
    // oxlint-disable-next-line no-console
    console.warn(`UserWarning: ${(error as Error).message} Device "gpu" is gpu.js in mode "${mode}" instead.`);
    return backend;
  }
}

async function onGpujs(options: GpuOptions): Promise<GpuBackend> {
  const backend = gpujsBackend(await openGpujs(options.mode ?? null, options.gpujs));
  noteHost(backend);
  return backend;
}
