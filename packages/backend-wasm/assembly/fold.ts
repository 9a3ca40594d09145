/** Helpers of convolutions. */

/** image[taps[p] + places[j]] += columns[p][j]; tables in bytes, `columns` dense. */
export function foldColumns(k: i32, n: i32, columns: usize, image: usize, taps: usize, places: usize): void {
  for (let p = 0; p < k; p++) {
    const base = image + load<i32>(taps + ((<usize>p) << 2));
    let j = 0;
    let at = places;
    while (j < n) {
      const to = base + load<i32>(at);
      if (j + 4 <= n && load<i32>(at, 12) - load<i32>(at) == 12) {
        v128.store(to, f32x4.add(v128.load(to), v128.load(columns)));
        columns += 16;
        at += 16;
        j += 4;
      } else {
        store<f32>(to, load<f32>(to) + load<f32>(columns));
        columns += 4;
        at += 4;
        j++;
      }
    }
  }
}

/** Rows of `width` floats between two blocks of three dimensions; steps in bytes. */
export function copyBlock(
  depth: i32,
  height: i32,
  width: i32,
  from: usize,
  fromPlane: isize,
  fromRow: isize,
  to: usize,
  toPlane: isize,
  toRow: isize,
): void {
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      memory.copy(to + z * toPlane + y * toRow, from + z * fromPlane + y * fromRow, (<usize>width) << 2);
    }
  }
}

/** rows x n floats, each row filled with its bias. */
export function fillRows(rows: i32, n: i32, bias: usize, c: usize): void {
  for (let r = 0; r < rows; r++) {
    const value = f32x4.splat(load<f32>(bias + ((<usize>r) << 2)));
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      v128.store(c, value);
      c += 16;
    }
    for (; j < n; j++) {
      store<f32>(c, f32x4.extract_lane(value, 0));
      c += 4;
    }
  }
}
