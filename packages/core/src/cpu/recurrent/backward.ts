import { gemm } from "../matmul/gemm.ts";
import { type ArrayView, denseValues, type Numbers, outValues } from "../view.ts";
import type { RecurrentMode } from "./forward.ts";

/** Gradients of the gates' input share, of the first states, and (GRU alone) of the gates' recurrent share. */
export type RecurrentGradients = readonly [ArrayView, ArrayView, ArrayView, ArrayView];

/** The gradients of {@link recurrentForward} but for the weight and bias, which follow from those of the gates. */
export function recurrentBackward(
  outs: RecurrentGradients,
  gOut: ArrayView | null,
  gH: ArrayView | null,
  gC: ArrayView | null,
  reserve: ArrayView,
  hBefore: ArrayView,
  cBefore: ArrayView,
  weight: ArrayView,
  mode: RecurrentMode,
  steps: Int32Array,
): void {
  const [dGates, dh, dc, dRecurrent] = outs.map(outValues) as [Numbers, Numbers, Numbers, Numbers];
  const g = gOut === null ? null : denseValues(gOut);
  const kept = denseValues(reserve);
  const [h, c, w] = [hBefore, cBefore, weight].map(denseValues) as [Numbers, Numbers, Numbers];
  const width = hBefore.shape[1]!;
  const count = outs[0].shape[1]!;
  const keptWidth = reserve.shape[1]!;
  const recurrent = mode === "GRU" ? dRecurrent : dGates;
  if (gH === null) dh.fill(0);
  else dh.set(denseValues(gH));
  if (gC === null) dc.fill(0);
  else dc.set(denseValues(gC));
  const cell = CELLS[mode];
  for (let s = steps.length - 2; s >= 0; s -= 2) {
    const at = steps[s]!;
    const rows = steps[s + 1]!;
    if (g !== null) {
      const from = at * width;
      for (let i = 0; i < rows * width; i++) dh[i]! += g[from + i]!;
    }
    for (let r = 0; r < rows; r++) {
      const row = at + r;
      cell(width, kept, row * keptWidth, h, c, row * width, dh, dc, r * width, dGates, dRecurrent, row * count);
    }
    gemm(rows, width, count, recurrent, at * count, count, 1, w, 0, width, 1, dh, 0, width, 1, 1, mode === "GRU");
  }
}

/** Gradients of one row: `dh` holds that of the new hidden state; GRU leaves there what reaches the old one directly. */
type Cell = (
  width: number,
  kept: Numbers,
  at: number,
  h: Numbers,
  c: Numbers,
  before: number,
  dh: Numbers,
  dc: Numbers,
  state: number,
  dGates: Numbers,
  dRecurrent: Numbers,
  gateAt: number,
) => void;

const plain =
  (slope: (y: number) => number): Cell =>
  (width, kept, at, _h, _c, _before, dh, _dc, state, dGates, _dRecurrent, gateAt) => {
    for (let j = 0; j < width; j++) dGates[gateAt + j] = dh[state + j]! * slope(kept[at + j]!);
  };

const CELLS: Readonly<Record<RecurrentMode, Cell>> = {
  RNN_TANH: plain((y) => 1 - y * y),
  RNN_RELU: plain((y) => (y > 0 ? 1 : 0)),
  LSTM(width, kept, at, _h, c, before, dh, dc, state, dGates, _dRecurrent, gateAt): void {
    for (let j = 0; j < width; j++) {
      const input = kept[at + j]!;
      const forget = kept[at + width + j]!;
      const candidate = kept[at + 2 * width + j]!;
      const output = kept[at + 3 * width + j]!;
      const old = c[before + j]!;
      const bent = Math.tanh(forget * old + input * candidate);
      const grad = dh[state + j]!;
      const cell = dc[state + j]! + grad * output * (1 - bent * bent);
      dGates[gateAt + j] = cell * candidate * input * (1 - input);
      dGates[gateAt + width + j] = cell * old * forget * (1 - forget);
      dGates[gateAt + 2 * width + j] = cell * input * (1 - candidate * candidate);
      dGates[gateAt + 3 * width + j] = grad * bent * output * (1 - output);
      dc[state + j] = cell * forget;
    }
  },
  GRU(width, kept, at, h, _c, before, dh, _dc, state, dGates, dRecurrent, gateAt): void {
    for (let j = 0; j < width; j++) {
      const reset = kept[at + j]!;
      const update = kept[at + width + j]!;
      const fresh = kept[at + 2 * width + j]!;
      const hidden = kept[at + 3 * width + j]!;
      const grad = dh[state + j]!;
      const dFresh = grad * (1 - update) * (1 - fresh * fresh);
      const dUpdate = grad * (h[before + j]! - fresh) * update * (1 - update);
      const dReset = dFresh * hidden * reset * (1 - reset);
      dGates[gateAt + j] = dRecurrent[gateAt + j] = dReset;
      dGates[gateAt + width + j] = dRecurrent[gateAt + width + j] = dUpdate;
      dGates[gateAt + 2 * width + j] = dFresh;
      dRecurrent[gateAt + 2 * width + j] = dFresh * reset;
      dh[state + j] = grad * update;
    }
  },
};
