import type { Numbers } from "../view.ts";

/** {@link gemm} without packing: for tiny products and for products with a vector. */
export function smallGemm(
  m: number,
  n: number,
  k: number,
  a: Numbers,
  aOffset: number,
  aRow: number,
  aColumn: number,
  b: Numbers,
  bOffset: number,
  bRow: number,
  bColumn: number,
  c: Numbers,
  cOffset: number,
  cRow: number,
  cColumn: number,
  alpha: number,
  accumulate: boolean,
): void {
  for (let i = 0; i < m; i++) {
    const aStart = (aOffset + i * aRow) | 0;
    let at = (cOffset + i * cRow) | 0;
    let j = 0;
    for (; j + 3 < n; j += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let ia = aStart;
      let ib = (bOffset + j * bColumn) | 0;
      for (let p = 0; p < k; p++) {
        const x = a[ia]!;
        let jb = ib;
        s0 += x * b[jb]!;
        jb = (jb + bColumn) | 0;
        s1 += x * b[jb]!;
        jb = (jb + bColumn) | 0;
        s2 += x * b[jb]!;
        jb = (jb + bColumn) | 0;
        s3 += x * b[jb]!;
        ia = (ia + aColumn) | 0;
        ib = (ib + bRow) | 0;
      }
      s0 *= alpha;
      s1 *= alpha;
      s2 *= alpha;
      s3 *= alpha;
      c[at] = accumulate ? c[at]! + s0 : s0;
      at = (at + cColumn) | 0;
      c[at] = accumulate ? c[at]! + s1 : s1;
      at = (at + cColumn) | 0;
      c[at] = accumulate ? c[at]! + s2 : s2;
      at = (at + cColumn) | 0;
      c[at] = accumulate ? c[at]! + s3 : s3;
      at = (at + cColumn) | 0;
    }
    for (; j < n; j++) {
      let sum = 0;
      let ia = aStart;
      let ib = (bOffset + j * bColumn) | 0;
      for (let p = 0; p < k; p++) {
        sum += a[ia]! * b[ib]!;
        ia = (ia + aColumn) | 0;
        ib = (ib + bRow) | 0;
      }
      sum *= alpha;
      c[at] = accumulate ? c[at]! + sum : sum;
      at = (at + cColumn) | 0;
    }
  }
}
