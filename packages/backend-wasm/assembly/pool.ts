/**
 * Maximum over windows of planes [height][width]: values and their flat positions (int64). The first maximum wins, the
 * last nan.
 */
export function maxPool(
  planes: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  kernelY: i32,
  kernelX: i32,
  strideY: i32,
  strideX: i32,
  padY: i32,
  padX: i32,
  stepY: i32,
  stepX: i32,
  x: usize,
  out: usize,
  indices: usize,
): void {
  for (let p = 0; p < planes; p++) {
    for (let j = 0; j < outHeight; j++) {
      let y0 = j * strideY - padY;
      const y1 = min(y0 + (kernelY - 1) * stepY + 1, height);
      while (y0 < 0) y0 += stepY;
      for (let i = 0; i < outWidth; i++) {
        let x0 = i * strideX - padX;
        const x1 = min(x0 + (kernelX - 1) * stepX + 1, width);
        while (x0 < 0) x0 += stepX;
        let best: f32 = <f32>-Infinity;
        let where = y0 * width + x0;
        for (let yy = y0; yy < y1; yy += stepY) {
          for (let xx = x0; xx < x1; xx += stepX) {
            const at = yy * width + xx;
            const value = load<f32>(x + ((<usize>at) << 2));
            if (value > best || value != value) {
              best = value;
              where = at;
            }
          }
        }
        store<f32>(out, best);
        store<i64>(indices, <i64>where);
        out += 4;
        indices += 8;
      }
    }
    x += (<usize>height * width) << 2;
  }
}

/** As `maxPool` with windows of 2 x 2 side by side, without padding. */
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
      for (let i = 0; i < outWidth; i++) {
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
export function maxPoolBackward(planes: i32, from: i32, to: i32, grad: usize, indices: usize, out: usize): void {
  memory.fill(out, 0, (<usize>planes * to) << 2);
  for (let p = 0; p < planes; p++) {
    for (let i = 0; i < from; i++) {
      const at = out + ((<usize>load<i64>(indices)) << 2);
      store<f32>(at, load<f32>(at) + load<f32>(grad));
      grad += 4;
      indices += 8;
    }
    out += (<usize>to) << 2;
  }
}
