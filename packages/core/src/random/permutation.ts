import type { DType, TypedArray } from "../dtype/dtype.ts";
import { RuntimeError } from "../errors.ts";
import { CHUNK, drawWords } from "./chunks.ts";
import type { Generator } from "./generator.ts";
import { integerLimits } from "./integers.ts";
import { floatLimits, int64Words, notImplemented, store } from "./store.ts";

/**
 * Fills `out` with a permutation of 0 .. n - 1, as `randperm` (Fisher and Yates from the front).
 *
 * @throws RuntimeError when `dtype` cannot hold the numbers, or is bool or complex
 */
export function randperm(out: TypedArray, dtype: DType, n: number, generator: Generator): void {
  checkPermutation(dtype, n);
  const order = dtype.name === "int32" ? (out as Int32Array) : new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let start = 0; start < n - 1; start += CHUNK) {
    const end = Math.min(start + CHUNK, n - 1);
    const words = drawWords(generator, end - start);
    for (let i = start; i < end; i++) {
      const j = i + ((words[i - start]! >>> 0) % (n - i));
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
  }
  if (dtype.name === "int64") {
    const words = int64Words(out);
    for (let i = 0; i < n; i++) {
      words[2 * i] = order[i]!;
      words[2 * i + 1] = 0;
    }
  } else if (dtype.name === "float16" || dtype.name === "bfloat16") {
    store(out, dtype, Float32Array.from(order), n);
  } else if (dtype.name !== "int32") {
    for (let i = 0; i < n; i++) (out as Int32Array)[i] = order[i]!;
  }
}

const FLOAT_NAMES: Partial<Record<string, [string, string]>> = {
  float16: ["2049", "Half"],
  float32: ["2^24+1", "Float"],
  float64: ["2^53+1", "Double"],
};

function checkPermutation(dtype: DType, n: number): void {
  if (n < 0) throw new RuntimeError(`n must be non-negative, got ${n}`);
  if (dtype.is_floating_point) {
    const named = FLOAT_NAMES[dtype.name];
    if (named !== undefined && n > 2 ** floatLimits("randperm", dtype).digits + 1) {
      throw new RuntimeError(`n cannot be greater than ${named[0]} for ${named[1]} type.`);
    }
    return;
  }
  if (dtype.is_complex || dtype.name === "bool") notImplemented("randperm", dtype);
  if (BigInt(n) > integerLimits(dtype)[1]) {
    throw new RuntimeError(`value cannot be converted to type ${dtype.name}_t without overflow`);
  }
}
