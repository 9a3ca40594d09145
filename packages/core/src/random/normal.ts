import { bfloat16, float32, float64, type DType, type TypedArray } from "../dtype/dtype.ts";
import { RuntimeError } from "../errors.ts";
import type { Generator } from "./generator.ts";
import { transformBlocks } from "./normal_blocks.ts";
import { type FloatArray, floatLimits, round, show, store, workspace } from "./store.ts";
import { uniform } from "./uniform.ts";

/**
 * Fills `out` with `n` normal numbers, as `normal_`, `randn` and `torch.normal` with two numbers.
 * Complex numbers get parts of variance std^2 / 2.
 *
 * From 16 numbers on, contiguous tensors take another way through the stream than others, and other
 * numbers: say with `contiguous` whether the tensor being filled is contiguous.
 *
 * @throws RuntimeError when `dtype` is neither floating-point nor complex, or `std` is negative
 */
export function normal(
  out: TypedArray,
  dtype: DType,
  n: number,
  mean: number,
  std: number,
  generator: Generator,
  contiguous = true,
): void {
  if (!(std >= 0)) throw new RuntimeError(`normal expects std >= 0.0, but found std ${show(std)}`);
  if (dtype.is_complex) {
    normal(out, dtype.name === "complex64" ? float32 : float64, 2 * n, mean, std / Math.SQRT2, generator, contiguous);
    return;
  }
  floatLimits("normal_kernel_cpu", dtype);
  if (n >= 16 && contiguous) {
    fillBlocks(out, dtype, n, mean, std, generator);
    return;
  }
  const work = workspace(out, dtype, n);
  for (let i = 0; i < n; i++) work[i] = generator.normal() * std + mean;
  store(out, dtype, work, n);
}

/** Uniforms first, then blocks of 16; a remainder draws the last 16 anew. */
function fillBlocks(out: TypedArray, dtype: DType, n: number, mean: number, std: number, generator: Generator): void {
  const work: FloatArray =
    dtype.name === "float64"
      ? (out as Float64Array)
      : dtype.name === "float32"
        ? (out as Float32Array)
        : new Float32Array(n);
  drawUniforms(work, dtype, n, generator);
  transform(work, dtype, n, mean, std);
  if (n % 16 !== 0) {
    const tail = work.subarray(n - 16, n);
    drawUniforms(tail, dtype, 16, generator);
    transform(tail, dtype, 16, mean, std);
  }
  store(out, dtype, work, n);
}

function drawUniforms(work: FloatArray, dtype: DType, n: number, generator: Generator): void {
  if (work instanceof Float64Array) uniform(work, float64, n, 0, 1, generator);
  else if (dtype.name === "float32") uniform(work, float32, n, 0, 1, generator);
  else {
    const { digits } = floatLimits("normal_kernel_cpu", dtype);
    const mask = 2 ** digits - 1;
    const unit = 2 ** -digits;
    for (let i = 0; i < n; i++) work[i] = (generator.word() & mask) * unit;
  }
}

function transform(work: FloatArray, dtype: DType, n: number, mean: number, std: number): void {
  if (dtype.name === "float32") transformBlocks(work as Float32Array, n, mean, std);
  else if (work instanceof Float64Array) transformFloat64(work, n, mean, std);
  else transformHalf(work, dtype, n, mean, std);
}

function transformFloat64(values: Float64Array, n: number, mean: number, std: number): void {
  for (let at = 0; at + 16 <= n; at += 16) {
    for (let i = at; i < at + 8; i++) {
      const radius = Math.sqrt(-2 * Math.log(1 - values[i]!));
      const angle = 2 * Math.PI * values[i + 8]!;
      values[i] = radius * Math.cos(angle) * std + mean;
      values[i + 8] = radius * Math.sin(angle) * std + mean;
    }
  }
}

/** float16 rounds radius, angle and result, with a fused multiply-add for the last; bfloat16 every step. */
function transformHalf(values: Float32Array, dtype: DType, n: number, mean: number, std: number): void {
  const half = (value: number) => round(value, dtype);
  const step = dtype === bfloat16 ? half : Math.fround;
  const scaled = (value: number) => (dtype === bfloat16 ? half(value * s) : value * s);
  const m = half(mean);
  const s = half(std);
  for (let at = 0; at + 16 <= n; at += 16) {
    for (let i = at; i < at + 8; i++) {
      const radius = half(Math.sqrt(step(-2 * step(Math.log(half(1 - values[i]!))))));
      const angle = half(2 * Math.PI * values[i + 8]!);
      values[i] = half(scaled(step(radius * step(Math.cos(angle)))) + m);
      values[i + 8] = half(scaled(step(radius * step(Math.sin(angle)))) + m);
    }
  }
}
