import { type DType, float64, is_tensor } from "@tt/core";
import { autocast, get_autocast_dtype, is_autocast_enabled } from "./autocast.ts";

/** Options of {@link custom_fwd}. */
export interface CustomFwdOptions {
  readonly device_type?: string;
  /** Casts floating-point tensors to this and switches autocast off inside. */
  readonly cast_inputs?: DType | null;
}

interface AutocastContext {
  _dtype?: DType;
  _fwd_used_autocast?: boolean;
}

function castAll(value: unknown, deviceType: string, dtype: DType): unknown {
  if (is_tensor(value)) {
    const eligible = value.dtype.is_floating_point && value.dtype !== float64 && value.device.type === deviceType;
    return eligible ? value.to(dtype) : value;
  }
  return Array.isArray(value) ? value.map((item) => castAll(item, deviceType, dtype)) : value;
}

/**
 * For the `forward` of a custom `Function` under autocast: notes the state for {@link custom_bwd}, and with
 * `cast_inputs` runs in that dtype without autocast.
 * @example
 * ```ts
 * import { float32, type Tensor } from "@tt/core";
 * import { custom_bwd, custom_fwd } from "@tt/amp";
 * const forward = custom_fwd((ctx: object, x: Tensor) => x.exp(), { cast_inputs: float32 });
 * const backward = custom_bwd((ctx: object, g: Tensor) => g);
 * ```
 */
export function custom_fwd<C extends object, A extends unknown[], R>(
  fwd: (ctx: C, ...args: A) => R,
  options: CustomFwdOptions = {},
): (ctx: C, ...args: A) => R {
  const { device_type = "cpu", cast_inputs = null } = options;
  return (ctx, ...args) => {
    const noted = ctx as AutocastContext;
    const on = is_autocast_enabled(device_type);
    noted._dtype = get_autocast_dtype(device_type);
    noted._fwd_used_autocast = cast_inputs === null && on;
    if (cast_inputs === null || !on) return fwd(ctx, ...args);
    const cast = castAll(args, device_type, cast_inputs) as A;
    return autocast(device_type, { enabled: false }, () => fwd(ctx, ...cast));
  };
}

/** For the `backward` of a custom `Function`: runs it in the autocast state that its forward ran in. */
export function custom_bwd<C extends object, A extends unknown[], R>(
  bwd: (ctx: C, ...args: A) => R,
  options: { readonly device_type?: string } = {},
): (ctx: C, ...args: A) => R {
  const { device_type = "cpu" } = options;
  return (ctx, ...args) => {
    const { _fwd_used_autocast: enabled = false, _dtype: dtype } = ctx as AutocastContext;
    return autocast(device_type, { enabled, dtype: dtype ?? null }, () => bwd(ctx, ...args));
  };
}
