/** Device "gpu": kernels in WGSL on WebGPU, in browsers and in Node. */
export { hostUses, type WebgpuBackend } from "./backend.ts";
export { gpu } from "./gpu.ts";
export type { CustomKernel, KernelOptions, Source } from "./gpujs/custom.ts";
export type { GpujsLoader, GpujsMode } from "./gpujs/module.ts";
export type { GpuBackend, GpuCaps, GpujsCaps, GpuOptions, WebgpuCaps } from "./types.ts";
