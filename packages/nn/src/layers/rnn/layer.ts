import type { Tensor } from "@tt/core";
import { callOp, owned } from "@tt/core/dispatch";
import { defineRecurrent, isFusable, runFused } from "./fused.ts";
import { type CellParameters, inputGates, type Mode, type State, step } from "./step.ts";

const cat = (tensors: readonly Tensor[], dim: number): Tensor => callOp("cat", tensors, dim);

/** The states of a batch's first `count` sequences. */
const first = (state: State, count: number): State =>
  state.map((s) => (s.shape[0] === count ? s : s.narrow(0, 0, count))) as unknown as State;

const recurrent = defineRecurrent(([gates, h0, c0, weight_hh, bias_hh], mode, sizes, reverse, packed) => {
  const p = { weight_ih: gates, weight_hh, bias_ih: null, bias_hh, weight_hr: null };
  const [output, last] = stepwise(mode, gates, sizes, c0 === null ? [h0] : [h0, c0], p, reverse);
  return [packed ? output : output.view([sizes.length, sizes[0]!, output.shape[1]!]), ...last];
});

/** One direction of one layer over input [T, B, features]; gives the outputs [T, B, hidden] and the last state. */
export function runPadded(
  mode: Mode,
  input: Tensor,
  initial: State,
  p: CellParameters,
  reverse: boolean,
): [Tensor, State] {
  return owned(paddedDirection, mode, input, initial, p, reverse);
}

function paddedDirection(
  mode: Mode,
  input: Tensor,
  initial: State,
  p: CellParameters,
  reverse: boolean,
): [Tensor, State] {
  const gates = inputGates(input, p);
  const [length, batch, count] = gates.shape as [number, number, number];
  if (isFusable(gates, initial, p)) {
    const sizes = new Array<number>(length).fill(batch);
    return runFused(recurrent, mode, gates.reshape([length * batch, count]), sizes, initial, p, reverse, false);
  }
  const parts = gates.unbind(0);
  const outputs = new Array<Tensor>(length);
  let state = initial;
  for (let i = 0; i < length; i++) {
    const t = reverse ? length - 1 - i : i;
    state = step(mode, parts[t]!, state, p);
    outputs[t] = state[0];
  }
  return [callOp("stack", outputs, 0), state];
}

/** The same over packed data [sum of lengths, features] with `sizes` sequences at each step. */
export function runPacked(
  mode: Mode,
  data: Tensor,
  sizes: readonly number[],
  initial: State,
  p: CellParameters,
  reverse: boolean,
): [Tensor, State] {
  return owned(packedDirection, mode, data, sizes, initial, p, reverse);
}

function packedDirection(
  mode: Mode,
  data: Tensor,
  sizes: readonly number[],
  initial: State,
  p: CellParameters,
  reverse: boolean,
): [Tensor, State] {
  const gates = inputGates(data, p);
  return isFusable(gates, initial, p)
    ? runFused(recurrent, mode, gates, sizes, initial, p, reverse, true)
    : stepwise(mode, gates, sizes, initial, p, reverse);
}

/** One step after the other, in ordinary ops. */
function stepwise(
  mode: Mode,
  allGates: Tensor,
  sizes: readonly number[],
  initial: State,
  p: CellParameters,
  reverse: boolean,
): [Tensor, State] {
  const gates = allGates.split(sizes as number[], 0);
  const outputs = new Array<Tensor>(sizes.length);
  if (reverse) {
    // Sequences join as the steps go back to where they end.
    let state = first(initial, sizes.at(-1)!);
    for (let t = sizes.length - 1; t >= 0; t--) {
      const missing = sizes[t]! - state[0].shape[0]!;
      if (missing > 0) {
        const from = state[0].shape[0]!;
        state = state.map((s, i) => cat([s, initial[i]!.narrow(0, from, missing)], 0)) as unknown as State;
      }
      state = step(mode, gates[t]!, state, p);
      outputs[t] = state[0];
    }
    return [cat(outputs, 0), state];
  }
  // Sequences leave when they end; their last states are kept, shortest sequence first.
  const finished: State[] = [];
  let state = initial;
  for (let t = 0; t < sizes.length; t++) {
    const leaving = state[0].shape[0]! - sizes[t]!;
    if (leaving > 0) {
      finished.push(state.map((s) => s.narrow(0, sizes[t]!, leaving)) as unknown as State);
      state = first(state, sizes[t]!);
    }
    state = step(mode, gates[t]!, state, p);
    outputs[t] = state[0];
  }
  finished.push(state);
  const last = initial.map((_, i) =>
    cat(
      finished.toReversed().map((s) => s[i]!),
      0,
    ),
  ) as unknown as State;
  return [cat(outputs, 0), last];
}
