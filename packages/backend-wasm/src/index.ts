/** Device "wasm": SIMD kernels in WebAssembly over a heap that nobody has to free. */
export { wasm, type WasmBackend, type WasmInfo, type WasmOptions } from "./backend.ts";
export type { HeapStats } from "./memory/heap.ts";
export type { SimdLevel } from "./module.ts";
export { hostUses } from "./host_use.ts";
