/** How many threads kernels use, as `@tt/core/threads`: for programs, and for backends that have threads. */
import { backends, findBackend, get_default_device, tableOf } from "./dispatch/backend.ts";
import { RuntimeError } from "./errors.ts";
import { pyRepr } from "./printing/python.ts";

let requested: number | undefined;

/** The number that {@link set_num_threads} was last called with, for backends that are installed after it. */
export function requestedThreads(): number | undefined {
  return requested;
}

/**
 * Number of threads that kernels of the default device may use, or of another installed backend if that one has no threads.
 * 1 where none has, unless another number was set.
 */
export function get_num_threads(): number {
  const all = [tableOf(get_default_device()).backend, ...backends().map(findBackend)];
  for (const backend of all) {
    const count = backend.get_num_threads?.();
    if (count !== undefined) return count;
  }
  return requested ?? 1;
}

/**
 * Sets the number of threads that kernels may use, the calling one included. Backends start no more of them than they need.
 * Results do not depend on it.
 *
 * @throws RuntimeError unless `num` is a positive integer
 * @example
 * ```ts
 * import { set_num_threads } from "@tt/core/threads";
 * set_num_threads(2);
 * ```
 */
export function set_num_threads(num: number): void {
  checkThreadCount("set_num_threads", num);
  requested = num;
  for (const name of backends()) findBackend(name).set_num_threads?.(num);
}

/** @throws TypeError or RuntimeError, which name `caller`, unless `num` is a positive integer */
export function checkThreadCount(caller: string, num: number): void {
  if (!Number.isInteger(num)) throw new TypeError(`${caller} expects an int, but got ${pyRepr(num)}`);
  if (num <= 0) throw new RuntimeError(`${caller} expects a positive integer`);
}
