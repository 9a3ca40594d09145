import type { DType, TypedArray } from "../dtype/dtype.ts";
import { RuntimeError } from "../errors.ts";
import type { Generator } from "./generator.ts";
import { floatLimits, numbers, store, workspace } from "./store.ts";

/**
 * Fills `out` with Poisson numbers of the rates in `rate`, as `torch.poisson`.
 *
 * @param rate as many rates as elements, of the same dtype
 * @throws RuntimeError when a rate is negative or `dtype` is not floating-point
 */
export function poisson(out: TypedArray, dtype: DType, n: number, rate: TypedArray, generator: Generator): void {
  floatLimits("poisson_cpu", dtype);
  const rates = numbers(rate, dtype, n);
  const work = workspace(out, dtype, n);
  for (let i = 0; i < n; i++) work[i] = samplePoisson(rates[i]!, generator);
  store(out, dtype, work, n);
}

function samplePoisson(rate: number, generator: Generator): number {
  if (!(rate >= 0)) throw new RuntimeError("invalid Poisson rate, expected rate to be non-negative");
  if (rate === 0) return 0;
  return rate < 10 ? byProducts(rate, generator) : byRejection(rate, generator);
}

/** Uniforms multiplied until they fall below exp(-rate) (Knuth). */
function byProducts(rate: number, generator: Generator): number {
  const limit = Math.exp(-rate);
  let count = 0;
  for (let product = generator.float64(); product > limit; product *= generator.float64()) count++;
  return count;
}

/** Transformed rejection, PTRS (Hoermann, "The transformed rejection method for generating Poisson random variables", 1993). */
function byRejection(rate: number, generator: Generator): number {
  const logRate = Math.log(rate);
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const logInverseAlpha = Math.log(1.1239 + 1.1328 / (b - 3.4));
  const certain = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = generator.float64() - 0.5;
    const v = generator.float64();
    const margin = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / margin + b) * u + rate + 0.43);
    if (margin >= 0.07 && v <= certain) return k;
    if (k < 0 || (margin < 0.013 && v > margin)) continue;
    if (Math.log(v) + logInverseAlpha - Math.log(a / (margin * margin) + b) <= -rate + k * logRate - logFactorial(k))
      return k;
  }
}

const LOG_FACTORIALS: readonly number[] = (() => {
  const table = [0];
  for (let k = 1, factorial = 1; k <= 18; k++) {
    factorial *= k; // exact up to 18!
    table.push(Math.log(factorial));
  }
  return table;
})();

/** log k! by table and Stirling's series. */
function logFactorial(k: number): number {
  const known = LOG_FACTORIALS[k];
  if (known !== undefined) return known;
  const x = k + 1;
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
