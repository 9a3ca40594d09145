import { gemm } from "../matmul/gemm.ts";
import { type ArrayView, denseValues, type Numbers, outValues } from "../view.ts";

export type RecurrentMode = "RNN_TANH" | "RNN_RELU" | "LSTM" | "GRU";

/** Output, last hidden and cell state, and what the backward pass needs: activations and the states before each row. */
export type RecurrentOuts = readonly [ArrayView, ArrayView, ArrayView, ArrayView, ArrayView, ArrayView];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * One direction of a recurrent layer. `gates` [rows, G * hidden] is the input's share of all steps; `steps` holds, in the
 * order of computation, the first row of each step and how many sequences take part, which are the first ones of the
 * states [batch, hidden]. All are dense and float32 or float64.
 */
export function recurrentForward(
  outs: RecurrentOuts,
  gates: ArrayView,
  h0: ArrayView,
  c0: ArrayView | null,
  weight: ArrayView,
  bias: ArrayView | null,
  mode: RecurrentMode,
  steps: Int32Array,
): void {
  const [out, h, c, reserve, hBefore, cBefore] = outs.map(outValues) as [
    Numbers,
    Numbers,
    Numbers,
    Numbers,
    Numbers,
    Numbers,
  ];
  const x = denseValues(gates);
  const w = denseValues(weight);
  const b = bias === null ? null : denseValues(bias);
  const width = h0.shape[1]!;
  const count = gates.shape[1]!;
  const kept = outs[3].shape[1]!;
  const cell = CELLS[mode];
  h.set(denseValues(h0));
  if (c0 !== null) c.set(denseValues(c0));
  for (let s = 0; s < steps.length; s += 2) {
    const at = steps[s]!;
    const rows = steps[s + 1]!;
    hBefore.set(h.subarray(0, rows * width), at * width);
    if (c0 !== null) cBefore.set(c.subarray(0, rows * width), at * width);
    gemm(rows, count, width, h, 0, width, 1, w, 0, 1, width, reserve, at * kept, kept, 1, 1, false);
    for (let r = 0; r < rows; r++)
      cell(width, x, (at + r) * count, b, reserve, (at + r) * kept, h, c, r * width, out, (at + r) * width);
  }
}

/** Computes one row: `reserve` holds the states' share of the gates, and afterwards the activations. */
type Cell = (
  width: number,
  x: Numbers,
  xAt: number,
  b: Numbers | null,
  reserve: Numbers,
  at: number,
  h: Numbers,
  c: Numbers,
  state: number,
  out: Numbers,
  outAt: number,
) => void;

const plain =
  (activation: (x: number) => number): Cell =>
  (width, x, xAt, b, reserve, at, h, _c, state, out, outAt) => {
    for (let j = 0; j < width; j++) {
      const value = activation(x[xAt + j]! + reserve[at + j]! + (b === null ? 0 : b[j]!));
      reserve[at + j] = h[state + j] = out[outAt + j] = value;
    }
  };

const CELLS: Readonly<Record<RecurrentMode, Cell>> = {
  RNN_TANH: plain(Math.tanh),
  RNN_RELU: plain((x) => (x < 0 ? 0 : x)),
  LSTM(width, x, xAt, b, reserve, at, h, c, state, out, outAt): void {
    const sum = (j: number): number => x[xAt + j]! + reserve[at + j]! + (b === null ? 0 : b[j]!);
    for (let j = 0; j < width; j++) {
      const input = sigmoid(sum(j));
      const forget = sigmoid(sum(width + j));
      const candidate = Math.tanh(sum(2 * width + j));
      const output = sigmoid(sum(3 * width + j));
      reserve[at + j] = input;
      reserve[at + width + j] = forget;
      reserve[at + 2 * width + j] = candidate;
      reserve[at + 3 * width + j] = output;
      const next = forget * c[state + j]! + input * candidate;
      c[state + j] = next;
      h[state + j] = out[outAt + j] = output * Math.tanh(next);
    }
  },
  GRU(width, x, xAt, b, reserve, at, h, _c, state, out, outAt): void {
    const recurrent = (j: number): number => reserve[at + j]! + (b === null ? 0 : b[j]!);
    for (let j = 0; j < width; j++) {
      const reset = sigmoid(x[xAt + j]! + recurrent(j));
      const update = sigmoid(x[xAt + width + j]! + recurrent(width + j));
      const hidden = recurrent(2 * width + j);
      const fresh = Math.tanh(x[xAt + 2 * width + j]! + reset * hidden);
      reserve[at + j] = reset;
      reserve[at + width + j] = update;
      reserve[at + 2 * width + j] = fresh;
      reserve[at + 3 * width + j] = hidden;
      h[state + j] = out[outAt + j] = (h[state + j]! - fresh) * update + fresh;
    }
  },
};
