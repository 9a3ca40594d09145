/// <reference lib="esnext.disposable" preserve="true" />
/** torch.cuda.amp: what programs for CUDA import. There is none here, so its autocast leaves everything as it is. */
import type { DType } from "@tt/core";

export { custom_bwd, custom_fwd, GradScaler } from "@tt/amp";

export interface CudaAutocastOptions {
  readonly enabled?: boolean;
  readonly dtype?: DType | null;
  readonly cache_enabled?: boolean | null;
}

/**
 * Runs `fn` without autocast, with PyTorch's warning where CUDA is missing: `torch.autocast(device, ...)` names the device.
 * Without `fn`, for the rest of the block: `using _ = torch.cuda.amp.autocast()`.
 * @example
 * ```ts
 * import * as torch from "@tt/torch";
 * const x = torch.ones(2, 2);
 * torch.cuda.amp.autocast(() => x.mm(x)).dtype === torch.float32; // true
 * ```
 */
export function autocast(options?: boolean | CudaAutocastOptions): Disposable;
export function autocast<R>(fn: () => R): R;
export function autocast<R>(options: boolean | CudaAutocastOptions, fn: () => R): R;
export function autocast<R>(options: boolean | CudaAutocastOptions | (() => R) = true, fn?: () => R): R | Disposable {
  const body = typeof options === "function" ? options : fn;
  const enabled = typeof options === "object" ? (options.enabled ?? true) : options !== false;
  if (enabled) {
    // oxlint-disable-next-line no-console
    console.warn("UserWarning: torch.cuda.amp.autocast() is enabled, but CUDA is not available. Disabling.");
  }
  return body === undefined ? { [Symbol.dispose](): void {} } : body();
}
