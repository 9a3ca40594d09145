/** Cotangents by formula (README.md, "Gradients"). */

import { type Elements, isComplex, numel } from "./elements.ts";

/** `cos(0.7 i + 0.3 + k)` for output k at flat index i; complex outputs get j times the sine as well. */
export function cotangent(shape: readonly number[], dtype: string, k: number): Elements {
  const angles = Float64Array.from({ length: numel(shape) }, (_, i) => 0.7 * i + 0.3 + k);
  const re = angles.map(Math.cos);
  return { dtype, shape, re, ...(isComplex(dtype) && { im: angles.map(Math.sin) }) };
}

/** `sin(0.5 i + 0.2 + j)` for the gradient of leaf j at flat index i. */
export function secondWeight(shape: readonly number[], dtype: string, j: number): Elements {
  return {
    dtype,
    shape,
    re: Float64Array.from({ length: numel(shape) }, (_, i) => Math.sin(0.5 * i + 0.2 + j)),
  };
}

export function ones(shape: readonly number[], dtype: string): Elements {
  const re = new Float64Array(numel(shape)).fill(1);
  return { dtype, shape, re, ...(isComplex(dtype) && { im: new Float64Array(numel(shape)) }) };
}
