/**
 * Pooling of planes [depth][height][width]. A description has the plane's sizes, the numbers of windows, the addresses of tables of their
 * starts and ends along each dimension, then for maxima the steps inside a window, for means tables of how much each window counts
 * along a dimension; kernels/pool.ts writes it.
 */
const DEPTH = 0;
const HEIGHT = 4;
const WIDTH = 8;
const COUNT_Z = 12;
const COUNT_Y = 16;
const COUNT_X = 20;
const BOUNDS_Z = 24;
const BOUNDS_Y = 28;
const BOUNDS_X = 32;
const EXTRA_Z = 36;
const EXTRA_Y = 40;
const EXTRA_X = 44;

/** Maxima over windows and their flat positions (int64). The first maximum wins, the last nan. */
function maxWindows<T>(d: usize, planes: i32, x: usize, out: usize, indices: usize): void {
  const height = load<i32>(d, HEIGHT);
  const width = load<i32>(d, WIDTH);
  const volume = <usize>(load<i32>(d, DEPTH) * height * width) * sizeof<T>();
  const stepZ = load<i32>(d, EXTRA_Z);
  const stepY = load<i32>(d, EXTRA_Y);
  const stepX = load<i32>(d, EXTRA_X);
  const endZ = load<i32>(d, BOUNDS_Z) + 8 * load<i32>(d, COUNT_Z);
  const endY = load<i32>(d, BOUNDS_Y) + 8 * load<i32>(d, COUNT_Y);
  const endX = load<i32>(d, BOUNDS_X) + 8 * load<i32>(d, COUNT_X);
  for (let p = 0; p < planes; p++) {
    for (let bz = load<i32>(d, BOUNDS_Z); bz < endZ; bz += 8) {
      const z0 = load<i32>(bz);
      const z1 = load<i32>(bz, 4);
      for (let by = load<i32>(d, BOUNDS_Y); by < endY; by += 8) {
        const y0 = load<i32>(by);
        const y1 = load<i32>(by, 4);
        for (let bx = load<i32>(d, BOUNDS_X); bx < endX; bx += 8) {
          const x0 = load<i32>(bx);
          const x1 = load<i32>(bx, 4);
          let best: T = <T>-Infinity;
          let where = (z0 * height + y0) * width + x0;
          for (let z = z0; z < z1; z += stepZ) {
            for (let y = y0; y < y1; y += stepY) {
              const row = (z * height + y) * width;
              for (let at = row + x0; at < row + x1; at += stepX) {
                const value = load<T>(x + <usize>at * sizeof<T>());
                if (value > best || value != value) {
                  best = value;
                  where = at;
                }
              }
            }
          }
          store<T>(out, best);
          store<i64>(indices, <i64>where);
          out += sizeof<T>();
          indices += 8;
        }
      }
    }
    x += volume;
  }
}

export function maxPoolF32(d: usize, planes: i32, x: usize, out: usize, indices: usize): void {
  maxWindows<f32>(d, planes, x, out, indices);
}

export function maxPoolF64(d: usize, planes: i32, x: usize, out: usize, indices: usize): void {
  maxWindows<f64>(d, planes, x, out, indices);
}

/** As `maxWindows` with windows of 2 x 2 side by side in planes [height][width], without padding. */
export function maxPool2(
  planes: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  x: usize,
  out: usize,
  indices: usize,
): void {
  const row = (<usize>width) << 2;
  for (let p = 0; p < planes; p++) {
    for (let j = 0; j < outHeight; j++) {
      let at = x + 2 * <usize>j * row;
      let place = 2 * j * width;
      let i = 0;
      for (; i + 4 <= outWidth; i += 4) {
        const a = v128.load(at);
        const b = v128.load(at, 16);
        const c = v128.load(at + row);
        const d = v128.load(at + row, 16);
        const left = i32x4.splat(place);
        const steps = i32x4(0, 2, 4, 6);
        let best = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
        let where = i32x4.add(left, steps);
        let value = v128.shuffle<i32>(a, b, 1, 3, 5, 7);
        let better = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
        best = v128.bitselect(value, best, better);
        where = v128.bitselect(i32x4.add(left, i32x4(1, 3, 5, 7)), where, better);
        const below = i32x4.add(i32x4.splat(place + width), steps);
        value = v128.shuffle<i32>(c, d, 0, 2, 4, 6);
        better = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
        best = v128.bitselect(value, best, better);
        where = v128.bitselect(below, where, better);
        value = v128.shuffle<i32>(c, d, 1, 3, 5, 7);
        better = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
        best = v128.bitselect(value, best, better);
        where = v128.bitselect(i32x4.add(below, i32x4.splat(1)), where, better);
        v128.store(out, best);
        v128.store(indices, i64x2.extend_low_i32x4_u(where));
        v128.store(indices, i64x2.extend_high_i32x4_u(where), 16);
        at += 32;
        place += 8;
        out += 16;
        indices += 32;
      }
      for (; i < outWidth; i++) {
        let best = load<f32>(at);
        let where = place;
        let value = load<f32>(at, 4);
        let better = i32(value > best) | i32(value != value);
        best = select(value, best, better);
        where = select(place + 1, where, better);
        value = load<f32>(at + row);
        better = i32(value > best) | i32(value != value);
        best = select(value, best, better);
        where = select(place + width, where, better);
        value = load<f32>(at + row, 4);
        better = i32(value > best) | i32(value != value);
        best = select(value, best, better);
        where = select(place + width + 1, where, better);
        store<f32>(out, best);
        store<i64>(indices, <i64>where);
        at += 8;
        place += 2;
        out += 4;
        indices += 8;
      }
    }
    x += <usize>height * row;
  }
}

/** out[plane][indices] += grad; `out` is cleared first. */
function scatterMaxima<T>(planes: i32, from: i32, to: i32, grad: usize, indices: usize, out: usize): void {
  memory.fill(out, 0, <usize>(planes * to) * sizeof<T>());
  for (let p = 0; p < planes; p++) {
    for (let i = 0; i < from; i++) {
      const at = out + <usize>load<i64>(indices) * sizeof<T>();
      store<T>(at, load<T>(at) + load<T>(grad));
      grad += sizeof<T>();
      indices += 8;
    }
    out += <usize>to * sizeof<T>();
  }
}

export function maxPoolBackwardF32(planes: i32, from: i32, to: i32, grad: usize, indices: usize, out: usize): void {
  scatterMaxima<f32>(planes, from, to, grad, indices, out);
}

export function maxPoolBackwardF64(planes: i32, from: i32, to: i32, grad: usize, indices: usize, out: usize): void {
  scatterMaxima<f64>(planes, from, to, grad, indices, out);
}

/**
 * Means over windows, or (`back`) every mean's gradient shared out to its window; `divisor` replaces the count unless 0. Sums are made
 * in double precision.
 */
function meanWindows<T>(d: usize, planes: i32, x: usize, out: usize, divisor: f64, back: bool): void {
  const height = load<i32>(d, HEIGHT);
  const width = load<i32>(d, WIDTH);
  const volume = <usize>(load<i32>(d, DEPTH) * height * width) * sizeof<T>();
  if (back) memory.fill(out, 0, <usize>planes * volume);
  const nz = load<i32>(d, COUNT_Z);
  const ny = load<i32>(d, COUNT_Y);
  const nx = load<i32>(d, COUNT_X);
  for (let p = 0; p < planes; p++) {
    for (let k = 0; k < nz; k++) {
      const bz = load<i32>(d, BOUNDS_Z) + 8 * k;
      const z0 = load<i32>(bz);
      const z1 = load<i32>(bz, 4);
      for (let j = 0; j < ny; j++) {
        const by = load<i32>(d, BOUNDS_Y) + 8 * j;
        const y0 = load<i32>(by);
        const y1 = load<i32>(by, 4);
        const outer = load<i32>(load<i32>(d, EXTRA_Z) + 4 * k) * load<i32>(load<i32>(d, EXTRA_Y) + 4 * j);
        for (let i = 0; i < nx; i++) {
          const bx = load<i32>(d, BOUNDS_X) + 8 * i;
          const x0 = load<i32>(bx);
          const x1 = load<i32>(bx, 4);
          const count = divisor != 0 ? divisor : <f64>(outer * load<i32>(load<i32>(d, EXTRA_X) + 4 * i));
          if (back) {
            const share = <T>(<f64>load<T>(x) / count);
            for (let z = z0; z < z1; z++) {
              for (let y = y0; y < y1; y++) {
                const row = out + <usize>((z * height + y) * width) * sizeof<T>();
                const end = row + <usize>x1 * sizeof<T>();
                for (let at = row + <usize>x0 * sizeof<T>(); at < end; at += sizeof<T>())
                  store<T>(at, load<T>(at) + share);
              }
            }
            x += sizeof<T>();
          } else {
            let sum: f64 = 0;
            for (let z = z0; z < z1; z++) {
              for (let y = y0; y < y1; y++) {
                const row = x + <usize>((z * height + y) * width) * sizeof<T>();
                const end = row + <usize>x1 * sizeof<T>();
                for (let at = row + <usize>x0 * sizeof<T>(); at < end; at += sizeof<T>()) sum += <f64>load<T>(at);
              }
            }
            store<T>(out, <T>(z0 < z1 && y0 < y1 && x0 < x1 ? sum / count : 0));
            out += sizeof<T>();
          }
        }
      }
    }
    if (back) out += volume;
    else x += volume;
  }
}

export function meanPoolF32(d: usize, planes: i32, x: usize, out: usize, divisor: f64, back: bool): void {
  meanWindows<f32>(d, planes, x, out, divisor, back);
}

export function meanPoolF64(d: usize, planes: i32, x: usize, out: usize, divisor: f64, back: bool): void {
  meanWindows<f64>(d, planes, x, out, divisor, back);
}
