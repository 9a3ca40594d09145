/**
 * Operands of a product copied into strips that the micro-kernel reads in sequence: A in strips of MR rows, B in
 * strips of 8 columns, both k steps long and filled up with zeros. Strides are in bytes.
 */

/** Transposes the 4x4 floats at the four rows and stores row j of the result at `to + j * step`. */
export function transpose4(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, step: usize): void {
  const t0 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const t3 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(t0, t2, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(t0, t2, 1, 3));
  v128.store(to + 2 * step, v128.shuffle<i64>(t1, t3, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(t1, t3, 1, 3));
}

/** Strips of `mr` rows of a[m][k], times `alpha`. */
export function packA(m: i32, k: i32, a: usize, rows: isize, columns: isize, mr: i32, alpha: f32, to: usize): void {
  const step = <usize>mr * 4;
  for (let i = 0; i < m; i += mr) {
    const count = min(mr, m - i);
    let at = to;
    let from = a + i * rows;
    if (count == mr && rows == 4 && alpha == 1) {
      // Columns of a lie together: the strip is a copy.
      for (let p = 0; p < k; p++) {
        v128.store(at, v128.load(from));
        store<f32>(at, load<f32>(from, 16), 16);
        if (mr == 6) store<f32>(at, load<f32>(from, 20), 20);
        at += step;
        from += columns;
      }
    } else {
      for (let r = 0; r < mr; r++) {
        let put = to + r * 4;
        if (r >= count) {
          for (let p = 0; p < k; p++) {
            store<f32>(put, 0);
            put += step;
          }
        } else {
          let get = from + r * rows;
          for (let p = 0; p < k; p++) {
            store<f32>(put, load<f32>(get) * alpha);
            put += step;
            get += columns;
          }
        }
      }
    }
    to += <usize>k * step;
  }
}

/** Strips of 8 columns of b[k][n]. */
export function packB(k: i32, n: i32, b: usize, rows: isize, columns: isize, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    const count = min(8, n - j);
    const from = b + j * columns;
    if (count == 8 && columns == 4) {
      let at = to;
      let get = from;
      for (let p = 0; p < k; p++) {
        v128.store(at, v128.load(get));
        v128.store(at, v128.load(get, 16), 16);
        at += 32;
        get += rows;
      }
    } else if (count == 8 && rows == 4) {
      transposeStrip(k, from, columns, to);
    } else {
      for (let c = 0; c < 8; c++) {
        let at = to + c * 4;
        if (c >= count) {
          for (let p = 0; p < k; p++) {
            store<f32>(at, 0);
            at += 32;
          }
        } else {
          let get = from + c * columns;
          for (let p = 0; p < k; p++) {
            store<f32>(at, load<f32>(get));
            at += 32;
            get += rows;
          }
        }
      }
    }
    to += <usize>k * 32;
  }
}

/** Eight rows `step` bytes apart, of k floats each, as k rows of eight. */
export function transposeStrip(k: i32, from: usize, step: isize, to: usize): void {
  const r1 = from + step;
  const r2 = r1 + step;
  const r3 = r2 + step;
  const r4 = r3 + step;
  const r5 = r4 + step;
  const r6 = r5 + step;
  const r7 = r6 + step;
  let p: usize = 0;
  const whole = <usize>(k & ~3) * 4;
  for (; p < whole; p += 16) {
    transpose4(v128.load(from + p), v128.load(r1 + p), v128.load(r2 + p), v128.load(r3 + p), to, 32);
    transpose4(v128.load(r4 + p), v128.load(r5 + p), v128.load(r6 + p), v128.load(r7 + p), to + 16, 32);
    to += 128;
  }
  const end = <usize>k * 4;
  for (; p < end; p += 4) {
    store<f32>(to, load<f32>(from + p));
    store<f32>(to, load<f32>(r1 + p), 4);
    store<f32>(to, load<f32>(r2 + p), 8);
    store<f32>(to, load<f32>(r3 + p), 12);
    store<f32>(to, load<f32>(r4 + p), 16);
    store<f32>(to, load<f32>(r5 + p), 20);
    store<f32>(to, load<f32>(r6 + p), 24);
    store<f32>(to, load<f32>(r7 + p), 28);
    to += 32;
  }
}

/**
 * Strips of 8 columns of the unfolded image: entry (p, j) is the float at image + taps[p] + places[j]. Both tables hold
 * bytes.
 */
export function packImage(k: i32, n: i32, image: usize, taps: usize, places: usize, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    const count = min(8, n - j);
    const first = image + load<i32>(places);
    if (count == 8 && load<i32>(places, 28) - load<i32>(places) == 28) {
      for (let p = 0; p < k; p++) {
        const get = first + load<i32>(taps + ((<usize>p) << 2));
        v128.store(to, v128.load(get));
        v128.store(to, v128.load(get, 16), 16);
        to += 32;
      }
    } else if (count == 8) {
      const o1 = image + load<i32>(places, 4);
      const o2 = image + load<i32>(places, 8);
      const o3 = image + load<i32>(places, 12);
      const o4 = image + load<i32>(places, 16);
      const o5 = image + load<i32>(places, 20);
      const o6 = image + load<i32>(places, 24);
      const o7 = image + load<i32>(places, 28);
      const left = o3 - first == 12;
      const right = o7 - o4 == 12;
      for (let p = 0; p < k; p++) {
        const t = <usize>load<i32>(taps + ((<usize>p) << 2));
        if (left) v128.store(to, v128.load(first + t));
        else {
          store<f32>(to, load<f32>(first + t));
          store<f32>(to, load<f32>(o1 + t), 4);
          store<f32>(to, load<f32>(o2 + t), 8);
          store<f32>(to, load<f32>(o3 + t), 12);
        }
        if (right) v128.store(to, v128.load(o4 + t), 16);
        else {
          store<f32>(to, load<f32>(o4 + t), 16);
          store<f32>(to, load<f32>(o5 + t), 20);
          store<f32>(to, load<f32>(o6 + t), 24);
          store<f32>(to, load<f32>(o7 + t), 28);
        }
        to += 32;
      }
    } else {
      for (let p = 0; p < k; p++) {
        const get = image + load<i32>(taps + ((<usize>p) << 2));
        for (let c = 0; c < 8; c++) {
          store<f32>(to + (c << 2), c < count ? load<f32>(get + load<i32>(places + (c << 2))) : 0);
        }
        to += 32;
      }
    }
    places += 32;
  }
}

/** Strips of 8 taps of the unfolded image, transposed: entry (p, j) is the float at image + places[p] + taps[j]. */
export function packImageT(k: i32, n: i32, image: usize, taps: usize, places: usize, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    const count = min(8, n - j);
    if (count == 8) {
      const i0 = image + load<i32>(taps);
      const i1 = image + load<i32>(taps, 4);
      const i2 = image + load<i32>(taps, 8);
      const i3 = image + load<i32>(taps, 12);
      const i4 = image + load<i32>(taps, 16);
      const i5 = image + load<i32>(taps, 20);
      const i6 = image + load<i32>(taps, 24);
      const i7 = image + load<i32>(taps, 28);
      let at = places;
      let p = 0;
      while (p < k) {
        const o = <usize>load<i32>(at);
        if (p + 4 <= k && load<i32>(at, 12) - load<i32>(at) == 12) {
          transpose4(v128.load(i0 + o), v128.load(i1 + o), v128.load(i2 + o), v128.load(i3 + o), to, 32);
          transpose4(v128.load(i4 + o), v128.load(i5 + o), v128.load(i6 + o), v128.load(i7 + o), to + 16, 32);
          to += 128;
          at += 16;
          p += 4;
        } else {
          store<f32>(to, load<f32>(i0 + o));
          store<f32>(to, load<f32>(i1 + o), 4);
          store<f32>(to, load<f32>(i2 + o), 8);
          store<f32>(to, load<f32>(i3 + o), 12);
          store<f32>(to, load<f32>(i4 + o), 16);
          store<f32>(to, load<f32>(i5 + o), 20);
          store<f32>(to, load<f32>(i6 + o), 24);
          store<f32>(to, load<f32>(i7 + o), 28);
          to += 32;
          at += 4;
          p++;
        }
      }
    } else {
      for (let p = 0; p < k; p++) {
        const get = image + load<i32>(places + ((<usize>p) << 2));
        for (let c = 0; c < 8; c++) {
          store<f32>(to + (c << 2), c < count ? load<f32>(get + load<i32>(taps + (c << 2))) : 0);
        }
        to += 32;
      }
    }
    taps += 32;
  }
}
