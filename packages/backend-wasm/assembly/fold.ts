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
