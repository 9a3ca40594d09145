/**
 * Images unfolded for products: columns[taps][places], where a tap is a channel and a position in the kernel. For elements of any
 * type; sums of overlapping ones for those that are computed with.
 *
 * The description, of numbers of four bytes: depth, height and width of the image, the kernel, the output, stride,
 * padding and dilation. kernels/conv/unfolded.ts writes it.
 */
const IMAGE = 0;
const KERNEL = 12;
const OUTPUT = 24;
const STRIDE = 36;
const PADDING = 48;
const DILATION = 60;

/** Channels `first` to `last` of an image, of elements of `item` bytes. */
export function unfold(d: usize, item: i32, first: i32, last: i32, image: usize, columns: usize): void {
  if (item == 1) walk<u8>(d, first, last, image, columns, false, 1);
  else if (item == 2) walk<u16>(d, first, last, image, columns, false, 1);
  else if (item == 4) walk<u32>(d, first, last, image, columns, false, 1);
  else walk<u64>(d, first, last, image, columns, false, item / 8);
}

/** The reverse: adds columns to an image. Types are numbered float32, float64, int32, int64, int8, int16. */
export function foldBack(d: usize, type: i32, lanes: i32, first: i32, last: i32, columns: usize, image: usize): void {
  if (type == 0) walk<f32>(d, first, last, image, columns, true, lanes);
  else if (type == 1) walk<f64>(d, first, last, image, columns, true, lanes);
  else if (type == 2) walk<i32>(d, first, last, image, columns, true, lanes);
  else if (type == 3) walk<i64>(d, first, last, image, columns, true, lanes);
  else if (type == 4) walk<i8>(d, first, last, image, columns, true, lanes);
  else walk<i16>(d, first, last, image, columns, true, lanes);
}

function walk<T>(d: usize, first: i32, last: i32, image: usize, columns: usize, back: bool, lanes: i32): void {
  const item = <usize>lanes * sizeof<T>();
  const depth = load<i32>(d, IMAGE);
  const height = load<i32>(d, IMAGE + 4);
  const width = load<i32>(d, IMAGE + 8);
  const kernelZ = load<i32>(d, KERNEL);
  const kernelY = load<i32>(d, KERNEL + 4);
  const kernelX = load<i32>(d, KERNEL + 8);
  const outZ = load<i32>(d, OUTPUT);
  const outY = load<i32>(d, OUTPUT + 4);
  const outX = load<i32>(d, OUTPUT + 8);
  const stride = load<i32>(d, STRIDE + 8);
  const line = <usize>outX * item;
  let at = columns + <usize>(first * kernelZ * kernelY * kernelX * outZ * outY) * line;
  for (let c = first; c < last; c++) {
    for (let t = 0; t < kernelZ * kernelY * kernelX; t++) {
      const kz = t / (kernelY * kernelX);
      const ky = (t / kernelX) % kernelY;
      const x0 = (t % kernelX) * load<i32>(d, DILATION + 8) - load<i32>(d, PADDING + 8);
      // Places before `low` and from `high` on lie outside of the image.
      const low = min(outX, x0 < 0 ? (stride - 1 - x0) / stride : 0);
      const high = max(low, min(outX, width > x0 ? (width - x0 + stride - 1) / stride : 0));
      for (let oz = 0; oz < outZ; oz++) {
        const z = oz * load<i32>(d, STRIDE) + kz * load<i32>(d, DILATION) - load<i32>(d, PADDING);
        for (let oy = 0; oy < outY; oy++) {
          const y = oy * load<i32>(d, STRIDE + 4) + ky * load<i32>(d, DILATION + 4) - load<i32>(d, PADDING + 4);
          const inside = z >= 0 && z < depth && y >= 0 && y < height;
          const row = image + <usize>(((c * depth + z) * height + y) * width) * item;
          if (back) {
            if (inside) addRow<T>(low, high, row + (low * stride + x0) * item, stride * item, at + low * item, lanes);
          } else if (!inside) memory.fill(at, 0, line);
          else {
            memory.fill(at, 0, low * item);
            copyRow<T>(high - low, row + (low * stride + x0) * item, stride * item, at + low * item, lanes);
            memory.fill(at + high * item, 0, (outX - high) * item);
          }
          at += line;
        }
      }
    }
  }
}

function copyRow<T>(count: i32, from: usize, step: usize, to: usize, lanes: i32): void {
  const item = <usize>lanes * sizeof<T>();
  if (step == item) {
    memory.copy(to, from, <usize>count * item);
    return;
  }
  for (let i = 0; i < count; i++) {
    for (let l: usize = 0; l < item; l += sizeof<T>()) store<T>(to + l, load<T>(from + l));
    from += step;
    to += item;
  }
}

function addRow<T>(low: i32, high: i32, to: usize, step: usize, from: usize, lanes: i32): void {
  const item = <usize>lanes * sizeof<T>();
  for (let i = low; i < high; i++) {
    for (let l: usize = 0; l < item; l += sizeof<T>()) store<T>(to + l, <T>(load<T>(to + l) + load<T>(from + l)));
    to += step;
    from += item;
  }
}
