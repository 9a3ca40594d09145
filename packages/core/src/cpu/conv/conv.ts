import {
  type ArrayView,
  commit,
  denseDoubles,
  denseValues,
  elementOffsets,
  type Numbers,
  outValues,
  partOf,
} from "../view.ts";
import { denseBigInts, productsAreExact } from "../matmul/integer.ts";
import { type ConvParams, type ConvGeometry, convGeometry } from "./geometry.ts";
import { backwardInputValues, backwardWeightValues, forwardValues } from "./kernels.ts";
import { backwardInputBigInt, forwardBigInt } from "./integer.ts";

/**
 * Convolution of `input` [N, C, ...] with `weight` [O, C / groups, ...] and one to three spatial dimensions;
 * `out` is [N, O, ...]. Every dtype but bool.
 */
export function convForward(
  out: ArrayView,
  input: ArrayView,
  weight: ArrayView,
  bias: ArrayView | null,
  params: ConvParams,
): void {
  const g = convGeometry(input.shape, out.shape, weight.shape, params);
  if (out.dtype.is_complex) {
    complexProduct(out, input, weight, bias, (c, a, b, add) => forwardValues(c, a, b, add, g));
  } else if (out.dtype.category < 2) {
    integerProduct(out, input, weight, bias, g.taps.length + 1, g, forwardValues, forwardBigInt);
  } else {
    const values = outValues(out);
    forwardValues(values, denseValues(input), denseValues(weight), bias && denseValues(bias), g);
    commit(out, values);
  }
}

/**
 * Gradient with respect to the input, and equally the transposed convolution of `gradOutput`: [N, O, ...]
 * and `weight` [O, C / groups, ...] give `gradInput` [N, C, ...]. `bias` [C] is added to the result. Complex
 * weights are used as they are: conjugate them first for a gradient.
 */
export function convBackwardInput(
  gradInput: ArrayView,
  gradOutput: ArrayView,
  weight: ArrayView,
  params: ConvParams,
  bias: ArrayView | null = null,
): void {
  const g = convGeometry(gradInput.shape, gradOutput.shape, weight.shape, params);
  if (gradInput.dtype.is_complex) {
    complexProduct(gradInput, gradOutput, weight, bias, (c, a, b, add) => backwardInputValues(c, a, b, add, g));
  } else if (gradInput.dtype.category < 2) {
    const terms = weight.shape.reduce((x, y) => x * y, 1) + 1;
    integerProduct(gradInput, gradOutput, weight, bias, terms, g, backwardInputValues, backwardInputBigInt);
  } else {
    const values = outValues(gradInput);
    backwardInputValues(values, denseValues(gradOutput), denseValues(weight), bias && denseValues(bias), g);
    commit(gradInput, values);
  }
}

/**
 * Gradient with respect to the weight: `gradWeight` [O, C / groups, ...] from `gradOutput` [N, O, ...] and
 * `input` [N, C, ...]. Floating-point and complex dtypes; a complex input is used as it is.
 */
export function convBackwardWeight(
  gradWeight: ArrayView,
  gradOutput: ArrayView,
  input: ArrayView,
  params: ConvParams,
): void {
  const g = convGeometry(input.shape, gradOutput.shape, gradWeight.shape, params);
  if (gradWeight.dtype.is_complex) {
    complexProduct(gradWeight, gradOutput, input, null, (c, a, b) => backwardWeightValues(c, a, b, g));
    return;
  }
  const values = outValues(gradWeight);
  backwardWeightValues(values, denseValues(gradOutput), denseValues(input), g);
  commit(gradWeight, values);
}

type RealProduct = (c: Numbers, a: Numbers, b: Numbers, bias: Numbers | null) => void;

/** A bilinear kernel over complex operands, from four calls on their real and imaginary parts. */
function complexProduct(
  out: ArrayView,
  a: ArrayView,
  b: ArrayView,
  bias: ArrayView | null,
  product: RealProduct,
): void {
  const re = outValues(partOf(out, 0));
  const im = new Float64Array(re.length);
  const other = new Float64Array(re.length);
  const ar = denseDoubles(partOf(a, 0));
  const ai = denseDoubles(partOf(a, 1));
  const br = denseDoubles(partOf(b, 0));
  const bi = denseDoubles(partOf(b, 1));
  const sum = new Float64Array(re.length);
  product(sum, ar, br, bias && denseDoubles(partOf(bias, 0)));
  product(other, ai, bi, null);
  for (let i = 0; i < sum.length; i++) sum[i]! -= other[i]!;
  product(im, ar, bi, bias && denseDoubles(partOf(bias, 1)));
  product(other, ai, br, null);
  for (let i = 0; i < im.length; i++) im[i]! += other[i]!;
  commit(partOf(out, 0), sum);
  commit(partOf(out, 1), im);
}

type BigIntProduct = (
  out: BigInt64Array,
  a: BigInt64Array,
  weight: BigInt64Array,
  bias: BigInt64Array | null,
  g: ConvGeometry,
) => void;

/** Through double precision where that is exact, else with wrapping 64-bit arithmetic. */
function integerProduct(
  out: ArrayView,
  a: ArrayView,
  weight: ArrayView,
  bias: ArrayView | null,
  terms: number,
  g: ConvGeometry,
  product: (c: Numbers, a: Numbers, b: Numbers, bias: Numbers | null, g: ConvGeometry) => void,
  bigProduct: BigIntProduct,
): void {
  const x = denseDoubles(a);
  const w = denseDoubles(weight);
  const add = bias && denseDoubles(bias);
  if (productsAreExact(x, w, terms) && (add === null || add.every((value) => Math.abs(value) < 2 ** 51))) {
    const values = new Float64Array(out.shape.reduce((p, q) => p * q, 1));
    product(values, x, w, add, g);
    commit(out, values);
    return;
  }
  const sums = new BigInt64Array(out.shape.reduce((p, q) => p * q, 1));
  bigProduct(sums, denseBigInts(a), denseBigInts(weight), bias && denseBigInts(bias), g);
  const offsets = elementOffsets(out.shape, out.strides, out.offset);
  const target = out.array;
  sums.forEach((sum, i) => {
    if (target instanceof BigInt64Array) target[offsets[i]!] = sum;
    else (target as Int32Array)[offsets[i]!] = Number(BigInt.asIntN(32, sum));
  });
}
