import { backends, findBackend } from "../dispatch/backend.ts";

/** Figures on one backend's memory, in bytes unless their names say otherwise. */
export type MemoryStats = Readonly<Record<string, number>>;

/**
 * What the memory of each installed backend holds. The wasm backend tells what is in its heap and what had to move out;
 * of the cpu, whose tensors are ordinary typed arrays, Node knows the sum of all array buffers.
 *
 * @example
 * ```ts
 * import { memory_stats } from "@tt/core/memory";
 * Object.keys(memory_stats()); // ["cpu"]
 * ```
 */
export function memory_stats(): Readonly<Record<string, MemoryStats>> {
  return Object.fromEntries(
    backends().map((name) => [name, findBackend(name).memory_stats?.() ?? (name === "cpu" ? ofHost() : {})]),
  );
}

function ofHost(): MemoryStats {
  const host = (globalThis as { process?: { memoryUsage?: () => { arrayBuffers: number } } }).process;
  const used = host?.memoryUsage?.().arrayBuffers;
  return used === undefined ? {} : { array_buffers: used };
}
