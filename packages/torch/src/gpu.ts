/** torch.gpu: what torch.cuda is to CUDA, for the devices of @tt/backend-gpu. Nothing here throws where there is none. */
import { type Backend, backends, device, findBackend } from "@tt/core";

function installed(): Backend | null {
  const name = backends().find((one) => findBackend(one).devices.includes("gpu"));
  return name === undefined ? null : findBackend(name);
}

/**
 * Whether device "gpu" can be used: whether a backend that serves it is installed.
 *
 * @example
 * ```ts
 * import * as torch from "@tt/torch";
 * const device = torch.device(torch.gpu.is_available() ? "gpu" : "cpu");
 * ```
 */
export function is_available(): boolean {
  return installed() !== null;
}

/** How many devices there are: one, or none. */
export function device_count(): number {
  return is_available() ? 1 : 0;
}

/** Waits until all work that was queued is done; `await` it where the device can't be waited for. */
export function synchronize(): void | Promise<void> {
  return installed()?.synchronize?.(device("gpu"));
}

/** Bytes of the device's memory: what tensors take, what is held for the next ones, and the most so far. */
export function memory_stats(): Readonly<Record<string, number>> {
  return installed()?.memory_stats?.() ?? {};
}

/** Bytes that tensors take. */
export function memory_allocated(): number {
  return memory_stats()["allocated"] ?? 0;
}

/** Bytes of buffers, those that wait for the next tensors included. */
export function memory_reserved(): number {
  return memory_stats()["reserved"] ?? 0;
}

/** The most bytes that tensors took at a time. */
export function max_memory_allocated(): number {
  return memory_stats()["peak"] ?? 0;
}

/** Seeds no device: all random numbers come from the host's generator. */
export function manual_seed(_seed: number): void {}
