import { type Tensor, ValueError } from "@tt/core";
import { type ConstructorArgs } from "../../module/construct.ts";
import type { PackedSequence } from "../../utils/packed_sequence.ts";
import {
  type RecurrentArgs,
  recurrentArgs,
  RecurrentLayer,
  type RecurrentNames,
  type RecurrentParams,
  type RecurrentValues,
} from "./base.ts";
import type { Mode } from "./step.ts";

interface RnnArgs extends RecurrentArgs {
  nonlinearity?: "tanh" | "relu";
}

/** A layer whose state is one tensor. */
interface SingleState {
  (input: Tensor, hx?: Tensor | null): [output: Tensor, h_n: Tensor];
  (input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, h_n: Tensor];
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface RNNBase extends SingleState {}

/** Any of the recurrent layers, by mode: "RNN_TANH", "RNN_RELU", "LSTM" or "GRU". */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class RNNBase extends RecurrentLayer {
  constructor(mode: Mode, ...args: RecurrentParams) {
    super(mode, recurrentArgs("RNNBase", args));
  }

  override forward(
    input: Tensor | PackedSequence,
    hx?: Tensor | readonly Tensor[] | null,
  ): [Tensor | PackedSequence, Tensor] {
    const states = hx === null || hx === undefined ? null : Array.isArray(hx) ? (hx as Tensor[]) : [hx as Tensor];
    const [output, last] = this.run(input, states);
    return [output, this.mode === "LSTM" ? (last as unknown as Tensor) : last[0]!];
  }
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface RNN extends SingleState {}

/**
 * Elman RNN layers: h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu. Input [T, B, input_size] (or
 * [B, T, ...] with `batch_first`), or packed; output [T, B, directions * hidden_size] and the last states.
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { RNN } from "@tt/nn";
 * const [output, h_n] = new RNN(10, 20, 2)(rand(5, 3, 10));
 * output.shape; // [5, 3, 20]
 * h_n.shape; // [2, 3, 20]
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class RNN extends RecurrentLayer {
  readonly nonlinearity: "tanh" | "relu";

  constructor(...args: ConstructorArgs<RnnArgs, RecurrentNames>) {
    const values = recurrentArgs<[string]>("RNN", args, 'str nonlinearity="tanh"');
    const nonlinearity = values[10];
    if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
      throw new ValueError(`Unknown nonlinearity '${nonlinearity}'`);
    }
    super(nonlinearity === "tanh" ? "RNN_TANH" : "RNN_RELU", values as unknown as RecurrentValues);
    this.nonlinearity = nonlinearity;
  }

  override forward(input: Tensor | PackedSequence, hx?: Tensor | null): [Tensor | PackedSequence, Tensor] {
    const [output, last] = this.run(input, hx === null || hx === undefined ? null : [hx]);
    return [output, last[0]!];
  }
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface GRU extends SingleState {}

/** Gated recurrent units (Cho et al. 2014), with the shapes of {@link RNN}. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class GRU extends RecurrentLayer {
  constructor(...args: RecurrentParams) {
    super("GRU", recurrentArgs("GRU", args));
  }

  override forward(input: Tensor | PackedSequence, hx?: Tensor | null): [Tensor | PackedSequence, Tensor] {
    const [output, last] = this.run(input, hx === null || hx === undefined ? null : [hx]);
    return [output, last[0]!];
  }
}

type LstmState = readonly [h_0: Tensor, c_0: Tensor];

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface LSTM {
  (input: Tensor, hx?: LstmState | null): [output: Tensor, state: [h_n: Tensor, c_n: Tensor]];
  (input: PackedSequence, hx?: LstmState | null): [output: PackedSequence, state: [h_n: Tensor, c_n: Tensor]];
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997), with the shapes of {@link RNN}; `proj_size` projects the
 * hidden state (Sak et al. 2014).
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { LSTM } from "@tt/nn";
 * const [output, [h_n, c_n]] = new LSTM(10, 20)(rand(5, 3, 10));
 * output.shape; // [5, 3, 20]
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class LSTM extends RecurrentLayer {
  constructor(...args: RecurrentParams) {
    super("LSTM", recurrentArgs("LSTM", args));
  }

  /** The shape of cell states for an input: [layers * directions, batch, hidden_size]. */
  get_expected_cell_size(input: Tensor, batch_sizes: Tensor | null): number[] {
    return [this.num_layers * (this.bidirectional ? 2 : 1), this.batchOf(input, batch_sizes), this.hidden_size];
  }

  override check_forward_args(input: Tensor, hidden: readonly Tensor[], batch_sizes: Tensor | null): void {
    this.check_input(input, batch_sizes);
    const sizes = [this.get_expected_hidden_size(input, batch_sizes), this.get_expected_cell_size(input, batch_sizes)];
    sizes.forEach((size, i) => this.check_hidden_size(hidden[i]!, size, `Expected hidden[${i}] size {}, got {}`));
  }

  override forward(input: Tensor | PackedSequence, hx?: LstmState | null): [Tensor | PackedSequence, [Tensor, Tensor]] {
    const [output, last] = this.run(input, hx ?? null);
    return [output, last as [Tensor, Tensor]];
  }
}
