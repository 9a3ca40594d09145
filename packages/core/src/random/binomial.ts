import type { DType, TypedArray } from "../dtype/dtype.ts";
import type { Generator } from "./generator.ts";
import { floatLimits, numbers, store, workspace } from "./store.ts";

type Rounding = (value: number) => number;

/**
 * Fills `out` with binomial numbers: successes among `count[i]` trials of probability `prob[i]`, as
 * `torch.binomial`.
 *
 * @param count as many trial numbers as elements, of the same dtype
 * @param prob as many probabilities as elements, of the same dtype
 * @throws RuntimeError when `dtype` is not floating-point
 */
export function binomial(
  out: TypedArray,
  dtype: DType,
  n: number,
  count: TypedArray,
  prob: TypedArray,
  generator: Generator,
): void {
  floatLimits("binomial_cpu", dtype);
  const counts = numbers(count, dtype, n);
  const probs = numbers(prob, dtype, n);
  const work = workspace(out, dtype, n);
  // PyTorch mixes the precision of the dtype with float64: roundings of the former are spelled out.
  const r: Rounding = dtype.name === "float64" ? (value) => value : Math.fround;
  for (let i = 0; i < n; i++) work[i] = sampleBinomial(counts[i]!, probs[i]!, r, generator);
  store(out, dtype, work, n);
}

function sampleBinomial(count: number, prob: number, r: Rounding, generator: Generator): number {
  if (count <= 0 || prob <= 0) return 0;
  if (prob >= 1) return count;
  if (prob <= 0.5) return sampleUpToHalf(count, prob, r, generator);
  return prob > 0.5 ? r(count - sampleUpToHalf(count, r(1 - prob), r, generator)) : Number.NaN;
}

function sampleUpToHalf(count: number, prob: number, r: Rounding, generator: Generator): number {
  return r(count * prob) >= 10 ? byRejection(count, prob, r, generator) : byGeometricSteps(count, prob, r, generator);
}

/** Adds up the trials between successes, which are geometric, until they exceed `count`. */
function byGeometricSteps(count: number, prob: number, r: Rounding, generator: Generator): number {
  const logFailure = r(Math.log1p(-prob));
  let successes = 0;
  let trials = 0;
  for (;;) {
    trials += Math.ceil(Math.log(generator.float64()) / logFailure);
    if (!(trials <= count)) return successes;
    successes++;
  }
}

/** Transformed rejection, BTRS (Hoermann, "The generation of binomial random variates", 1993). */
function byRejection(count: number, prob: number, r: Rounding, generator: Generator): number {
  const mean = r(count * prob);
  const stddev = r(Math.sqrt(r(mean * r(1 - prob))));
  const b = 1.15 + 2.53 * stddev;
  const a = -0.0873 + 0.0248 * b + 0.01 * prob;
  const c = mean + 0.5;
  const certain = 0.92 - 4.2 / b;
  const odds = r(prob / r(1 - prob));
  const alpha = (2.83 + 5.1 / b) * stddev;
  const mode = Math.floor(r(r(count + 1) * prob));
  for (;;) {
    const u = generator.float64() - 0.5;
    const v = generator.float64();
    const margin = 0.5 - Math.abs(u);
    const k = r(Math.floor(((2 * a) / margin + b) * u + c));
    if (k < 0 || k > count) continue;
    if (margin >= 0.07 && v <= certain) return k;
    const misses = r(r(count - k) + 1);
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (count - mode + 1))) +
      r(count + 1) * Math.log((count - mode + 1) / misses) +
      (k + 0.5) * Math.log((odds * misses) / r(k + 1)) +
      stirlingTail(mode) +
      stirlingTail(count - mode) -
      stirlingTail(k) -
      stirlingTail(r(count - k));
    if (Math.log((v * alpha) / (a / (margin * margin) + b)) <= bound) return k;
  }
}

const STIRLING_TAILS: readonly number[] = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];

/** What Stirling's formula misses of log k!. */
function stirlingTail(k: number): number {
  if (k <= 9) return STIRLING_TAILS[Math.trunc(k)]!;
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}
