import { exp4, ln } from "./exp";
import { give, take } from "./lanes";

/**
 * Softmax along a dimension that is not the last: of [outer][n][inner], in strips of {@link STRIP} columns of one outer part, so that
 * lanes hold columns. Sums are added up in single precision over {@link BLOCK} elements, those sums in double.
 */
const STRIP: i32 = 16;
const BLOCK: i32 = 64;

/** Strips of all outer parts. */
export function columnStrips(outer: i32, inner: i32): i32 {
  return outer * ((inner + STRIP - 1) / STRIP);
}

/** Address of strip `s` beyond x[outer][n][inner], in bytes. */
function startOf(s: i32, n: i32, inner: i32): usize {
  const strips = (inner + STRIP - 1) / STRIP;
  const part = s / strips;
  return (<usize>part * <usize>n * <usize>inner + <usize>((s - part * strips) * STRIP)) << 2;
}

/** Columns of strip `s`. */
function widthOf(s: i32, inner: i32): i32 {
  const strips = (inner + STRIP - 1) / STRIP;
  return min(STRIP, inner - (s % strips) * STRIP);
}

/** Working memory of a group of columns, four or one: extremes or results, a partial sum, and two pairs of doubles. */
const GROUP: usize = 64;

/** Bytes of working memory. */
export function columnScratch(): i32 {
  return 8 * <i32>GROUP;
}

function fill(width: i32, work: usize, first: f32): void {
  for (let j = 0; j < width; j += j + 4 <= width ? 4 : 1) {
    v128.store(work, f32x4.splat(first));
    v128.store(work, f32x4.splat(0), 16);
    v128.store(work, f64x2.splat(0), 32);
    v128.store(work, f64x2.splat(0), 48);
    work += GROUP;
  }
}

/** Adds the partial sums to those in double precision. */
function flush(width: i32, work: usize): void {
  for (let j = 0; j < width; j += j + 4 <= width ? 4 : 1) {
    const part = v128.load(work, 16);
    v128.store(work, f64x2.add(v128.load(work, 32), f64x2.promote_low_f32x4(part)), 32);
    const high = v128.shuffle<i64>(part, part, 1, 1);
    v128.store(work, f64x2.add(v128.load(work, 48), f64x2.promote_low_f32x4(high)), 48);
    v128.store(work, f32x4.splat(0), 16);
    work += GROUP;
  }
}

const INVERSE: i32 = 0;
const LOGARITHM: i32 = 1;
const SUM: i32 = 2;

/** The sums, their inverses or their logarithms as floats, in the place of the partial ones. */
function finish(kind: i32, width: i32, work: usize): void {
  for (let j = 0; j < width; j += j + 4 <= width ? 4 : 1) {
    for (let k: usize = 0; k < 4; k++) {
      const sum = load<f64>(work + 8 * k, 32);
      store<f32>(work + 4 * k, <f32>(kind == SUM ? sum : kind == LOGARITHM ? ln(sum) : 1 / sum), 16);
    }
    work += GROUP;
  }
}

/** Strips `from` to `to` of softmax, or of its logarithm if `log`. */
export function softmaxColumns(
  log: bool,
  from: i32,
  to: i32,
  n: i32,
  inner: i32,
  x: usize,
  out: usize,
  work: usize,
): void {
  const row = (<usize>inner) << 2;
  for (let s = from; s < to; s++) {
    const start = startOf(s, n, inner);
    const width = widthOf(s, inner);
    fill(width, work, <f32>-Infinity);
    let at = x + start;
    for (let i = 0; i < n; i++) {
      let group = work;
      let place = at;
      for (let j = 0; j < width;) {
        const whole = j + 4 <= width;
        v128.store(group, f32x4.pmax(v128.load(group), take(place, whole)));
        group += GROUP;
        place += whole ? 16 : 4;
        j += whole ? 4 : 1;
      }
      at += row;
    }
    at = start;
    for (let i = 0; i < n;) {
      const stop = min(i + BLOCK, n);
      for (; i < stop; i++) {
        let group = work;
        let place = at;
        for (let j = 0; j < width;) {
          const whole = j + 4 <= width;
          const e = exp4(f32x4.sub(take(x + place, whole), v128.load(group)));
          v128.store(group, f32x4.add(v128.load(group, 16), e), 16);
          if (!log) give(out + place, e, whole);
          group += GROUP;
          place += whole ? 16 : 4;
          j += whole ? 4 : 1;
        }
        at += row;
      }
      flush(width, work);
    }
    finish(log ? LOGARITHM : INVERSE, width, work);
    at = start;
    for (let i = 0; i < n; i++) {
      let group = work;
      let place = at;
      for (let j = 0; j < width;) {
        const whole = j + 4 <= width;
        const last = v128.load(group, 16);
        if (log) give(out + place, f32x4.sub(f32x4.sub(take(x + place, whole), v128.load(group)), last), whole);
        else give(out + place, f32x4.mul(take(out + place, whole), last), whole);
        group += GROUP;
        place += whole ? 16 : 4;
        j += whole ? 4 : 1;
      }
      at += row;
    }
  }
}

/** Strips of the gradient of {@link softmaxColumns} from its result y: y (g - sum(g y)), or g - exp(y) sum(g) if `log`. */
export function softmaxColumnsBackward(
  log: bool,
  from: i32,
  to: i32,
  n: i32,
  inner: i32,
  g: usize,
  y: usize,
  out: usize,
  work: usize,
): void {
  const row = (<usize>inner) << 2;
  for (let s = from; s < to; s++) {
    const start = startOf(s, n, inner);
    const width = widthOf(s, inner);
    fill(width, work, 0);
    let at = start;
    for (let i = 0; i < n;) {
      const stop = min(i + BLOCK, n);
      for (; i < stop; i++) {
        let group = work;
        let place = at;
        for (let j = 0; j < width;) {
          const whole = j + 4 <= width;
          const grad = take(g + place, whole);
          const term = log ? grad : f32x4.mul(grad, take(y + place, whole));
          v128.store(group, f32x4.add(v128.load(group, 16), term), 16);
          group += GROUP;
          place += whole ? 16 : 4;
          j += whole ? 4 : 1;
        }
        at += row;
      }
      flush(width, work);
    }
    finish(SUM, width, work);
    at = start;
    for (let i = 0; i < n; i++) {
      let group = work;
      let place = at;
      for (let j = 0; j < width;) {
        const whole = j + 4 <= width;
        const sum = v128.load(group, 16);
        const grad = take(g + place, whole);
        const value = take(y + place, whole);
        const d = log ? f32x4.sub(grad, f32x4.mul(exp4(value), sum)) : f32x4.mul(value, f32x4.sub(grad, sum));
        give(out + place, d, whole);
        group += GROUP;
        place += whole ? 16 : 4;
        j += whole ? 4 : 1;
      }
      at += row;
    }
  }
}
