import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import { get_default_dtype, scalarTypeName, toComplex } from "../../dtype/index.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { callOp } from "../pointwise/formulas.ts";
import { c2c, c2r, r2c } from "./transforms.ts";

type Dims = readonly number[];

/** The factor of a transform over `count` points. */
export function normalisation(norm: string | null, count: number, forward: boolean): number {
  if (norm === null || norm === "backward") return forward ? 1 : 1 / count;
  if (norm === "forward") return forward ? 1 / count : 1;
  if (norm === "ortho") return 1 / Math.sqrt(count);
  throw new RuntimeError(`Invalid normalization mode: "${norm}"`);
}

/** Floating values of the input; complex ones if asked for. */
function promoted(input: Tensor, complex: boolean): Tensor {
  let { dtype } = input;
  if (dtype.category < 2) dtype = get_default_dtype();
  else if (dtype.itemsize === 2) throw new RuntimeError(`Unsupported dtype ${scalarTypeName(dtype)}`);
  if (complex) dtype = toComplex(dtype);
  return dtype === input.dtype ? input : input.to(dtype);
}

/** The input cut, or extended with zeros, to `sizes` along `dims`. */
function resized(input: Tensor, dims: Dims, sizes: readonly number[]): Tensor {
  let result = input;
  dims.forEach((dim, i) => {
    const size = sizes[i]!;
    if (size < 1) throw new RuntimeError(`Invalid number of data points (${size}) specified`);
    const now = result.shape[dim]!;
    if (size < now) result = result.narrow(dim, 0, size);
    else if (size > now) result = callOp("cat", [result, result.new_zeros(result.shape.with(dim, size - now))], dim);
  });
  return result;
}

const product = (sizes: readonly number[]): number => sizes.reduce((n, s) => n * s, 1);

interface Axes {
  readonly dims: Dims;
  readonly sizes: readonly number[];
  /** Whether the last size was given. */
  readonly lastGiven: boolean;
}

/** The dimensions of an n-dimensional transform and their sizes. */
function axesOf(input: Tensor, s: readonly number[] | null, dim: Dims | null): Axes {
  const rank = input.ndim;
  if (s !== null && dim !== null && s.length !== dim.length) {
    throw new RuntimeError("When given, dim and shape arguments must have the same length");
  }
  if (dim === null && s !== null && s.length > rank) {
    throw new RuntimeError(`Got shape with ${s.length} values but input tensor only has ${rank} dimensions.`);
  }
  const count = s?.length ?? rank;
  const dims =
    dim === null ? Array.from({ length: count }, (_, i) => rank - count + i) : dim.map((d) => checkedDim(d, rank));
  if (new Set(dims).size !== dims.length) throw new RuntimeError("FFT dims must be unique");
  const sizes = dims.map((d, i) => {
    const size = s?.[i] ?? -1;
    return size === -1 ? input.shape[d]! : size;
  });
  return { dims, sizes, lastGiven: s !== null && s.length > 0 && s.at(-1) !== -1 };
}

function checkedDim(dim: number, rank: number): number {
  if (rank === 0) {
    throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
  }
  return wrapDim(dim, rank);
}

function checkReal(name: string, input: Tensor): void {
  if (input.dtype.is_complex) {
    throw new RuntimeError(`${name} expects a real input tensor, but got ${scalarTypeName(input.dtype)}`);
  }
}

function checkAny(name: string, dims: Dims): void {
  if (dims.length === 0) throw new RuntimeError(`${name} must transform at least one axis`);
}

/** Complex to complex over `axes`. */
function complexTransform(input: Tensor, { dims, sizes }: Axes, norm: string | null, forward: boolean): Tensor {
  const x = resized(promoted(input, true), dims, sizes);
  const scale = normalisation(norm, product(sizes), forward);
  return dims.length === 0 ? x.clone() : (call(c2c, [x, dims, scale, forward]) as Tensor);
}

/** Real to half a spectrum over `axes`; not `forward`: its conjugate. */
function halfTransform(
  name: string,
  input: Tensor,
  { dims, sizes }: Axes,
  norm: string | null,
  forward: boolean,
): Tensor {
  checkReal(name, input);
  checkAny(name, dims);
  const x = resized(promoted(input, false), dims, sizes);
  const half = call(r2c, [x, dims, normalisation(norm, product(sizes), forward)]) as Tensor;
  return forward ? half : conj(half);
}

/** Half a spectrum (`forward`: its conjugate) to real over `axes`. */
function realTransform(
  name: string,
  input: Tensor,
  { dims, sizes, lastGiven }: Axes,
  norm: string | null,
  forward: boolean,
): Tensor {
  checkAny(name, dims);
  const size = lastGiven ? sizes.at(-1)! : 2 * (sizes.at(-1)! - 1);
  if (size < 1) throw new RuntimeError(`Invalid number of data points (${size}) specified`);
  const x = promoted(input, true);
  const half = resized(forward ? conj(x) : x, dims, sizes.with(dims.length - 1, Math.floor(size / 2) + 1));
  const scale = normalisation(norm, product(sizes.with(dims.length - 1, size)), forward);
  return call(c2r, [half, dims, scale, size]) as Tensor;
}

/** The axes of a one-dimensional transform. */
function axis(input: Tensor, n: number | null, dim: number): Axes {
  const at = wrapDim(dim, input.ndim);
  const size = n ?? input.shape[at] ?? 1;
  return { dims: [at], sizes: [size], lastGiven: n !== null };
}

type Transform = (name: string, input: Tensor, axes: Axes, norm: string | null) => Tensor;

/** Each transform in one dimension, two and any number. */
const FAMILIES: readonly (readonly [string, string, Transform])[] = [
  ["fft", "The discrete Fourier transform", (_name, x, axes, norm) => complexTransform(x, axes, norm, true)],
  ["ifft", "The inverse discrete Fourier transform", (_name, x, axes, norm) => complexTransform(x, axes, norm, false)],
  [
    "rfft",
    "The first half of the transform of real values",
    (name, x, axes, norm) => halfTransform(name, x, axes, norm, true),
  ],
  [
    "irfft",
    "The real values whose transform has the input as its first half",
    (name, x, axes, norm) => realTransform(name, x, axes, norm, false),
  ],
  [
    "hfft",
    "The real transform of values that are given by their first half and Hermitian symmetry",
    (name, x, axes, norm) => realTransform(name, x, axes, norm, true),
  ],
  [
    "ihfft",
    "The first half of the inverse transform of real values",
    (name, x, axes, norm) => halfTransform(name, x, axes, norm, false),
  ],
];

for (const [name, doc, transform] of FAMILIES) {
  defineOp({
    schema: `fft_${name}(Tensor input, int? n=None, int dim=-1, str? norm=None) -> Tensor`,
    doc: `${doc}, along \`dim\`; the input is cut or padded with zeros to \`n\`.`,
    namespace: "fft",
    variants: "function",
    decompose: (input: Tensor, n: number | null, dim: number, norm: string | null) => {
      if (input.ndim === 0) throw new RuntimeError("Invalid number of data points (0) specified");
      return transform(name, input, axis(input, n, dim), norm);
    },
  });
  defineOp({
    schema: `fft_${name}2(Tensor input, int[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor`,
    doc: `${doc}, over two dimensions.`,
    namespace: "fft",
    variants: "function",
    decompose: (input: Tensor, s: readonly number[] | null, dim: Dims, norm: string | null) =>
      transform(`${name}2`, input, axesOf(input, s, dim), norm),
  });
  defineOp({
    schema: `fft_${name}n(Tensor input, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor`,
    doc: `${doc}, over all dimensions or those of \`dim\`.`,
    namespace: "fft",
    variants: "function",
    decompose: (input: Tensor, s: readonly number[] | null, dim: Dims | null, norm: string | null) =>
      transform(`${name}n`, input, axesOf(input, s, dim), norm),
  });
}
