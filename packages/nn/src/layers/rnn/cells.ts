import { empty, Parameter, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { uniform_ } from "../../init/index.ts";
import { bindConstructor, type ConstructorArgs } from "../../module/construct.ts";
import { Module } from "../../module/module.ts";
import { factory, type FactoryOptions } from "../linear.ts";
import { type CellParameters, GATES, inputGates, type Mode, type State, step } from "./step.ts";

interface CellArgs extends FactoryOptions {
  input_size: number;
  hidden_size: number;
  bias?: boolean;
}

type CellParams = ConstructorArgs<CellArgs, ["input_size", "hidden_size", "bias", "device", "dtype"]>;

const cellArgs = (name: string, args: readonly unknown[]): readonly [number, number, boolean, unknown, unknown] =>
  bindConstructor(
    `${name}(int input_size, int hidden_size, bool bias=True, Device? device=None, ScalarType? dtype=None)`,
    args,
  );

/** What the cells have in common: parameters and one step. */
export abstract class RNNCellBase extends Module {
  readonly input_size: number;
  readonly hidden_size: number;
  readonly bias: boolean;
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | null;
  bias_hh: Parameter | null;

  constructor(
    input_size: number,
    hidden_size: number,
    bias: boolean,
    num_chunks: number,
    device: unknown = null,
    dtype: unknown = null,
  ) {
    super();
    this.input_size = input_size;
    this.hidden_size = hidden_size;
    this.bias = bias;
    const make = (...shape: number[]): Parameter => new Parameter(empty(shape, factory(device, dtype)));
    const rows = num_chunks * hidden_size;
    this.weight_ih = make(rows, input_size);
    this.weight_hh = make(rows, hidden_size);
    this.bias_ih = bias ? make(rows) : null;
    this.bias_hh = bias ? make(rows) : null;
    this.reset_parameters();
  }

  /** Draws all parameters uniformly within 1 / sqrt(hidden_size). */
  reset_parameters(): void {
    const bound = this.hidden_size > 0 ? 1 / Math.sqrt(this.hidden_size) : 0;
    for (const param of this.parameters()) uniform_(param, -bound, bound);
  }

  /** One step for input [B, input_size] or [input_size]. */
  protected advance(mode: Mode, input: Tensor, hx: readonly Tensor[] | null): readonly Tensor[] {
    if (input.ndim !== 1 && input.ndim !== 2) {
      throw new RuntimeError(
        `${this._get_name()}: Expected input to be 1-D or 2-D but received ${input.ndim}-D tensor`,
      );
    }
    const batched = input.ndim === 2;
    const wide = batched ? input : input.unsqueeze(0);
    if (wide.shape[1] !== this.input_size) {
      throw new RuntimeError(`input has inconsistent input_size: got ${wide.shape[1]} expected ${this.input_size}`);
    }
    const zeros = (): Tensor => wide.new_zeros([wide.shape[0]!, this.hidden_size]);
    const given = hx?.map((h) => (batched ? h : h.unsqueeze(0)));
    const state = (given ?? (mode === "LSTM" ? [zeros(), zeros()] : [zeros()])) as unknown as State;
    for (const s of state) {
      if (s.shape[0] !== wide.shape[0]) {
        throw new RuntimeError(`Input batch size ${wide.shape[0]} doesn't match hidden0 batch size ${s.shape[0]}`);
      }
      if (s.shape[1] !== this.hidden_size) {
        throw new RuntimeError(`hidden0 has inconsistent hidden_size: got ${s.shape[1]}, expected ${this.hidden_size}`);
      }
    }
    const parameters: CellParameters = {
      weight_ih: this.weight_ih,
      weight_hh: this.weight_hh,
      bias_ih: this.bias_ih,
      bias_hh: this.bias_hh,
      weight_hr: null,
    };
    const next = step(mode, inputGates(wide, parameters), state, parameters);
    return batched ? next : next.map((s) => s.squeeze(0));
  }

  override extra_repr(): string {
    const { nonlinearity } = this as { nonlinearity?: string };
    const parts = [`${this.input_size}, ${this.hidden_size}`];
    if (!this.bias) parts.push("bias=False");
    if (nonlinearity !== undefined && nonlinearity !== "tanh") parts.push(`nonlinearity=${nonlinearity}`);
    return parts.join(", ");
  }
}

interface RnnCellArgs extends CellArgs {
  nonlinearity?: "tanh" | "relu";
}

/** One step of an {@link RNN}: input [B, input_size], hidden [B, hidden_size]. */
export class RNNCell extends RNNCellBase {
  readonly nonlinearity: "tanh" | "relu";

  constructor(
    ...args: ConstructorArgs<RnnCellArgs, ["input_size", "hidden_size", "bias", "nonlinearity", "device", "dtype"]>
  ) {
    const [input, hidden, bias, nonlinearity, device, dtype] = bindConstructor<
      [number, number, boolean, "tanh" | "relu", unknown, unknown]
    >(
      'RNNCell(int input_size, int hidden_size, bool bias=True, str nonlinearity="tanh", Device? device=None, ScalarType? dtype=None)',
      args,
    );
    super(input, hidden, bias, 1, device, dtype);
    this.nonlinearity = nonlinearity;
  }

  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    if (this.nonlinearity !== "tanh" && this.nonlinearity !== "relu") {
      throw new ValueError(`Unknown nonlinearity: ${String(this.nonlinearity)}`);
    }
    return this.advance(this.nonlinearity === "tanh" ? "RNN_TANH" : "RNN_RELU", input, hx === null ? null : [hx])[0]!;
  }
}

/** One step of an {@link LSTM}: gives the new hidden and cell states. */
export class LSTMCell extends RNNCellBase {
  constructor(...args: CellParams) {
    const [input, hidden, bias, device, dtype] = cellArgs("LSTMCell", args);
    super(input, hidden, bias, GATES.LSTM, device, dtype);
  }

  override forward(input: Tensor, hx: readonly [Tensor, Tensor] | null = null): [h_1: Tensor, c_1: Tensor] {
    return this.advance("LSTM", input, hx) as [Tensor, Tensor];
  }
}

/** One step of a {@link GRU}. */
export class GRUCell extends RNNCellBase {
  constructor(...args: CellParams) {
    const [input, hidden, bias, device, dtype] = cellArgs("GRUCell", args);
    super(input, hidden, bias, GATES.GRU, device, dtype);
  }

  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.advance("GRU", input, hx === null ? null : [hx])[0]!;
  }
}
