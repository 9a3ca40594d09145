import { type Program, parseExpr } from "../../expr/index.ts";
import {
  type DType,
  type Scalar,
  type TypedArray,
  bool,
  complex128,
  float32,
  float64,
  int64,
} from "../../dtype/index.ts";
import { contiguousStrides } from "../../layout.ts";
import { copy } from "../copy/index.ts";
import { map } from "../map/index.ts";
import type { ArrayView } from "../view.ts";
import { FoldKernel } from "./fold.ts";
import { Geometry } from "./geometry.ts";

/** Reductions whose result is one value per kept element, accumulated in any order. */
export type ReduceKind = "sum" | "mean" | "nansum" | "prod" | "amin" | "amax" | "any" | "all" | "count_nonzero";

/** A reduction: every element's value, joined to an accumulator, finished by a last program. */
export interface Reduction {
  readonly element: Program;
  readonly combine: Program;
  /** Program over accumulators with the scalar arguments given to {@link fold}. */
  readonly finish: Program | null;
  /** Dtype the element program computes in; the accumulator's when absent. */
  readonly elementDtype?: (input: DType) => DType;
  readonly accumulator: (input: DType, out: DType, reduced: number) => DType;
  readonly identity: (accumulator: DType) => Scalar;
  /** Kernels by input and accumulator dtype. */
  readonly kernels: FoldKernel[];
}

type Definition = Omit<Reduction, "element" | "combine" | "finish" | "kernels">;

export function defineReduction(element: string, combine: string, finish: string | null, rest: Definition): Reduction {
  return {
    ...rest,
    element: parseExpr(element),
    combine: parseExpr(combine),
    finish: finish === null ? null : parseExpr(finish),
    kernels: [],
  };
}

/** Sums: floating point in double; integers as doubles while they are exact, else as 64-bit integers. */
export function sumDtype(input: DType, out: DType, reduced: number): DType {
  if (out.is_complex || input.is_complex) return complex128;
  if (out.category !== 1) return float64;
  const exact = input.category < 2 && input !== int64 && reduced * 2 ** Math.min(8 * input.itemsize, 31) <= 2 ** 53;
  return exact ? float64 : int64;
}

function productDtype(_: DType, out: DType): DType {
  return out.is_complex ? complex128 : out.category === 1 ? int64 : float64;
}

/** Comparisons: the input's own dtype, halves widened. */
export function ownDtype(input: DType): DType {
  return input.is_floating_point && input.itemsize === 2 ? float32 : input;
}

function lowest(dtype: DType): Scalar {
  if (dtype.category === 0) return false;
  if (dtype.category === 2) return Number.NEGATIVE_INFINITY;
  if (dtype === int64) return -(2n ** 63n);
  return dtype.is_signed ? -(2 ** (8 * dtype.itemsize - 1)) : 0;
}

function highest(dtype: DType): Scalar {
  if (dtype.category === 0) return true;
  if (dtype.category === 2) return Number.POSITIVE_INFINITY;
  if (dtype === int64) return 2n ** 63n - 1n;
  return dtype.is_signed ? 2 ** (8 * dtype.itemsize - 1) - 1 : 255;
}

/** The value every other one is greater (for max) or smaller (for min) than. */
export function extremeIdentity(kind: "max" | "min", dtype: DType): Scalar {
  return kind === "max" ? lowest(dtype) : highest(dtype);
}

const REDUCTIONS: Readonly<Record<ReduceKind, Reduction>> = {
  sum: defineReduction("a", "a + b", null, { accumulator: sumDtype, identity: () => 0 }),
  mean: defineReduction("a", "a + b", "a / n", { accumulator: sumDtype, identity: () => 0 }),
  nansum: defineReduction("isnan(a) ? 0 : a", "a + b", null, { accumulator: sumDtype, identity: () => 0 }),
  prod: defineReduction("a", "a * b", null, { accumulator: productDtype, identity: () => 1 }),
  amin: defineReduction("a", "min(a, b)", null, { accumulator: ownDtype, identity: highest }),
  amax: defineReduction("a", "max(a, b)", null, { accumulator: ownDtype, identity: lowest }),
  any: defineReduction("a", "a || b", null, { accumulator: () => bool, identity: () => false }),
  all: defineReduction("a", "a && b", null, { accumulator: () => bool, identity: () => true }),
  count_nonzero: defineReduction("bool(a)", "a + b", null, {
    elementDtype: (input) => input,
    accumulator: () => float64,
    identity: () => 0,
  }),
};

/** Shared: reductions do not nest. */
const geometry = new Geometry();

/**
 * Reduces `dims` of `input` into `out`.
 *
 * Floating point accumulates in double precision, integers exactly modulo 2^64.
 * @param out - dense, one element per kept element of `input`, in their order
 * @param dims - sorted dimensions, counted from the front
 */
export function reduce(kind: ReduceKind, out: ArrayView, input: ArrayView, dims: readonly number[]): void {
  geometry.set(input, dims);
  fold(REDUCTIONS[kind], out, input, geometry, [], kind === "mean" ? [geometry.reduced] : []);
}

/**
 * Folds `input` into `out`.
 * @param scalars - of the element program
 * @param last - scalars of the finishing program
 */
export function fold(
  reduction: Reduction,
  out: ArrayView,
  input: ArrayView,
  dims: Geometry,
  scalars: readonly number[],
  last: readonly Scalar[],
): void {
  const accumulator = reduction.accumulator(input.dtype, out.dtype, dims.reduced);
  const direct = accumulator === out.dtype;
  const { lanes } = accumulator;
  const target = direct ? out.array : new accumulator.ArrayType(dims.kept * lanes);
  const base = direct ? out.offset * lanes : 0;
  foldInto(reduction, target, base, accumulator, input, dims, null, scalars);
  if (direct && reduction.finish === null) return;
  const view = direct ? out : denseView(target, accumulator, out.shape);
  if (reduction.finish === null) copy(out, view);
  else map(reduction.finish, accumulator, out, [view], last);
}

/** Folds `input` into `dims.kept` accumulators from entry `base` of `target` on. */
export function foldInto(
  reduction: Reduction,
  target: TypedArray,
  base: number,
  accumulator: DType,
  input: ArrayView,
  dims: Geometry,
  aux: TypedArray | null,
  scalars: readonly number[],
): void {
  const { lanes } = accumulator;
  const identity = entryOf(reduction.identity(accumulator), accumulator);
  if (lanes === 1) (target as Float64Array).fill(identity as number, base, base + dims.kept);
  else {
    for (let i = 0; i < dims.kept; i++) {
      target[base + 2 * i] = identity as number;
      target[base + 2 * i + 1] = 0;
    }
  }
  const kernel = kernelFor(reduction, input.dtype, accumulator);
  const loop = dims.sweepsKept ? kernel.sweeping : kernel.byAccumulator;
  const array = input.array;
  const { m, mStep, n, nStep } = dims;
  const initial = accumulator.category === 0 ? identity === 1 : identity;
  dims.run((at, result) => {
    loop(array, at, m, mStep, n, nStep, target, base + result * lanes, aux, scalars, initial);
  });
}

function kernelFor(reduction: Reduction, input: DType, accumulator: DType): FoldKernel {
  const index = input.id * 16 + accumulator.id;
  let kernel = reduction.kernels[index];
  if (kernel === undefined) {
    const { element, combine, elementDtype } = reduction;
    kernel = new FoldKernel({
      element,
      elementDtype: elementDtype === undefined ? accumulator : elementDtype(input),
      combine,
      input,
      accumulator,
    });
    reduction.kernels[index] = kernel;
  }
  return kernel;
}

/** `value` as an array entry of `dtype`. */
function entryOf(value: Scalar, dtype: DType): number | bigint {
  return dtype === int64 ? BigInt(value as number) : Number(value);
}

export function denseView(array: TypedArray, dtype: DType, shape: readonly number[]): ArrayView {
  return { array, shape, strides: contiguousStrides(shape), offset: 0, dtype };
}
