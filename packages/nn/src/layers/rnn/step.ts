import type { Tensor } from "@tt/core";
import { callOp } from "@tt/core/dispatch";

/** The kinds of recurrent layers. */
export type Mode = "RNN_TANH" | "RNN_RELU" | "LSTM" | "GRU";

/** Parameters of one layer and direction. */
export interface CellParameters {
  readonly weight_ih: Tensor;
  readonly weight_hh: Tensor;
  readonly bias_ih: Tensor | null;
  readonly bias_hh: Tensor | null;
  readonly weight_hr: Tensor | null;
}

/** What a cell carries from step to step: the hidden state, for LSTM also the cell state. */
export type State = readonly [hidden: Tensor] | readonly [hidden: Tensor, cell: Tensor];

/** How many rows of weights belong to one hidden unit. */
export const GATES: Readonly<Record<Mode, number>> = { RNN_TANH: 1, RNN_RELU: 1, LSTM: 4, GRU: 3 };

const linear = (input: Tensor, weight: Tensor, bias: Tensor | null): Tensor => callOp("linear", input, weight, bias);

/** The input's share of the gates; may be computed for all steps at once. */
export function inputGates(input: Tensor, p: CellParameters): Tensor {
  return linear(input, p.weight_ih, p.bias_ih);
}

/** One step of a cell from the input's share of its gates, [batch, gates * hidden]. */
export function step(mode: Mode, gates: Tensor, state: State, p: CellParameters): State {
  const [hidden] = state;
  const recurrent = linear(hidden, p.weight_hh, p.bias_hh);
  switch (mode) {
    case "RNN_TANH":
      return [gates.add(recurrent).tanh()];
    case "RNN_RELU":
      return [gates.add(recurrent).relu()];
    case "GRU": {
      const [ri, zi, ni] = gates.chunk(3, 1) as [Tensor, Tensor, Tensor];
      const [rh, zh, nh] = recurrent.chunk(3, 1) as [Tensor, Tensor, Tensor];
      const reset = ri.add(rh).sigmoid();
      const update = zi.add(zh).sigmoid();
      const fresh = ni.add(reset.mul(nh)).tanh();
      return [hidden.sub(fresh).mul(update).add(fresh)];
    }
    case "LSTM": {
      const [input, forget, candidate, output] = gates.add(recurrent).chunk(4, 1) as [Tensor, Tensor, Tensor, Tensor];
      const cell = forget.sigmoid().mul(state[1]!).add(input.sigmoid().mul(candidate.tanh()));
      const out = output.sigmoid().mul(cell.tanh());
      return [p.weight_hr === null ? out : linear(out, p.weight_hr, null), cell];
    }
  }
}
