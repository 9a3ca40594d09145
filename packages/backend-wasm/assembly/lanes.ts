/** Four floats, or the first of them four times. @inline */
export function take(at: usize, whole: bool): v128 {
  return whole ? v128.load(at) : v128.load_splat<f32>(at);
}

/** Stores four floats, or the first of them. @inline */
export function give(at: usize, value: v128, whole: bool): void {
  if (whole) v128.store(at, value);
  else v128.store_lane<f32>(at, value, 0);
}
