import { sigmoid4, tanh4 } from "./exp";
import { give, take } from "./lanes";
import { packPanels, panelBytes, panelProduct, SPARE } from "./panel";

/** Kinds of recurrent layers; see src/kernels/recurrent.ts. */
const RNN_TANH: i32 = 0;
const RNN_RELU: i32 = 1;
const LSTM: i32 = 2;
const GRU: i32 = 3;

/** Bytes of working memory for `rows` rows, forward and backward. */
export function recurrentScratch(rows: i32, width: i32): i32 {
  return panelBytes(rows, 4 * width) + <i32>SPARE;
}

function gatesOf(mode: i32): i32 {
  return mode == LSTM ? 4 : mode == GRU ? 3 : 1;
}

function keptOf(mode: i32): i32 {
  return mode < LSTM ? 1 : 4;
}

/**
 * All steps of one direction of a layer for the sequences from `first` to `last`. `steps` holds the first row and the number
 * of sequences of each step. h and c are the states, `weight` strips of its transpose, `bias` 0 for none.
 */
export function recurrentForward(
  mode: i32,
  first: i32,
  last: i32,
  count: i32,
  steps: usize,
  width: i32,
  x: usize,
  weight: usize,
  bias: usize,
  h: usize,
  c: usize,
  out: usize,
  reserve: usize,
  hBefore: usize,
  cBefore: usize,
  work: usize,
): void {
  const row = (<usize>width) << 2;
  const gates = gatesOf(mode);
  const xRow = row * gates;
  const keptRow = row * keptOf(mode);
  const state = <usize>first * row;
  h += state;
  c += state;
  for (let s = 0; s < count; s++) {
    const rows = min(last, load<i32>(steps, 4)) - first;
    const at = <usize>(load<i32>(steps) + first);
    steps += 8;
    if (rows <= 0) continue;
    memory.copy(hBefore + at * row, h, <usize>rows * row);
    if (mode == LSTM) memory.copy(cBefore + at * row, c, <usize>rows * row);
    packPanels(rows, width, h, row, work + SPARE);
    const to = reserve + at * keptRow;
    // Except for GRU, whose reset gate comes between them, the products are added to the input's.
    const from = mode == GRU ? 0 : x + at * xRow;
    panelProduct(rows, gates * width, width, work + SPARE, weight, from, xRow, to, keptRow, work);
    for (let r: usize = 0; r < <usize>rows; r++) {
      const i = at + r;
      const gx = x + i * xRow;
      const kept = reserve + i * keptRow;
      const y = out + i * row;
      if (mode == LSTM) lstmRow(width, kept, bias, h + r * row, c + r * row, y);
      else if (mode == GRU) gruRow(width, gx, kept, bias, h + r * row, y);
      else rnnRow(mode, width, kept, bias, h + r * row, y);
    }
  }
}

function rnnRow(mode: i32, width: i32, kept: usize, bias: usize, h: usize, out: usize): void {
  for (let j = 0; j < width;) {
    const whole = j + 4 <= width;
    const at = (<usize>j) << 2;
    let sum = take(kept + at, whole);
    if (bias != 0) sum = f32x4.add(sum, take(bias + at, whole));
    const y = mode == RNN_TANH ? tanh4(sum) : f32x4.max(sum, f32x4.splat(0));
    give(kept + at, y, whole);
    give(h + at, y, whole);
    give(out + at, y, whole);
    j += whole ? 4 : 1;
  }
}

function lstmRow(width: i32, kept: usize, bias: usize, h: usize, c: usize, out: usize): void {
  const row = (<usize>width) << 2;
  for (let j = 0; j < width;) {
    const whole = j + 4 <= width;
    const at = (<usize>j) << 2;
    let i = take(kept + at, whole);
    let f = take(kept + at + row, whole);
    let g = take(kept + at + 2 * row, whole);
    let o = take(kept + at + 3 * row, whole);
    if (bias != 0) {
      i = f32x4.add(i, take(bias + at, whole));
      f = f32x4.add(f, take(bias + at + row, whole));
      g = f32x4.add(g, take(bias + at + 2 * row, whole));
      o = f32x4.add(o, take(bias + at + 3 * row, whole));
    }
    i = sigmoid4(i);
    f = sigmoid4(f);
    g = tanh4(g);
    o = sigmoid4(o);
    give(kept + at, i, whole);
    give(kept + at + row, f, whole);
    give(kept + at + 2 * row, g, whole);
    give(kept + at + 3 * row, o, whole);
    const cell = f32x4.add(f32x4.mul(f, take(c + at, whole)), f32x4.mul(i, g));
    give(c + at, cell, whole);
    const y = f32x4.mul(o, tanh4(cell));
    give(h + at, y, whole);
    give(out + at, y, whole);
    j += whole ? 4 : 1;
  }
}

function gruRow(width: i32, x: usize, kept: usize, bias: usize, h: usize, out: usize): void {
  const row = (<usize>width) << 2;
  for (let j = 0; j < width;) {
    const whole = j + 4 <= width;
    const at = (<usize>j) << 2;
    let r = take(kept + at, whole);
    let z = take(kept + at + row, whole);
    let hidden = take(kept + at + 2 * row, whole);
    if (bias != 0) {
      r = f32x4.add(r, take(bias + at, whole));
      z = f32x4.add(z, take(bias + at + row, whole));
      hidden = f32x4.add(hidden, take(bias + at + 2 * row, whole));
    }
    r = sigmoid4(f32x4.add(r, take(x + at, whole)));
    z = sigmoid4(f32x4.add(z, take(x + at + row, whole)));
    const n = tanh4(f32x4.add(take(x + at + 2 * row, whole), f32x4.mul(r, hidden)));
    give(kept + at, r, whole);
    give(kept + at + row, z, whole);
    give(kept + at + 2 * row, n, whole);
    give(kept + at + 3 * row, hidden, whole);
    const y = f32x4.add(f32x4.mul(f32x4.sub(take(h + at, whole), n), z), n);
    give(h + at, y, whole);
    give(out + at, y, whole);
    j += whole ? 4 : 1;
  }
}

/**
 * Gradients of {@link recurrentForward}: `g` (0 for none) is that of the output, dh and dc those of the last states, which
 * become those of the first. `weight` is strips of itself; dRecurrent is dGates but for GRU.
 */
export function recurrentBackward(
  mode: i32,
  first: i32,
  last: i32,
  count: i32,
  steps: usize,
  width: i32,
  g: usize,
  weight: usize,
  reserve: usize,
  hBefore: usize,
  cBefore: usize,
  dGates: usize,
  dRecurrent: usize,
  dh: usize,
  dc: usize,
  work: usize,
): void {
  const row = (<usize>width) << 2;
  const gates = gatesOf(mode);
  const gateRow = row * gates;
  const keptRow = row * keptOf(mode);
  const state = <usize>first * row;
  dh += state;
  dc += state;
  for (let s = count - 1; s >= 0; s--) {
    const step = steps + ((<usize>s) << 3);
    const rows = min(last, load<i32>(step, 4)) - first;
    const at = <usize>(load<i32>(step) + first);
    if (rows <= 0) continue;
    for (let r: usize = 0; r < <usize>rows; r++) {
      const i = at + r;
      const grad = g == 0 ? 0 : g + i * row;
      const kept = reserve + i * keptRow;
      const to = dGates + i * gateRow;
      const before = cBefore + i * row;
      if (mode == LSTM) lstmRowBackward(width, grad, kept, before, dh + r * row, dc + r * row, to);
      else if (mode == GRU)
        gruRowBackward(width, grad, kept, hBefore + i * row, dh + r * row, to, dRecurrent + i * gateRow);
      else rnnRowBackward(mode, width, grad, kept, dh + r * row, to);
    }
    packPanels(rows, gates * width, dRecurrent + at * gateRow, gateRow, work + SPARE);
    panelProduct(rows, width, gates * width, work + SPARE, weight, mode == GRU ? dh : 0, row, dh, row, work);
  }
}

function rnnRowBackward(mode: i32, width: i32, g: usize, kept: usize, dh: usize, to: usize): void {
  for (let j = 0; j < width;) {
    const whole = j + 4 <= width;
    const at = (<usize>j) << 2;
    let grad = take(dh + at, whole);
    if (g != 0) grad = f32x4.add(grad, take(g + at, whole));
    const y = take(kept + at, whole);
    const d =
      mode == RNN_RELU
        ? v128.and(grad, f32x4.gt(y, f32x4.splat(0)))
        : f32x4.mul(grad, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
    give(to + at, d, whole);
    j += whole ? 4 : 1;
  }
}

function lstmRowBackward(width: i32, g: usize, kept: usize, before: usize, dh: usize, dc: usize, to: usize): void {
  const row = (<usize>width) << 2;
  const one = f32x4.splat(1);
  for (let j = 0; j < width;) {
    const whole = j + 4 <= width;
    const at = (<usize>j) << 2;
    let grad = take(dh + at, whole);
    if (g != 0) grad = f32x4.add(grad, take(g + at, whole));
    const i = take(kept + at, whole);
    const f = take(kept + at + row, whole);
    const n = take(kept + at + 2 * row, whole);
    const o = take(kept + at + 3 * row, whole);
    const old = take(before + at, whole);
    const bent = tanh4(f32x4.add(f32x4.mul(f, old), f32x4.mul(i, n)));
    const through = f32x4.mul(f32x4.mul(grad, o), f32x4.sub(one, f32x4.mul(bent, bent)));
    const cell = f32x4.add(take(dc + at, whole), through);
    give(to + at, f32x4.mul(f32x4.mul(cell, n), f32x4.mul(i, f32x4.sub(one, i))), whole);
    give(to + at + row, f32x4.mul(f32x4.mul(cell, old), f32x4.mul(f, f32x4.sub(one, f))), whole);
    give(to + at + 2 * row, f32x4.mul(f32x4.mul(cell, i), f32x4.sub(one, f32x4.mul(n, n))), whole);
    give(to + at + 3 * row, f32x4.mul(f32x4.mul(grad, bent), f32x4.mul(o, f32x4.sub(one, o))), whole);
    give(dc + at, f32x4.mul(cell, f), whole);
    j += whole ? 4 : 1;
  }
}

function gruRowBackward(width: i32, g: usize, kept: usize, before: usize, dh: usize, to: usize, own: usize): void {
  const row = (<usize>width) << 2;
  const one = f32x4.splat(1);
  for (let j = 0; j < width;) {
    const whole = j + 4 <= width;
    const at = (<usize>j) << 2;
    let grad = take(dh + at, whole);
    if (g != 0) grad = f32x4.add(grad, take(g + at, whole));
    const r = take(kept + at, whole);
    const z = take(kept + at + row, whole);
    const n = take(kept + at + 2 * row, whole);
    const hidden = take(kept + at + 3 * row, whole);
    const fresh = f32x4.mul(f32x4.mul(grad, f32x4.sub(one, z)), f32x4.sub(one, f32x4.mul(n, n)));
    const update = f32x4.mul(f32x4.mul(grad, f32x4.sub(take(before + at, whole), n)), f32x4.mul(z, f32x4.sub(one, z)));
    const reset = f32x4.mul(f32x4.mul(fresh, hidden), f32x4.mul(r, f32x4.sub(one, r)));
    give(to + at, reset, whole);
    give(own + at, reset, whole);
    give(to + at + row, update, whole);
    give(own + at + row, update, whole);
    give(to + at + 2 * row, fresh, whole);
    give(own + at + 2 * row, f32x4.mul(fresh, r), whole);
    give(dh + at, f32x4.mul(grad, z), whole);
    j += whole ? 4 : 1;
  }
}
