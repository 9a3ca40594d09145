/// <reference lib="esnext.disposable" preserve="true" />
import { modes } from "../dispatch/state.ts";
import { withModes } from "./scope.ts";

/** Whether operations on tensors that require grad are recorded now. */
export function is_grad_enabled(): boolean {
  return modes().gradEnabled;
}

/** Whether inference mode is on now. */
export function is_inference_mode_enabled(): boolean {
  return modes().inference;
}

/**
 * Switches recording off for `fn`, sync or async, or (`using _ = no_grad()`) for the rest of a block.
 * @example
 * ```ts
 * import { no_grad, is_grad_enabled } from "@tt/core";
 * no_grad(() => is_grad_enabled()); // false
 * ```
 */
export function no_grad(): Disposable;
export function no_grad<R>(fn: () => R): R;
export function no_grad<R>(fn?: () => R): R | Disposable {
  return withModes({ gradEnabled: false }, fn);
}

/** Switches recording on, for example inside {@link no_grad}. */
export function enable_grad(): Disposable;
export function enable_grad<R>(fn: () => R): R;
export function enable_grad<R>(fn?: () => R): R | Disposable {
  return withModes({ gradEnabled: true }, fn);
}

/** Switches recording on or off; without `fn` the setting stays until disposed or set again. */
export function set_grad_enabled(mode: boolean): Disposable;
export function set_grad_enabled<R>(mode: boolean, fn: () => R): R;
export function set_grad_enabled<R>(mode: boolean, fn?: () => R): R | Disposable {
  return withModes({ gradEnabled: mode }, fn);
}

/**
 * As {@link no_grad}; tensors made inside can never be recorded later.
 * `inference_mode(false, fn)` leaves it again.
 */
export function inference_mode(mode?: boolean): Disposable;
export function inference_mode<R>(fn: () => R): R;
export function inference_mode<R>(mode: boolean, fn: () => R): R;
export function inference_mode<R>(mode?: boolean | (() => R), fn?: () => R): R | Disposable {
  const on = typeof mode === "boolean" ? mode : true;
  const body = typeof mode === "function" ? mode : fn;
  return withModes(on ? { gradEnabled: false, inference: true } : { gradEnabled: true, inference: false }, body);
}
