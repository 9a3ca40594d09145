import type { Backend } from "@tt/core";
import type { DeviceInfo } from "./device/protocol.ts";
import type { CustomKernel, KernelOptions, Source } from "./gpujs/custom.ts";
import type { GpujsLoader, GpujsMode } from "./gpujs/module.ts";

/** Settings of `gpu`. */
export interface GpuOptions {
  /**
   * `webgpu` is the engine of WGSL kernels; `gpujs` computes with the package gpu.js, where there is no WebGPU: float32 only, and
   * everything but element-wise work, sums and products on the host. `auto`, the default, takes gpu.js only where
   * there is no WebGPU but the package, and says so; with `TT_GPU_STRICT=1` that is an error.
   */
  readonly provider?: "auto" | "webgpu" | "gpujs";
  /** Where gpu.js computes; the first of these that works here unless given: `webgl2`, `webgl`, `webasm`, `cpu`. */
  readonly mode?: GpujsMode;
  /** How to load gpu.js in bundled programs: `() => import("gpu.js")`. Elsewhere it is found by its name. */
  readonly gpujs?: GpujsLoader;
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

/** What the WGSL engine runs on, and what that can do. */
export interface WebgpuCaps extends DeviceInfo {
  readonly provider: "webgpu";
  /** How values are waited for; false where only `itemAsync` and its like work. */
  readonly syncRead: "worker" | false;
  readonly f16: boolean;
  readonly subgroups: boolean;
}

/** What gpu.js computes with. */
export interface GpujsCaps {
  readonly provider: "gpujs";
  readonly mode: GpujsMode;
  /** Values can always be read. */
  readonly syncRead: "native";
  readonly f16: false;
  readonly subgroups: false;
}

/** Which provider runs, and what it can do. */
export type GpuCaps = WebgpuCaps | GpujsCaps;

/** The backend of device "gpu". */
export interface GpuBackend extends Backend {
  readonly caps: GpuCaps;
  /** What was made and done since the start, such as submits, dispatches and pipelines. */
  counts(): Readonly<Record<string, number>>;
  /**
   * Compiles a kernel in gpu.js's language, a subset of JavaScript that runs once for each element of the result. Needs the
   * package gpu.js. The source is best a text: minifiers change what functions say.
   *
   * @throws RuntimeError when gpu.js is not installed, or cannot translate the source
   * @example
   * ```ts
   * import * as torch from "@tt/torch";
   * import { gpu } from "@tt/backend-gpu";
   * const backend = await gpu();
   * await torch.use(backend);
   * const outer = await backend.kernel("function(a, b) { return a[this.thread.y] * b[this.thread.x]; }", { output: [3, 2] });
   * outer(torch.tensor([1, 2]), torch.tensor([1, 2, 3])).shape; // [2, 3]
   * ```
   */
  kernel(source: string | Source, options: KernelOptions): Promise<CustomKernel>;
  /** Gives the device back; tensors on it can no longer be used. */
  destroy(): void;
}
