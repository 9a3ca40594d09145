/** Device "gpu": kernels in WGSL on WebGPU, in browsers and in Node. */
export { gpu, type GpuBackend, type GpuCaps, type GpuOptions, hostUses } from "./backend.ts";
