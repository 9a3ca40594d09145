/** Rows and columns of a block that is read along its rows and written along its columns: so many lines of the first cache. */
const SIDE: i32 = 8;

/** Four rows of eight floats, `step` bytes apart, as eight rows of four, `toStep` bytes apart. @inline */
function four(from: usize, step: usize, to: usize, toStep: usize): void {
  const r1 = from + step;
  const r2 = r1 + step;
  const r3 = r2 + step;
  for (let half: usize = 0; half < 32; half += 16) {
    const a = v128.load(from + half);
    const b = v128.load(r1 + half);
    const c = v128.load(r2 + half);
    const d = v128.load(r3 + half);
    const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
    to += toStep;
    v128.store(to, v128.shuffle<i64>(ab0, cd0, 1, 3));
    to += toStep;
    v128.store(to, v128.shuffle<i64>(ab1, cd1, 0, 2));
    to += toStep;
    v128.store(to, v128.shuffle<i64>(ab1, cd1, 1, 3));
    to += toStep;
  }
}

function scalars<T>(rows: i32, columns: i32, from: usize, step: usize, to: usize, toStep: usize): void {
  for (let j = 0; j < columns; j++) {
    let get = from + <usize>j * sizeof<T>();
    let put = to + <usize>j * toStep;
    for (let i = 0; i < rows; i++) {
      store<T>(put, load<T>(get));
      get += step;
      put += sizeof<T>();
    }
  }
}

function blocks<T>(rows: i32, columns: i32, from: usize, step: usize, to: usize, toStep: usize): void {
  for (let j = 0; j < columns; j += SIDE) {
    const width = min(SIDE, columns - j);
    let i = 0;
    if (sizeof<T>() == 4 && width == SIDE) {
      for (; i + 4 <= rows; i += 4) four(from + <usize>i * step, step, to + ((<usize>i) << 2), toStep);
    }
    for (; i < rows; i += SIDE) {
      const height = min(SIDE, rows - i);
      scalars<T>(height, width, from + <usize>i * step, step, to + <usize>i * sizeof<T>(), toStep);
    }
    from += <usize>SIDE * sizeof<T>();
    to += <usize>SIDE * toStep;
  }
}

/** to[columns][rows] = from[rows][columns], elements of 1, 2, 4 or 8 bytes; rows are `step` and `toStep` bytes apart. */
export function transpose(
  item: i32,
  rows: i32,
  columns: i32,
  from: usize,
  step: usize,
  to: usize,
  toStep: usize,
): void {
  if (item == 4) blocks<u32>(rows, columns, from, step, to, toStep);
  else if (item == 8) blocks<u64>(rows, columns, from, step, to, toStep);
  else if (item == 2) blocks<u16>(rows, columns, from, step, to, toStep);
  else blocks<u8>(rows, columns, from, step, to, toStep);
}
