/// <reference lib="esnext.disposable" preserve="true" />
import type { Node } from "./node.ts";

let enabled = false;
let checkNan = true;

/** Whether anomaly mode is on. */
export function is_anomaly_enabled(): boolean {
  return enabled;
}

/** Whether anomaly mode looks for nan in gradients. */
export function is_anomaly_check_nan_enabled(): boolean {
  return checkNan;
}

/**
 * Anomaly mode: every node remembers the line of your code that made it; when a backward step fails
 * or gives nan, the error names that line.
 * @example
 * ```ts
 * import { detect_anomaly } from "@tt/autograd";
 * detect_anomaly(() => {
 *   // forward and backward
 * });
 * ```
 */
export function set_detect_anomaly(mode: boolean): Disposable;
export function set_detect_anomaly<R>(mode: boolean, fn: () => R, check_nan?: boolean): R;
export function set_detect_anomaly<R>(mode: boolean, fn?: () => R, check_nan = true): R | Disposable {
  const before = { enabled, checkNan };
  enabled = mode;
  checkNan = check_nan;
  const restore = (): void => {
    ({ enabled, checkNan } = before);
  };
  if (fn === undefined) return { [Symbol.dispose]: restore };
  let pending = false;
  try {
    const result = fn();
    if (result instanceof Promise) {
      pending = true;
      return result.finally(restore) as R;
    }
    return result;
  } finally {
    if (!pending) restore();
  }
}

/** {@link set_detect_anomaly} switched on. */
export function detect_anomaly(): Disposable;
export function detect_anomaly<R>(fn: () => R, check_nan?: boolean): R;
export function detect_anomaly<R>(fn?: () => R, check_nan = true): R | Disposable {
  return fn === undefined ? set_detect_anomaly(true) : set_detect_anomaly(true, fn, check_nan);
}

/** Remembers where the user's code is now. */
export function rememberStack(node: Node): void {
  const lines = (new Error("forward").stack ?? "").split("\n").slice(1);
  const own = lines.filter((line) => !OWN.test(line));
  node.stack = (own.length > 0 ? own : lines).join("\n");
}

// Frames of the library itself, in the source tree and as installed.
const OWN = /[\\/](?:packages|@tt)[\\/](?:core|autograd|nn|optim)[\\/](?:src|dist)[\\/](?!.*\.test\.)|node:internal/;

/** A failure of `node` with the place in the user's code that made it. */
export function describeOrigin(node: Node): string {
  if (node.stack === null) {
    return `Error detected in ${node.name()}. No forward pass information available. Enable detect anomaly during forward pass for more information.`;
  }
  return `Error detected in ${node.name()}. Traceback of forward call that caused the error:\n${node.stack}`;
}
