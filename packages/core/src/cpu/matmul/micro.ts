/**
 * tile (4x4, row-major) = A panel * B panel, both packed as [k][4] in float64.
 *
 * Sixteen accumulators in locals and `| 0` on every index (V8 then drops its overflow checks) make
 * this about twice as fast as the plain triple loop; products are summed in double precision.
 */
export function micro4x4(
  a: Float64Array,
  ao: number,
  b: Float64Array,
  bo: number,
  k: number,
  tile: Float64Array,
): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0;
  let c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  let i = ao | 0;
  let j = bo | 0;
  const end = (i + 4 * k) | 0;
  while (i < end) {
    const b0 = b[j]!;
    const b1 = b[(j + 1) | 0]!;
    const b2 = b[(j + 2) | 0]!;
    const b3 = b[(j + 3) | 0]!;
    const a0 = a[i]!;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = a[(i + 1) | 0]!;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = a[(i + 2) | 0]!;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = a[(i + 3) | 0]!;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
    i = (i + 4) | 0;
    j = (j + 4) | 0;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c03;
  tile[4] = c10;
  tile[5] = c11;
  tile[6] = c12;
  tile[7] = c13;
  tile[8] = c20;
  tile[9] = c21;
  tile[10] = c22;
  tile[11] = c23;
  tile[12] = c30;
  tile[13] = c31;
  tile[14] = c32;
  tile[15] = c33;
}
