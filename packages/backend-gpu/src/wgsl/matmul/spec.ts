import type { Element, Operand, Param } from "../kernel.ts";
import { f32, load } from "../source.ts";

/**
 * `batch` products of `a` [m, k] and `b` [k, n] into `out`. Operands lie row-major in the order given here; a transposed one is
 * [k, m] or [n, k].
 */
export interface MatmulSpec {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly type: Element;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Whether `a` and `b` have a matrix for every product, or one for all. */
  readonly batchedA: boolean;
  readonly batchedB: boolean;
  /** Whether they are contiguous from element 0 on, so that four elements may be read at once. */
  readonly vectorsA: boolean;
  readonly vectorsB: boolean;
  /** `out = alpha * (a @ b) + beta * bias`, where `bias` has (after broadcasting) the shape of `out`; only a @ b when null. */
  readonly affine: { readonly alpha: number; readonly beta: number } | null;
}

/** The operand of the affine part. With beta = 0 the bias does not count, not even its NaN. */
export function biasOf({ affine, type }: MatmulSpec): readonly Operand[] {
  return affine === null || affine.beta === 0 ? [] : [load("bias", type)];
}

export function affineParams({ affine, type }: MatmulSpec): readonly Param[] {
  if (affine === null) return [];
  if (type === "f32") return [f32("alpha", affine.alpha), f32("beta", affine.beta)];
  return [
    ["alpha", type, affine.alpha],
    ["beta", type, affine.beta],
  ];
}

/** Stores a sum with the affine part. */
export function finish({ affine, type }: MatmulSpec, out: string, index: string, sum: string): string {
  if (affine === null) return `${out}_store(${index}, ${sum});`;
  if (affine.beta === 0) return `${out}_store(${index}, p.alpha * ${sum});`;
  const plain = affine.alpha === 1 && affine.beta === 1;
  const value = plain ? `${sum} + bias_load(${index})` : `p.alpha * ${sum} + p.beta * bias_load(${index})`;
  return `${out}_store(${index}, ${type}(${value}));`;
}
