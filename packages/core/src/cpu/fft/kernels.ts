import type { Kernels } from "../../dispatch/backend.ts";
import { type ArrayView, commit, denseDoubles, type Numbers, numelOf, outValues, partOf } from "../view.ts";
import { planOf } from "./plan.ts";

/** Complex values in row-major order. */
interface Grid {
  readonly shape: readonly number[];
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function gridOf(view: ArrayView): Grid {
  const { shape } = view;
  if (!view.dtype.is_complex) return { shape, re: denseDoubles(view), im: new Float64Array(numelOf(shape)) };
  return { shape, re: denseDoubles(partOf(view, 0)), im: denseDoubles(partOf(view, 1)) };
}

function emptyGrid(shape: readonly number[]): Grid {
  return { shape, re: new Float64Array(numelOf(shape)), im: new Float64Array(numelOf(shape)) };
}

/** Transforms along one dimension in place, without scale. */
function along(grid: Grid, dim: number, forward: boolean): void {
  const { shape, re, im } = grid;
  const n = shape[dim]!;
  const step = numelOf(shape.slice(dim + 1));
  const outer = numelOf(shape.slice(0, dim));
  if (n <= 1 || re.length === 0) return;
  const plan = planOf(n);
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < step; i++) {
      const start = o * n * step + i;
      for (let j = 0, at = start; j < n; j++, at += step) {
        x[j] = re[at]!;
        y[j] = im[at]!;
      }
      if (forward) plan.run(x, y);
      else plan.run(y, x);
      for (let j = 0, at = start; j < n; j++, at += step) {
        re[at] = x[j]!;
        im[at] = y[j]!;
      }
    }
  }
}

/** `grid` with dimension `dim` cut to its first `size` entries. */
function cut(grid: Grid, dim: number, size: number): Grid {
  const n = grid.shape[dim]!;
  const result = emptyGrid(grid.shape.with(dim, size));
  const step = numelOf(grid.shape.slice(dim + 1));
  const outer = numelOf(grid.shape.slice(0, dim));
  for (let o = 0; o < outer; o++) {
    const from = o * n * step;
    result.re.set(grid.re.subarray(from, from + size * step), o * size * step);
    result.im.set(grid.im.subarray(from, from + size * step), o * size * step);
  }
  return result;
}

/** The whole of a spectrum of real values from its first half: x[n - k] = conj x[k]. */
function mirrored(grid: Grid, dim: number, n: number): Grid {
  const half = grid.shape[dim]!;
  const result = emptyGrid(grid.shape.with(dim, n));
  const step = numelOf(grid.shape.slice(dim + 1));
  const outer = numelOf(grid.shape.slice(0, dim));
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < n; k++) {
      const source = k < half ? k : n - k;
      // The first entry, and the middle one of an even length, are their own conjugates.
      const sign = k === 0 || 2 * k === n ? 0 : k < half ? 1 : -1;
      for (let i = 0; i < step; i++) {
        const from = (o * half + source) * step + i;
        const to = (o * n + k) * step + i;
        result.re[to] = grid.re[from]!;
        result.im[to] = sign * grid.im[from]!;
      }
    }
  }
  return result;
}

function storeComplex(out: ArrayView, { re, im }: Grid, scale: number): void {
  const array = out.array as Numbers;
  for (let i = 0, at = 2 * out.offset; i < re.length; i++, at += 2) {
    array[at] = re[i]! * scale;
    array[at + 1] = im[i]! * scale;
  }
}

function c2c(out: ArrayView, input: ArrayView, dims: readonly number[], scale: number, forward: boolean): void {
  const grid = gridOf(input);
  for (const dim of dims) along(grid, dim, forward);
  storeComplex(out, grid, scale);
}

function r2c(out: ArrayView, input: ArrayView, dims: readonly number[], scale: number): void {
  const last = dims.at(-1)!;
  const grid = gridOf(input);
  along(grid, last, true);
  const half = cut(grid, last, out.shape[last]!);
  for (const dim of dims.slice(0, -1)) along(half, dim, true);
  storeComplex(out, half, scale);
}

function c2r(out: ArrayView, input: ArrayView, dims: readonly number[], scale: number): void {
  const last = dims.at(-1)!;
  const grid = gridOf(input);
  for (const dim of dims.slice(0, -1)) along(grid, dim, false);
  const full = mirrored(grid, last, out.shape[last]!);
  along(full, last, false);
  const values = outValues(out);
  for (let i = 0; i < values.length; i++) values[i] = full.re[i]! * scale;
  commit(out, values);
}

/** Fourier transforms over several dimensions: complex, of real values to half a spectrum, and back; outputs are dense. */
export const fftKernels: Kernels = { _fft_c2c: c2c, _fft_r2c: r2c, _fft_c2r: c2r };
