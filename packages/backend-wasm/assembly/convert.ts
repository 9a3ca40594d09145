/**
 * How elements lie in memory, beyond the types that are computed in. The numbers are those of src/kernels/matmul/types.ts.
 */
export const PLAIN: i32 = 0;
/** Pairs of real and imaginary part. */
export const COMPLEX: i32 = 1;
export const BFLOAT16: i32 = 2;
export const FLOAT16: i32 = 3;
export const INT8: i32 = 4;
export const UINT8: i32 = 5;
export const INT16: i32 = 6;

/** The element at an address, stored as S, as a T. As S, u16 stands for bfloat16 and i16 for float16 where T is a float. */
export function read<T, S>(at: usize): T {
  if (isFloat<T>() && isInteger<S>()) {
    if (isSigned<S>()) return <T>fromHalf(<u32>load<u16>(at));
    return <T>reinterpret<f32>((<u32>load<u16>(at)) << 16);
  }
  return <T>load<S>(at);
}

/** {@link read}'s counterpart: rounds floats to the nearest, ties to even; integers keep their low bits. */
export function write<T, S>(at: usize, value: T): void {
  if (isFloat<T>() && isInteger<S>()) {
    if (isSigned<S>()) store<u16>(at, <u16>toHalf(<f32>value));
    else store<u16>(at, <u16>toBfloat16(<f32>value));
  } else store<S>(at, <S>value);
}

function fromHalf(bits: u32): f32 {
  const sign = (bits & 0x8000) << 16;
  const rest = bits & 0x7fff;
  // Subnormals count in steps of 2^-24; infinity and nan have all exponent bits set in both formats.
  if (rest < 0x400) return reinterpret<f32>(sign | reinterpret<u32>(<f32>rest * <f32>5.960464477539063e-8));
  return reinterpret<f32>(sign | ((rest << 13) + (rest >= 0x7c00 ? 0x70000000 : 0x38000000)));
}

function toHalf(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  const sign = (bits >> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  if (rest >= 0x47800000) return sign | 0x7c00;
  // Below 2^-14: adding 0.5 leaves the number in steps of 2^-24 in the low bits, rounded.
  if (rest < 0x38800000) return sign | (reinterpret<u32>(reinterpret<f32>(rest) + <f32>0.5) - 0x3f000000);
  return sign | ((rest - 0x38000000 + 0xfff + ((rest >> 13) & 1)) >> 13);
}

function toBfloat16(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

/**
 * to[m][n] (columns together) = from[m][n] times `factor`, with `lanes` numbers in each element. Steps in bytes; those of `from` may be
 * 0, for what is broadcast.
 */
function scaleAs<T, S>(
  m: i32,
  n: i32,
  lanes: i32,
  from: usize,
  row: isize,
  column: isize,
  factor: T,
  to: usize,
  toRow: isize,
): void {
  for (let i = 0; i < m; i++) {
    let get = from;
    let put = to;
    if (factor == 1) {
      for (let j = 0; j < n; j++) {
        for (let l: usize = 0; l < <usize>lanes; l++) {
          store<T>(put, read<T, S>(get + l * sizeof<S>()));
          put += sizeof<T>();
        }
        get += column;
      }
    } else {
      for (let j = 0; j < n; j++) {
        for (let l: usize = 0; l < <usize>lanes; l++) {
          store<T>(put, <T>(read<T, S>(get + l * sizeof<S>()) * factor));
          put += sizeof<T>();
        }
        get += column;
      }
    }
    from += row;
    to += toRow;
  }
}

export function scaleF32(
  kind: i32,
  m: i32,
  n: i32,
  from: usize,
  row: isize,
  column: isize,
  factor: f32,
  to: usize,
  toRow: isize,
): void {
  if (kind == BFLOAT16) scaleAs<f32, u16>(m, n, 1, from, row, column, factor, to, toRow);
  else if (kind == FLOAT16) scaleAs<f32, i16>(m, n, 1, from, row, column, factor, to, toRow);
  else scaleAs<f32, f32>(m, n, kind == COMPLEX ? 2 : 1, from, row, column, factor, to, toRow);
}

export function scaleF64(
  kind: i32,
  m: i32,
  n: i32,
  from: usize,
  row: isize,
  column: isize,
  factor: f64,
  to: usize,
  toRow: isize,
): void {
  scaleAs<f64, f64>(m, n, kind == COMPLEX ? 2 : 1, from, row, column, factor, to, toRow);
}

export function scaleI32(
  kind: i32,
  m: i32,
  n: i32,
  from: usize,
  row: isize,
  column: isize,
  factor: i32,
  to: usize,
  toRow: isize,
): void {
  if (kind == INT8) scaleAs<i32, i8>(m, n, 1, from, row, column, factor, to, toRow);
  else if (kind == UINT8) scaleAs<i32, u8>(m, n, 1, from, row, column, factor, to, toRow);
  else if (kind == INT16) scaleAs<i32, i16>(m, n, 1, from, row, column, factor, to, toRow);
  else scaleAs<i32, i32>(m, n, 1, from, row, column, factor, to, toRow);
}

export function scaleI64(
  _kind: i32,
  m: i32,
  n: i32,
  from: usize,
  row: isize,
  column: isize,
  factor: f64,
  to: usize,
  toRow: isize,
): void {
  scaleAs<i64, i64>(m, n, 1, from, row, column, <i64>factor, to, toRow);
}

function narrowAs<T, S>(m: i32, n: i32, from: usize, to: usize, row: isize, column: isize): void {
  for (let i = 0; i < m; i++) {
    let put = to;
    for (let j = 0; j < n; j++) {
      write<T, S>(put, load<T>(from));
      from += sizeof<T>();
      put += column;
    }
    to += row;
  }
}

/** to[m][n] of a narrow type = from[m][n], dense, of the type that it was computed in. */
export function narrow(kind: i32, m: i32, n: i32, from: usize, to: usize, row: isize, column: isize): void {
  if (kind == BFLOAT16) narrowAs<f32, u16>(m, n, from, to, row, column);
  else if (kind == FLOAT16) narrowAs<f32, i16>(m, n, from, to, row, column);
  else if (kind == INT16) narrowAs<i32, i16>(m, n, from, to, row, column);
  else narrowAs<i32, i8>(m, n, from, to, row, column);
}
