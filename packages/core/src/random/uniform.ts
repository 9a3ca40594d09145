import { float32, float64, type DType, type TypedArray } from "../dtype/dtype.ts";
import { RuntimeError } from "../errors.ts";
import { CHUNK, drawFloat64s, drawWords } from "./chunks.ts";
import { fma } from "./fma.ts";
import type { Generator } from "./generator.ts";
import { checkBounds, floatLimits, round, scalarType, show, store } from "./store.ts";

/**
 * Fills `out` with `n` numbers of the uniform distribution on [from, to), as `uniform_` and `rand`.
 * Complex numbers draw both parts from it.
 *
 * @throws RuntimeError when `dtype` is neither floating-point nor complex, or the range is no range of it
 */
export function uniform(
  out: TypedArray,
  dtype: DType,
  n: number,
  from: number,
  to: number,
  generator: Generator,
): void {
  if (dtype.is_complex) {
    uniform(out, dtype.name === "complex64" ? float32 : float64, 2 * n, from, to, generator);
    return;
  }
  const { digits, max } = floatLimits("check_uniform_bounds", dtype);
  checkBounds(from, "from", -max, max, dtype);
  checkBounds(to, "to", -max, max, dtype);
  if (from > to)
    throw new RuntimeError(
      `uniform_ expects to return a [from, to) range, but found from=${show(from)} > to=${show(to)}`,
    );
  if (!(to - from <= max)) {
    throw new RuntimeError(
      `uniform_ expects to-from <= std::numeric_limits<${scalarType(dtype)}>::max(), but found to=${show(to)} and from=${show(from)} ` +
        "which result in to-from to exceed the limit",
    );
  }
  const base = round(from, dtype);
  const range = round(round(to, dtype) - base, dtype);
  if (dtype.name === "float32") fillFloat32(out as Float32Array, n, base, range, generator);
  else if (dtype.name === "float64") fillFloat64(out as Float64Array, n, base, range, generator);
  else {
    const mask = 2 ** digits - 1;
    const unit = 2 ** -digits;
    const work = new Float64Array(n);
    for (let i = 0; i < n; i++) work[i] = (generator.word() & mask) * unit * range + base;
    store(out, dtype, work, n);
  }
}

function fillFloat32(out: Float32Array, n: number, base: number, range: number, generator: Generator): void {
  const unit = range * 2 ** -24;
  for (let start = 0; start < n; start += CHUNK) {
    const count = Math.min(CHUNK, n - start);
    const words = drawWords(generator, count);
    for (let i = 0, at = start; i < count; i++, at++) out[at] = (words[i]! & 0xffffff) * unit + base;
  }
}

function fillFloat64(out: Float64Array, n: number, base: number, range: number, generator: Generator): void {
  for (let start = 0; start < n; start += CHUNK) {
    const count = Math.min(CHUNK, n - start);
    const uniforms = drawFloat64s(generator, count);
    if (base === 0) for (let i = 0; i < count; i++) out[start + i] = uniforms[i]! * range;
    else for (let i = 0; i < count; i++) out[start + i] = fma(uniforms[i]!, range, base);
  }
}
