import type { DType, TypedArray } from "../dtype/dtype.ts";
import { RuntimeError } from "../errors.ts";
import type { Generator } from "./generator.ts";
import { numbers, round, scalarType, type FloatArray } from "./store.ts";
import { topOrder } from "./top_order.ts";

/**
 * Fills `out` (rows x samples) with indices drawn by the weights in `weights` (rows x categories), as
 * `torch.multinomial`.
 *
 * With replacement: a search in the cumulative sums. Without: the indices of the greatest quotients
 * of weight and an exponential number, greatest first.
 *
 * @throws RuntimeError when a weight is negative, infinite or nan, a row has none above zero, or there
 *   are not enough categories
 */
export function multinomial(
  out: BigInt64Array,
  weights: TypedArray,
  dtype: DType,
  rows: number,
  categories: number,
  samples: number,
  replacement: boolean,
  generator: Generator,
): void {
  if (!dtype.is_floating_point) {
    throw new RuntimeError(`multinomial only supports floating-point dtypes for input, got: ${scalarType(dtype)}`);
  }
  if (samples <= 0) throw new RuntimeError("cannot sample n_sample <= 0 samples");
  if (!replacement && samples > categories) {
    throw new RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  }
  if (categories > 2 ** 24) throw new RuntimeError("number of categories cannot exceed 2^24");
  const values = numbers(weights, dtype, rows * categories);
  if (replacement) drawWithReplacement(out, values, rows, categories, samples, generator);
  else drawWithoutReplacement(out, values, dtype, rows, categories, samples, generator);
}

function drawWithReplacement(
  out: BigInt64Array,
  weights: FloatArray,
  rows: number,
  categories: number,
  samples: number,
  generator: Generator,
): void {
  const sums = weights instanceof Float64Array ? new Float64Array(categories) : new Float32Array(categories);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < categories; j++) {
      const weight = weights[row * categories + j]!;
      if (!(weight >= 0)) throw invalid("encountering probability entry < 0");
      if (weight === Number.POSITIVE_INFINITY) throw invalid("encountering probability entry = infinity or NaN");
      sums[j] = sum + weight;
      sum = sums[j]!;
    }
    if (!(sum > 0)) throw invalid("sum of probabilities <= 0");
    for (let j = 0; j < categories; j++) sums[j] = sums[j]! / sum;
    sums[categories - 1] = 1;
    for (let k = 0; k < samples; k++) {
      const mass = generator.float64();
      let left = 0;
      let right = categories;
      while (right > left) {
        const middle = (left + right) >>> 1;
        if (sums[middle]! < mass) left = middle + 1;
        else right = middle;
      }
      out[row * samples + k] = BigInt(left);
    }
  }
}

function drawWithoutReplacement(
  out: BigInt64Array,
  weights: FloatArray,
  dtype: DType,
  rows: number,
  categories: number,
  samples: number,
  generator: Generator,
): void {
  checkRows(weights, rows, categories);
  const quotients = new Float64Array(categories);
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let j = 0; j < categories; j++) {
      const exponential = round(-Math.log(1 - generator.float64()), dtype);
      quotients[j] = round(weights[row * categories + j]! / exponential, dtype);
      if (quotients[j]! > quotients[best]!) best = j;
    }
    if (samples === 1) {
      out[row] = BigInt(best);
      continue;
    }
    const order = topOrder(quotients, samples);
    for (let k = 0; k < samples; k++) out[row * samples + k] = BigInt(order[k]!);
  }
}

function checkRows(weights: FloatArray, rows: number, categories: number): void {
  let emptyRow = false;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < categories; j++) {
      const weight = weights[row * categories + j]!;
      if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
        throw new RuntimeError("probability tensor contains either `inf`, `nan` or element < 0");
      }
      sum += weight;
    }
    if (sum === 0) emptyRow = true;
  }
  if (emptyRow) throw invalid("sum of probabilities <= 0");
}

function invalid(why: string): RuntimeError {
  return new RuntimeError(`invalid multinomial distribution (${why})`);
}
