import { CPU, type Device } from "../../device.ts";
import { allocate } from "../../dispatch/allocate.ts";
import { get_default_device } from "../../dispatch/backend.ts";
import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import {
  Complex,
  complex64,
  complex128,
  type DType,
  float32,
  float64,
  get_default_dtype,
  readElement,
  type Scalar,
  toComplex,
  writeElement,
} from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { numelOf } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { cat } from "../join/cat.ts";

const TAIL =
  "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool requires_grad=False, bool pin_memory=False";
type Tail = [DType | null, unknown, Device | null, boolean, boolean];

/** A tensor whose row-major elements are `at(i)`, computed on the host. */
function generated(
  shape: readonly number[],
  dtype: DType,
  [, , device, requires_grad]: Tail,
  at: (i: number) => Scalar,
): Tensor {
  const host = allocate([...shape], dtype, CPU);
  for (let i = 0, n = numelOf(shape); i < n; i++) writeElement(host.array, dtype, i, at(i));
  const out = host.to(device ?? get_default_device());
  if (requires_grad) out.requires_grad = true;
  return out;
}

/** Rounds as a store to `dtype` does. */
function rounder(dtype: DType): (x: number) => number {
  if (dtype.category !== 2) return (x) => x;
  if (dtype === float32) return Math.fround;
  const cell = new dtype.ArrayType(1);
  return (x) => {
    writeElement(cell, dtype, 0, x);
    return readElement(cell, dtype, 0) as number;
  };
}

/** Values of `steps` points from `start` to `end`, exact at both ends as they are computed from the nearer one. */
function points(start: number, end: number, steps: number, dtype: DType): (i: number) => number {
  const round = rounder(dtype);
  const [a, b] = dtype.category === 1 ? [Math.trunc(start), Math.trunc(end)] : [round(start), round(end)];
  if (steps === 1) return () => a;
  const step = round((b - a) / (steps - 1));
  const half = Math.floor(steps / 2);
  // PyTorch computes the first points in blocks of 256 bits, two at a time, from each block's first point. It multiplies
  // and adds in one step, which doubles do for float32. Integers truncate once per block, and then each.
  const lanes = 32 / dtype.itemsize;
  const blocks = steps - (steps % (2 * lanes));
  const cut = dtype.category === 1 ? Math.trunc : round;
  return (i) => {
    const first = i < blocks ? i - (i % lanes) : i;
    const base = cut(first < half ? a + step * first : b - step * (steps - first - 1));
    return cut(base + round(step * (i - first)));
  };
}

const complexOf = (x: Scalar): Complex => (x instanceof Complex ? x : new Complex(Number(x), 0));

/** The dtype of evenly spaced points: complex when an end is. */
function pointsDtype(name: string, ends: readonly Scalar[], dtype: DType | null): DType {
  if (!ends.some((x) => x instanceof Complex)) return dtype ?? get_default_dtype();
  if (dtype !== null && !dtype.is_complex) {
    throw new RuntimeError(
      `torch.${name}(): inferred dtype ${toComplex(get_default_dtype()).name} can't be safely cast to passed dtype ${dtype.name}`,
    );
  }
  return dtype ?? toComplex(get_default_dtype());
}

function evenly(start: Scalar, end: Scalar, steps: number, dtype: DType): (i: number) => Scalar {
  if (dtype !== complex64 && dtype !== complex128) return points(Number(start), Number(end), steps, dtype);
  const [a, b] = [complexOf(start), complexOf(end)];
  const real = dtype === complex64 ? float32 : dtype;
  const re = points(a.re, b.re, steps, real);
  const im = points(a.im, b.im, steps, real);
  return (i) => new Complex(re(i), im(i));
}

function checkSteps(steps: number): void {
  if (steps < 0) throw new RuntimeError("number of steps must be non-negative");
}

defineOp({
  schema: `linspace(Scalar start, Scalar end, int steps, *, ${TAIL}) -> Tensor`,
  doc: "`steps` evenly spaced numbers from `start` to `end`, both included.",
  example: 'import { linspace } from "@tt/core";\nlinspace(0, 1, 5).tolist(); // [0, 0.25, 0.5, 0.75, 1]',
  variants: "function",
  decompose: (start: Scalar, end: Scalar, steps: number, ...tail: Tail) => {
    checkSteps(steps);
    const dtype = pointsDtype("linspace", [start, end], tail[0]);
    return generated([steps], dtype, tail, evenly(start, end, steps, dtype));
  },
});

function complexPower(base: number, { re, im }: Complex): Complex {
  const size = base ** re;
  const angle = im * Math.log(base);
  return new Complex(size * Math.cos(angle), size * Math.sin(angle));
}

defineOp({
  schema: `logspace(Scalar start, Scalar end, int steps, float base=10.0, *, ${TAIL}) -> Tensor`,
  doc: "`steps` numbers from `base ** start` to `base ** end`, evenly spaced on a logarithmic scale.",
  variants: "function",
  decompose: (start: Scalar, end: Scalar, steps: number, base: number, ...tail: Tail) => {
    checkSteps(steps);
    const dtype = pointsDtype("logspace", [start, end], tail[0]);
    // Exponents of integers are spaced between truncated ends, but not truncated themselves.
    const exponents = dtype.category === 1 ? float64 : dtype;
    const [a, b] = dtype.category === 1 ? [Math.trunc(Number(start)), Math.trunc(Number(end))] : [start, end];
    const at = evenly(a, b, steps, exponents);
    return generated([steps], dtype, tail, (i) => {
      const x = at(i);
      if (x instanceof Complex) return complexPower(base, x);
      return dtype.category === 1 ? Math.trunc(base ** (x as number)) : base ** (x as number);
    });
  },
});

defineOp({
  schema: `range(Scalar start, Scalar? end=None, Scalar step=1, *, ${TAIL}) -> Tensor`,
  doc: "Numbers from `start` up to and including `end`; `arange` is preferred.",
  variants: "function",
  decompose: (first: Scalar, last: Scalar | null, step: Scalar, ...tail: Tail) => {
    const [a, b] = last === null ? [0, Number(first)] : [Number(first), Number(last)];
    const s = Number(step);
    if (s === 0) throw new RuntimeError("step must be nonzero");
    if ((s > 0 && b < a) || (s < 0 && b > a)) {
      throw new RuntimeError("upper bound and larger bound inconsistent with step sign");
    }
    return generated([Math.floor((b - a) / s) + 1], tail[0] ?? get_default_dtype(), tail, (i) => a + i * s);
  },
});

for (const [overload, params] of [
  ["eye", "int n"],
  ["eye.m", "int n, int m"],
] as const) {
  defineOp({
    schema: `${overload}(${params}, *, ${TAIL}) -> Tensor`,
    doc: "A matrix of `n` rows (and `m` columns) with ones on the diagonal and zeros elsewhere.",
    variants: "function",
    decompose: (n: number, ...rest: unknown[]) => {
      const m = overload === "eye" ? n : (rest.shift() as number);
      if (n < 0) throw new RuntimeError(`n must be greater or equal to 0, got ${n}`);
      if (m < 0) throw new RuntimeError(`m must be greater or equal to 0, got ${m}`);
      const tail = rest as Tail;
      const dtype = tail[0] ?? get_default_dtype();
      return generated([n, m], dtype, tail, (i) => (i % (m + 1) === 0 && i < m * m ? 1 : 0));
    },
  });
}

defineOp({
  schema: "vander(Tensor x, int? N=None, bool increasing=False) -> Tensor",
  doc: "The Vandermonde matrix of a vector: its powers as columns.",
  variants: "function",
  out: false,
  decompose: (x: Tensor, N: number | null, increasing: boolean) => {
    if (x.ndim !== 1) throw new RuntimeError(`x must be a one-dimensional tensor.`);
    const n = N ?? x.shape[0]!;
    if (n < 0) throw new RuntimeError("N must be non-negative.");
    if (n === 0) return x.new_empty([x.shape[0]!, 0]);
    const powers = x
      .unsqueeze(1)
      .expand([x.shape[0]!, n - 1])
      .cumprod(1);
    const ones = x.new_ones([x.shape[0]!, 1], { dtype: powers.dtype });
    const all = call(cat, [[ones, powers], 1]) as Tensor;
    return increasing ? all : all.flip([1]);
  },
});
