import type { TypedArray } from "../../dtype/dtype.ts";
import { type ArrayView, commit, denseDoubles, denseValues, elementOffsets, type Numbers, outValues } from "../view.ts";
import { gemm } from "./gemm.ts";
import { denseBigInts, mmBigInt, productsAreExact } from "./integer.ts";

/** out [m, n] = a [m, k] times b [k, n]. Any strides, any dtype but bool; all three have the same dtype. */
export function mm(out: ArrayView, a: ArrayView, b: ArrayView): void {
  const { array: c, strides: sc } = out;
  if (out.dtype.lanes === 1 && (c instanceof Float32Array || c instanceof Float64Array)) {
    const m = a.shape[0]!;
    const k = a.shape[1]!;
    const n = b.shape[1]!;
    gemm(
      m,
      n,
      k,
      a.array as Numbers,
      a.offset,
      a.strides[0]!,
      a.strides[1]!,
      b.array as Numbers,
      b.offset,
      b.strides[0]!,
      b.strides[1]!,
      c,
      out.offset,
      sc[0]!,
      sc[1]!,
      1,
      false,
    );
    return;
  }
  bmm(batched(out), batched(a), batched(b));
}

/** out [batch, m, n] = a [batch, m, k] times b [batch, k, n]; batch strides may be 0. */
export function bmm(out: ArrayView, a: ArrayView, b: ArrayView): void {
  if (out.dtype.is_complex) bmmComplex(out, a, b);
  else if (out.dtype.category < 2) bmmInteger(out, a, b);
  else if (out.array instanceof Float32Array || out.array instanceof Float64Array) bmmInto(out, out.array, a, b);
  else {
    const values = outValues(out);
    bmmInto(rowMajor(out, values), values, decoded(a), decoded(b));
    commit(out, values);
  }
}

/**
 * out [m, n] = beta * bias + alpha * (a [m, k] times b [k, n]) for float32 and float64; `bias` is broadcast
 * to [m, n] (give expanded dimensions stride 0) and not read when `beta` is 0.
 */
export function addmm(out: ArrayView, bias: ArrayView, a: ArrayView, b: ArrayView, beta = 1, alpha = 1): void {
  const m = a.shape[0]!;
  const k = a.shape[1]!;
  const n = b.shape[1]!;
  const c = out.array as Numbers;
  const cRow = out.strides[0]!;
  const cColumn = out.strides[1]!;
  if (beta !== 0) {
    const x = bias.array as Numbers;
    const rank = bias.shape.length;
    const row = rank === 2 && bias.shape[0] !== 1 ? bias.strides[0]! : 0;
    const column = rank > 0 && bias.shape[rank - 1] !== 1 ? bias.strides[rank - 1]! : 0;
    for (let i = 0; i < m; i++) {
      let from = bias.offset + i * row;
      let to = out.offset + i * cRow;
      for (let j = 0; j < n; j++) {
        c[to] = beta * x[from]!;
        from += column;
        to += cColumn;
      }
    }
  }
  gemm(
    m,
    n,
    k,
    a.array as Numbers,
    a.offset,
    a.strides[0]!,
    a.strides[1]!,
    b.array as Numbers,
    b.offset,
    b.strides[0]!,
    b.strides[1]!,
    c,
    out.offset,
    cRow,
    cColumn,
    alpha,
    beta !== 0,
  );
}

function bmmInto(out: ArrayView, c: Numbers, a: ArrayView, b: ArrayView): void {
  const batch = out.shape[0]!;
  const m = a.shape[1]!;
  const k = a.shape[2]!;
  const n = b.shape[2]!;
  const sa = a.strides;
  const sb = b.strides;
  const sc = out.strides;
  for (let i = 0; i < batch; i++) {
    gemm(
      m,
      n,
      k,
      a.array as Numbers,
      a.offset + i * sa[0]!,
      sa[1]!,
      sa[2]!,
      b.array as Numbers,
      b.offset + i * sb[0]!,
      sb[1]!,
      sb[2]!,
      c,
      out.offset + i * sc[0]!,
      sc[1]!,
      sc[2]!,
      1,
      false,
    );
  }
}

/** Four real products over the interleaved parts. */
function bmmComplex(out: ArrayView, a: ArrayView, b: ArrayView): void {
  const batch = out.shape[0]!;
  const m = a.shape[1]!;
  const k = a.shape[2]!;
  const n = b.shape[2]!;
  const sa = a.strides;
  const sb = b.strides;
  const sc = out.strides;
  for (let i = 0; i < batch; i++) {
    for (let part = 0; part < 4; part++) {
      const pa = part & 1;
      const pb = part >> 1;
      gemm(
        m,
        n,
        k,
        a.array as Numbers,
        2 * (a.offset + i * sa[0]!) + pa,
        2 * sa[1]!,
        2 * sa[2]!,
        b.array as Numbers,
        2 * (b.offset + i * sb[0]!) + pb,
        2 * sb[1]!,
        2 * sb[2]!,
        out.array as Numbers,
        2 * (out.offset + i * sc[0]!) + (pa ^ pb),
        2 * sc[1]!,
        2 * sc[2]!,
        pa & pb ? -1 : 1,
        part > 1,
      );
    }
  }
}

/** Through double precision where that is exact, else with wrapping 64-bit arithmetic. */
function bmmInteger(out: ArrayView, a: ArrayView, b: ArrayView): void {
  const batch = out.shape[0]!;
  const m = a.shape[1]!;
  const k = a.shape[2]!;
  const n = b.shape[2]!;
  const x = denseDoubles(a);
  const y = denseDoubles(b);
  if (productsAreExact(x, y, k)) {
    const values = new Float64Array(batch * m * n);
    bmmInto(rowMajor(out, values), values, rowMajor(a, x), rowMajor(b, y));
    commit(out, values);
    return;
  }
  const ax = denseBigInts(a);
  const by = denseBigInts(b);
  const sums = new BigInt64Array(batch * m * n);
  for (let i = 0; i < batch; i++) mmBigInt(m, n, k, ax, i * m * k, by, i * k * n, sums, i * m * n);
  const offsets = elementOffsets(out.shape, out.strides, out.offset);
  const target = out.array;
  if (target instanceof BigInt64Array)
    sums.forEach((sum, i) => {
      target[offsets[i]!] = sum;
    });
  else
    sums.forEach((sum, i) => {
      (target as Int32Array)[offsets[i]!] = Number(BigInt.asIntN(32, sum));
    });
}

function batched(view: ArrayView): ArrayView {
  return { ...pick(view), shape: [1, ...view.shape], strides: [0, ...view.strides] };
}

function pick(view: ArrayView): ArrayView {
  return { array: view.array, shape: view.shape, strides: view.strides, offset: view.offset, dtype: view.dtype };
}

function rowMajor(view: ArrayView, values: TypedArray): ArrayView {
  const [, m, n] = view.shape as [number, number, number];
  return { array: values, shape: view.shape, strides: [m * n, n, 1], offset: 0, dtype: view.dtype };
}

function decoded(view: ArrayView): ArrayView {
  return rowMajor(view, denseValues(view));
}
