/** Automatic mixed precision: autocast and gradient scaling. */
export {
  autocast,
  type AutocastOptions,
  get_autocast_dtype,
  is_autocast_available,
  is_autocast_cache_enabled,
  is_autocast_enabled,
  set_autocast_cache_enabled,
  set_autocast_dtype,
} from "./autocast.ts";
export { clear_autocast_cache } from "./cache.ts";
export { custom_bwd, custom_fwd, type CustomFwdOptions } from "./custom.ts";
export { GradScaler, type GradScalerOptions, type GradScalerState } from "./grad_scaler.ts";
