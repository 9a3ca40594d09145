import type { DType, TypedArray } from "../dtype/dtype.ts";
import { RuntimeError } from "../errors.ts";
import { CHUNK, drawFloat64s } from "./chunks.ts";
import type { Generator } from "./generator.ts";
import { floatLimits, notImplemented, numbers, round, show, store, workspace } from "./store.ts";

// All of these draw float64 numbers, whatever the dtype, and convert them.

/**
 * Fills `out` with `n` numbers of the exponential distribution of rate `lambda`, as `exponential_`.
 *
 * @throws RuntimeError when `lambda` is negative or `dtype` is not floating-point
 */
export function exponential(out: TypedArray, dtype: DType, n: number, lambda: number, generator: Generator): void {
  if (!(lambda >= 0)) throw new RuntimeError(`exponential_ expects lambda >= 0.0, but found lambda=${show(lambda)}`);
  floatLimits("exponential_cpu", dtype);
  const work = workspace(out, dtype, n);
  const scale = -1 / lambda;
  for (let start = 0; start < n; start += CHUNK) {
    const count = Math.min(CHUNK, n - start);
    const uniforms = drawFloat64s(generator, count);
    for (let i = 0; i < count; i++) work[start + i] = scale * Math.log(1 - uniforms[i]!);
  }
  store(out, dtype, work, n);
}

/**
 * Fills `out` with `n` numbers of the Cauchy distribution, as `cauchy_`.
 *
 * @throws RuntimeError when `dtype` is not floating-point
 */
export function cauchy(
  out: TypedArray,
  dtype: DType,
  n: number,
  median: number,
  sigma: number,
  generator: Generator,
): void {
  floatLimits("cauchy_cpu", dtype);
  const work = workspace(out, dtype, n);
  for (let start = 0; start < n; start += CHUNK) {
    const count = Math.min(CHUNK, n - start);
    const uniforms = drawFloat64s(generator, count);
    for (let i = 0; i < count; i++) work[start + i] = median + sigma * Math.tan(Math.PI * (uniforms[i]! - 0.5));
  }
  store(out, dtype, work, n);
}

/**
 * Fills `out` with `n` exponentials of normal numbers, as `log_normal_`. Shares the kept half of a
 * pair with {@link normal}, at any `n`.
 *
 * @throws RuntimeError when `std` is not positive or `dtype` is not floating-point
 */
export function log_normal(
  out: TypedArray,
  dtype: DType,
  n: number,
  mean: number,
  std: number,
  generator: Generator,
): void {
  if (!(std > 0)) throw new RuntimeError(`log_normal_ expects std > 0.0, but found std=${show(std)}`);
  floatLimits("log_normal_cpu", dtype);
  const work = workspace(out, dtype, n);
  for (let i = 0; i < n; i++) work[i] = Math.exp(generator.normal() * std + mean);
  store(out, dtype, work, n);
}

/**
 * Fills `out` with the number of trials up to the first success of probability `p`, as `geometric_`.
 *
 * @throws RuntimeError when `p` is outside (0, 1), or `dtype` is bool or complex
 */
export function geometric(out: TypedArray, dtype: DType, n: number, p: number, generator: Generator): void {
  if (!(p > 0 && p < 1)) throw new RuntimeError(`geometric_ expects p to be in (0, 1), but got p=${show(p)}`);
  if (dtype.is_complex || dtype.name === "bool") notImplemented("geometric_cpu", dtype);
  const work = workspace(out, dtype, n);
  const failure = Math.log(1 - p);
  for (let start = 0; start < n; start += CHUNK) {
    const count = Math.min(CHUNK, n - start);
    const uniforms = drawFloat64s(generator, count);
    for (let i = 0; i < count; i++) work[start + i] = Math.ceil(Math.log(uniforms[i]!) / failure);
  }
  store(out, dtype, work, n);
}

/**
 * Fills `out` with the slopes that `rrelu` takes in training: uniform on [lower, upper) where `input`
 * is not positive, 1 (and no draw) elsewhere.
 *
 * @param input as many elements as `out`, of the same dtype
 * @throws RuntimeError when `dtype` is not floating-point
 */
export function rrelu_noise(
  out: TypedArray,
  dtype: DType,
  n: number,
  input: TypedArray,
  lower: number,
  upper: number,
  generator: Generator,
): void {
  floatLimits("rrelu_with_noise_out_cpu", dtype);
  const values = numbers(input, dtype, n);
  const work = workspace(out, dtype, n);
  const base = round(lower, dtype);
  const range = round(upper, dtype) - base;
  for (let i = 0; i < n; i++) work[i] = values[i]! <= 0 ? generator.float64() * range + base : 1;
  store(out, dtype, work, n);
}
