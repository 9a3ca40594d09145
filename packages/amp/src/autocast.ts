/// <reference lib="esnext.disposable" preserve="true" />
import { bfloat16, type DType, float16, RuntimeError, withModes } from "@tt/core";
import { modes, registeredDevices } from "@tt/core/dispatch";
import { enter, leave } from "./cache.ts";
import { activeLayer, AutocastLayer, LOWER } from "./layer.ts";

/** Options of {@link autocast}. */
export interface AutocastOptions {
  /** What matrix products and convolutions run in: bfloat16, or float16 on a gpu, unless given. */
  readonly dtype?: DType | null;
  /** `false` switches autocast off inside, for example within another. */
  readonly enabled?: boolean;
  /** Whether a weight's cast is kept until the outermost autocast ends. */
  readonly cache_enabled?: boolean | null;
}

const KNOWN = new Set(["cpu", "wasm", "gpu"]);
const defaults = new Map<string, DType>();
let cacheByDefault = true;

/** The dtype that autocast uses on a device unless it is given one. */
export function get_autocast_dtype(device_type: string): DType {
  return activeLayer(device_type)?.dtype ?? defaults.get(device_type) ?? (device_type === "gpu" ? float16 : bfloat16);
}

/** Sets the dtype that {@link autocast} uses on a device unless it is given one. */
export function set_autocast_dtype(device_type: string, dtype: DType): void {
  defaults.set(device_type, dtype);
}

/** Whether autocast is on for a device; for any when none is named. */
export function is_autocast_enabled(device_type?: string): boolean {
  if (device_type !== undefined) return activeLayer(device_type) !== null;
  return modes().layers.some((layer) => layer instanceof AutocastLayer);
}

/** Whether casts of weights are kept unless {@link autocast} is told otherwise. */
export function is_autocast_cache_enabled(): boolean {
  const layer = modes().layers.find((l) => l instanceof AutocastLayer);
  return layer === undefined ? cacheByDefault : layer.cacheEnabled;
}

/** Sets whether casts of weights are kept unless {@link autocast} is told otherwise. */
export function set_autocast_cache_enabled(enabled: boolean): void {
  cacheByDefault = enabled;
}

/** Whether autocast can be used on a device. */
export function is_autocast_available(device_type: string): boolean {
  return KNOWN.has(device_type) || registeredDevices().includes(device_type);
}

/**
 * Runs `fn`, sync or async, in mixed precision on one device: matrix products and convolutions in `dtype`, what
 * needs the range in float32, everything else in what it is given. Without `fn`, for the rest of the block:
 * `using _ = autocast("cpu")`.
 *
 * @throws RuntimeError when no such device is known
 * @example
 * ```ts
 * import { bfloat16, rand } from "@tt/core";
 * import { autocast } from "@tt/amp";
 * const x = rand(4, 8);
 * const y = autocast("cpu", { dtype: bfloat16 }, () => x.matmul(x.t()));
 * y.dtype === bfloat16; // true
 * ```
 */
export function autocast(device_type: string, options?: AutocastOptions): Disposable;
export function autocast<R>(device_type: string, fn: () => R): R;
export function autocast<R>(device_type: string, options: AutocastOptions, fn: () => R): R;
export function autocast<R>(
  device_type: string,
  options: AutocastOptions | (() => R) = {},
  fn?: () => R,
): R | Disposable {
  const [given, body] = typeof options === "function" ? [{}, options] : [options, fn];
  if (!is_autocast_available(device_type)) {
    throw new RuntimeError(`User specified an unsupported autocast device_type '${device_type}'`);
  }
  const dtype = given.dtype ?? get_autocast_dtype(device_type);
  let { enabled = true } = given;
  if (enabled && !LOWER.includes(dtype)) {
    // oxlint-disable-next-line no-console
    console.warn(
      `UserWarning: In ${device_type.toUpperCase()} autocast, but the target dtype is not supported. Disabling autocast.\n${device_type.toUpperCase()} Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.`,
    );
    enabled = false;
  }
  // One layer a device: the innermost decides.
  const others = modes().layers.filter((l) => !(l instanceof AutocastLayer && l.deviceType === device_type));
  const layers = enabled
    ? [...others, new AutocastLayer(device_type, dtype, given.cache_enabled ?? is_autocast_cache_enabled())]
    : others;
  return counted({ layers }, body);
}

function counted<R>(
  change: { layers: Parameters<typeof withModes>[0]["layers"] & {} },
  body: (() => R) | undefined,
): R | Disposable {
  enter();
  if (body === undefined) {
    const scope = withModes<never>(change, undefined);
    return {
      [Symbol.dispose](): void {
        scope[Symbol.dispose]();
        leave();
      },
    };
  }
  let pending = false;
  try {
    const result = withModes(change, body);
    if (result instanceof Promise) {
      pending = true;
      return result.finally(leave) as R;
    }
    return result;
  } finally {
    if (!pending) leave();
  }
}
