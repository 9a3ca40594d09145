import { bfloat16, float16, float64, type DType, type TypedArray } from "../dtype/dtype.ts";
import { toBfloat16Bits, toHalfBits } from "../dtype/half.ts";
import { RuntimeError } from "../errors.ts";
import { CHUNK, drawFloat64s } from "./chunks.ts";
import type { Generator } from "./generator.ts";
import { int64Words, notImplemented, numbers, show } from "./store.ts";

/**
 * Fills `out` with ones (probability `p`) and zeros, as `bernoulli_(p)` and thus dropout, which takes
 * `bernoulli_(1 - p)`. Draws a double word for each element, whatever the dtype.
 *
 * @throws RuntimeError when `p` is outside [0, 1] or `dtype` is complex
 */
export function bernoulli(out: TypedArray, dtype: DType, n: number, p: number, generator: Generator): void {
  if (!(p >= 0 && p <= 1)) throw new RuntimeError(`bernoulli_ expects p to be in [0, 1], but got p=${show(p)}`);
  if (dtype.is_complex) notImplemented("bernoulli_scalar_cpu_", dtype);
  const one = oneOf(dtype);
  const words = dtype.name === "int64" ? int64Words(out).fill(0, 0, 2 * n) : null;
  for (let start = 0; start < n; start += CHUNK) {
    const count = Math.min(CHUNK, n - start);
    const uniforms = drawFloat64s(generator, count);
    if (words !== null) for (let i = 0; i < count; i++) words[2 * (start + i)] = uniforms[i]! < p ? 1 : 0;
    else for (let i = 0; i < count; i++) (out as Float32Array)[start + i] = uniforms[i]! < p ? one : 0;
  }
}

/**
 * Fills `out` with ones and zeros where element `i` is one with probability `p[i]`, as `bernoulli(p)`
 * and `bernoulli_(p)` with a tensor. Draws a double word for each element if `p` is float64, else a word.
 *
 * @param p as many probabilities as elements, in the order of the elements
 * @throws RuntimeError when a probability is outside [0, 1], or `p` is not floating-point
 */
export function bernoulli_tensor(
  out: TypedArray,
  dtype: DType,
  n: number,
  p: TypedArray,
  pDtype: DType,
  generator: Generator,
): void {
  if (dtype.is_complex) notImplemented("bernoulli_tensor_cpu_self_", dtype);
  if (!pDtype.is_floating_point) notImplemented("bernoulli_tensor_cpu_p_", pDtype);
  const probabilities = numbers(p, pDtype, n);
  const one = oneOf(dtype);
  const words = dtype.name === "int64" ? int64Words(out).fill(0, 0, 2 * n) : null;
  const double = pDtype === float64;
  for (let i = 0; i < n; i++) {
    const probability = probabilities[i]!;
    if (!(probability >= 0 && probability <= 1)) {
      throw new RuntimeError(
        "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  " +
          "If so, please report an enhancement request to PyTorch.)",
      );
    }
    const bit = (double ? generator.float64() : generator.float32()) < probability ? one : 0;
    if (words !== null) words[2 * i] = bit;
    else (out as Float32Array)[i] = bit;
  }
}

/** What stands for 1 in an array of `dtype`. */
function oneOf(dtype: DType): number {
  if (dtype === float16) return toHalfBits(1);
  return dtype === bfloat16 ? toBfloat16Bits(1) : 1;
}
