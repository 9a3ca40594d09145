import { bool } from "../../dtype/index.ts";
import { gemm } from "../matmul/gemm.ts";
import { expandTo } from "../index/offsets.ts";
import { type ArrayView, denseValues, elementOffsets, numelOf, type Numbers, outValues } from "../view.ts";

type Maybe = ArrayView | null;

/** What a head is computed from; matrices are row-major in `values`, a head after the other. */
interface Heads {
  readonly count: number;
  readonly m: number;
  readonly n: number;
  readonly width: number;
  readonly depth: number;
  readonly q: Numbers;
  readonly k: Numbers;
  readonly v: Numbers;
  /** Adds the mask to the scores of a head. */
  readonly hide: (head: number, scores: Float64Array) => void;
}

function headsOf(query: ArrayView, key: ArrayView, value: ArrayView, mask: Maybe, causal: boolean): Heads {
  const [m, width] = query.shape.slice(-2) as [number, number];
  const [n, depth] = value.shape.slice(-2) as [number, number];
  const lead = query.shape.slice(0, -2);
  const wide = mask === null ? null : expandTo(mask, [...lead, m, n]);
  const offsets = wide === null ? null : elementOffsets(wide.shape, wide.strides, wide.offset);
  const hide = (head: number, scores: Float64Array): void => {
    if (wide !== null) {
      const array = wide.array as Numbers;
      for (let i = 0; i < m * n; i++) {
        const entry = array[offsets![head * m * n + i]!]!;
        if (wide.dtype !== bool) scores[i]! += entry;
        else if (entry === 0) scores[i] = -Infinity;
      }
    }
    if (causal) for (let i = 0; i < m; i++) scores.fill(-Infinity, i * n + Math.min(i + 1, n), (i + 1) * n);
  };
  const [q, k, v] = [query, key, value].map(denseValues) as [Numbers, Numbers, Numbers];
  return { count: numelOf(lead), m, n, width, depth, q, k, v, hide };
}

/** Scores of a head before softmax. */
function scoresOf({ m, n, width, q, k, hide }: Heads, head: number, scale: number, scores: Float64Array): void {
  gemm(m, n, width, q, head * m * width, width, 1, k, head * n * width, 1, width, scores, 0, n, 1, scale, false);
  hide(head, scores);
}

/**
 * out = softmax(query key^T scale + mask) value over heads [..., length, size] of float32 or float64; a boolean mask is true
 * where attention is allowed. `shifts` [..., length, 2] keeps each row's maximum and the reciprocal of its sum.
 */
export function attention(
  [out, shifts]: readonly [ArrayView, ArrayView],
  query: ArrayView,
  key: ArrayView,
  value: ArrayView,
  mask: Maybe,
  causal: boolean,
  scale: number,
): void {
  const heads = headsOf(query, key, value, mask, causal);
  const { count, m, n, depth, v } = heads;
  const [to, kept] = [outValues(out), outValues(shifts)];
  const scores = new Float64Array(m * n);
  for (let h = 0; h < count; h++) {
    scoresOf(heads, h, scale, scores);
    for (let i = 0; i < m; i++) {
      const row = scores.subarray(i * n, (i + 1) * n);
      let top = -Infinity;
      for (let j = 0; j < n; j++) if (row[j]! > top) top = row[j]!;
      let total = 0;
      for (let j = 0; j < n; j++) total += row[j] = Math.exp(row[j]! - top);
      for (let j = 0; j < n; j++) row[j]! /= total;
      kept[2 * (h * m + i)] = top;
      kept[2 * (h * m + i) + 1] = 1 / total;
    }
    gemm(m, depth, n, scores, 0, n, 1, v, h * n * depth, depth, 1, to, h * m * depth, depth, 1, 1, false);
  }
}

/** Gradients of {@link attention} for query, key and value. */
export function attentionBackward(
  outs: readonly [ArrayView, ArrayView, ArrayView],
  grad: ArrayView,
  query: ArrayView,
  key: ArrayView,
  value: ArrayView,
  mask: Maybe,
  out: ArrayView,
  shifts: ArrayView,
  causal: boolean,
  scale: number,
): void {
  const heads = headsOf(query, key, value, mask, causal);
  const { count, m, n, width, depth, q, k, v } = heads;
  const [dq, dk, dv] = outs.map(outValues) as [Numbers, Numbers, Numbers];
  const [g, y, kept] = [grad, out, shifts].map(denseValues) as [Numbers, Numbers, Numbers];
  const p = new Float64Array(m * n);
  const slopes = new Float64Array(m * n);
  for (let h = 0; h < count; h++) {
    const [atQ, atK, atV, atG] = [h * m * width, h * n * width, h * n * depth, h * m * depth];
    scoresOf(heads, h, scale, p);
    gemm(m, n, depth, g, atG, depth, 1, v, atV, 1, depth, slopes, 0, n, 1, 1, false);
    for (let i = 0; i < m; i++) {
      const top = kept[2 * (h * m + i)]!;
      const factor = kept[2 * (h * m + i) + 1]!;
      let level = 0;
      for (let j = 0; j < depth; j++) level += g[atG + i * depth + j]! * y[atG + i * depth + j]!;
      for (let j = i * n; j < (i + 1) * n; j++) {
        p[j] = Math.exp(p[j]! - top) * factor;
        slopes[j] = p[j]! * (slopes[j]! - level) * scale;
      }
    }
    gemm(n, depth, m, p, 0, 1, n, g, atG, depth, 1, dv, atV, depth, 1, 1, false);
    gemm(m, width, n, slopes, 0, n, 1, k, atK, width, 1, dq, atQ, width, 1, 1, false);
    gemm(n, width, m, slopes, 0, 1, n, q, atQ, width, 1, dk, atK, width, 1, 1, false);
  }
}
