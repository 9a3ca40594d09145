/** Size of the register tile of convolutions: see scripts/conv_micro.mjs. */
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
export const NR: i32 = 8;

/** Rows m are cut into the fewest strips of at most MR rows, nearly equal ones: the first row of strip s of `strips`. */
export function stripStart(s: i32, strips: i32, m: i32): i32 {
  const least = m / strips;
  return s * least + min(s, m - least * strips);
}

export function stripsOf(m: i32): i32 {
  return (m + MR - 1) / MR;
}
