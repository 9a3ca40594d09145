/** The multiple of `divisor` next to `value`, at most a tenth below it. */
export function makeDivisible(value: number, divisor: number, least: number = divisor): number {
  const rounded = Math.max(least, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}
