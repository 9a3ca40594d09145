import { empty, Parameter, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import { uniform_ } from "../../init/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr } from "../../module/construct.ts";
import { Module } from "../../module/module.ts";
import { longs, PackedSequence } from "../../utils/packed_sequence.ts";
import { factory, type FactoryOptions } from "../linear.ts";
import { runPacked, runPadded } from "./layer.ts";
import { type CellParameters, GATES, type Mode, type State } from "./step.ts";

/** Arguments that all recurrent layers take. */
export interface RecurrentArgs extends FactoryOptions {
  input_size: number;
  hidden_size: number;
  num_layers?: number;
  bias?: boolean;
  batch_first?: boolean;
  dropout?: number;
  bidirectional?: boolean;
  proj_size?: number;
}

/** Their order by position. */
export type RecurrentNames = [
  "input_size",
  "hidden_size",
  "num_layers",
  "bias",
  "batch_first",
  "dropout",
  "bidirectional",
  "proj_size",
  "device",
  "dtype",
];

const SCHEMA =
  "int input_size, int hidden_size, int num_layers=1, bool bias=True, bool batch_first=False, float dropout=0.0, bool bidirectional=False, int proj_size=0, Device? device=None, ScalarType? dtype=None";

export type RecurrentValues = readonly [
  number,
  number,
  number,
  boolean,
  boolean,
  number,
  boolean,
  number,
  unknown,
  unknown,
];

/** Reads the arguments of `name`; those in `extra` (schema notation) may only be given by name. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function recurrentArgs<X extends readonly unknown[] = []>(
  name: string,
  args: readonly unknown[],
  extra = "",
): readonly [...RecurrentValues, ...X] {
  return bindConstructor<readonly [...RecurrentValues, ...X]>(
    `${name}(${SCHEMA}${extra === "" ? "" : `, *, ${extra}`})`,
    args,
  );
}

/** What {@link RNN}, {@link LSTM} and {@link GRU} have in common. */
export abstract class RecurrentLayer extends Module {
  readonly mode: Mode;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly num_layers: number;
  readonly bias: boolean;
  readonly batch_first: boolean;
  dropout: number;
  readonly bidirectional: boolean;
  readonly proj_size: number;

  constructor(mode: Mode, values: RecurrentValues) {
    super();
    const [input, hidden, layers, bias, batch_first, dropout, bidirectional, proj_size, device, dtype] = values;
    if (dropout < 0 || dropout > 1) {
      throw new ValueError(
        "dropout should be a number in range [0, 1] representing the probability of an element being zeroed",
      );
    }
    if (hidden <= 0) throw new ValueError("hidden_size must be greater than zero");
    if (layers <= 0) throw new ValueError("num_layers must be greater than zero");
    if (proj_size < 0) throw new ValueError("proj_size should be a positive integer or zero to disable projections");
    if (proj_size >= hidden) throw new ValueError("proj_size has to be smaller than hidden_size");
    if (proj_size > 0 && mode !== "LSTM")
      throw new ValueError("proj_size argument is only supported for LSTM, not RNN or GRU");
    this.mode = mode;
    this.input_size = input;
    this.hidden_size = hidden;
    this.num_layers = layers;
    this.bias = bias;
    this.batch_first = batch_first;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    this.proj_size = proj_size;
    const rows = GATES[mode] * hidden;
    const make = (shape: number[]): Parameter => new Parameter(empty(shape, factory(device, dtype)));
    for (let layer = 0; layer < layers; layer++) {
      for (const suffix of this.suffixes(layer)) {
        const width = layer === 0 ? input : this.outputSize * this.directions;
        this.register_parameter(`weight_ih_${suffix}`, make([rows, width]));
        this.register_parameter(`weight_hh_${suffix}`, make([rows, this.outputSize]));
        if (bias) {
          this.register_parameter(`bias_ih_${suffix}`, make([rows]));
          this.register_parameter(`bias_hh_${suffix}`, make([rows]));
        }
        if (proj_size > 0) this.register_parameter(`weight_hr_${suffix}`, make([proj_size, hidden]));
      }
    }
    this.reset_parameters();
  }

  private get directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  private get outputSize(): number {
    return this.proj_size > 0 ? this.proj_size : this.hidden_size;
  }

  private suffixes(layer: number): string[] {
    return this.bidirectional ? [`l${layer}`, `l${layer}_reverse`] : [`l${layer}`];
  }

  /** Draws all parameters uniformly within 1 / sqrt(hidden_size). */
  reset_parameters(): void {
    const bound = 1 / Math.sqrt(this.hidden_size);
    for (const param of this.parameters()) uniform_(param, -bound, bound);
  }

  /** Does nothing: weights need no packing here. */
  flatten_parameters(): void {}

  /** Parameters layer by layer and direction by direction. */
  get all_weights(): Parameter[][] {
    const named = this as unknown as Record<string, Parameter>;
    const kinds = [
      "weight_ih",
      "weight_hh",
      ...(this.bias ? ["bias_ih", "bias_hh"] : []),
      ...(this.proj_size > 0 ? ["weight_hr"] : []),
    ];
    return Array.from({ length: this.num_layers }, (_, layer) => this.suffixes(layer))
      .flat()
      .map((suffix) => kinds.map((kind) => named[`${kind}_${suffix}`]!));
  }

  private cell(suffix: string): CellParameters {
    const named = this as unknown as Record<string, Tensor | undefined>;
    return {
      weight_ih: named[`weight_ih_${suffix}`]!,
      weight_hh: named[`weight_hh_${suffix}`]!,
      bias_ih: named[`bias_ih_${suffix}`] ?? null,
      bias_hh: named[`bias_hh_${suffix}`] ?? null,
      weight_hr: named[`weight_hr_${suffix}`] ?? null,
    };
  }

  /** Runs all layers; `hx` holds the states [layers * directions, batch, size], zeros when null. */
  protected run(input: Tensor | PackedSequence, hx: readonly Tensor[] | null): [Tensor | PackedSequence, Tensor[]] {
    if (input instanceof PackedSequence) return this.runSequence(input, hx);
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw new RuntimeError(
        `${this._get_name()}: Expected input to be 2-D or 3-D but received ${input.ndim}-D tensor`,
      );
    }
    const batched = input.ndim === 3;
    const wide = batched ? input : input.unsqueeze(this.batch_first ? 0 : 1);
    const steps = this.batch_first ? wide.transpose(0, 1) : wide;
    if (hx !== null) {
      for (const state of hx) {
        if (state.ndim !== input.ndim) {
          throw new RuntimeError(
            `For ${batched ? "batched 3-D" : "unbatched 2-D"} input, hx should also be ${batched ? 3 : 2}-D but got ${state.ndim}-D tensor`,
          );
        }
      }
    }
    const states = this.initial(steps, steps.shape[1]!, batched ? hx : (hx?.map((h) => h.unsqueeze(1)) ?? null));
    const [out, last] = this.layers(steps, states, (x, state, p, reverse) =>
      runPadded(this.mode, x, state, p, reverse),
    );
    const ordered = this.batch_first ? out.transpose(0, 1) : out;
    if (batched) return [ordered, last];
    return [ordered.squeeze(this.batch_first ? 0 : 1), last.map((s) => s.squeeze(1))];
  }

  private runSequence(input: PackedSequence, hx: readonly Tensor[] | null): [PackedSequence, Tensor[]] {
    const { data, batch_sizes, sorted_indices, unsorted_indices } = input;
    const sizes = longs(batch_sizes);
    const sorted = hx === null ? null : this.permute_hidden(hx, sorted_indices);
    const states = this.initial(data, sizes[0]!, sorted);
    const [out, last] = this.layers(data, states, (x, state, p, reverse) =>
      runPacked(this.mode, x, sizes, state, p, reverse),
    );
    const restored = this.permute_hidden(last, unsorted_indices);
    return [new PackedSequence(out, batch_sizes, sorted_indices, unsorted_indices), restored];
  }

  /** @throws RuntimeError when the input is not [T, B, size] (or packed, [steps, size]) of this layer's `input_size` */
  check_input(input: Tensor, batch_sizes: Tensor | null): void {
    const rank = batch_sizes === null ? 3 : 2;
    if (input.ndim !== rank) throw new RuntimeError(`input must have ${rank} dimensions, got ${input.ndim}`);
    this.checkWidth(input);
  }

  private checkWidth(input: Tensor): void {
    if (input.shape.at(-1) === this.input_size) return;
    throw new RuntimeError(
      `input.size(-1) must be equal to input_size. Expected ${this.input_size}, got ${input.shape.at(-1)}`,
    );
  }

  /** The shape of states for an input: [layers * directions, batch, width]. */
  get_expected_hidden_size(input: Tensor, batch_sizes: Tensor | null): number[] {
    return [this.num_layers * this.directions, this.batchOf(input, batch_sizes), this.outputSize];
  }

  /** @internal number of sequences in an input */
  protected batchOf(input: Tensor, batch_sizes: Tensor | null): number {
    return batch_sizes === null ? input.shape[this.batch_first ? 0 : 1]! : longs(batch_sizes)[0]!;
  }

  /** @throws RuntimeError when states have another shape than expected; `{}` in `msg` stands for the two shapes */
  check_hidden_size(hx: Tensor, expected: readonly number[], msg = "Expected hidden size {}, got {}"): void {
    if (expected.length === hx.ndim && expected.every((size, d) => size === hx.shape[d])) return;
    throw new RuntimeError(msg.replace("{}", pyRepr(expected)).replace("{}", `[${hx.shape.join(", ")}]`));
  }

  /** {@link check_input} and {@link check_hidden_size} of what is given to `forward`. */
  check_forward_args(input: Tensor, hidden: Tensor | readonly Tensor[], batch_sizes: Tensor | null): void {
    this.check_input(input, batch_sizes);
    this.check_hidden_size(hidden as Tensor, this.get_expected_hidden_size(input, batch_sizes));
  }

  /** States with their batch in another order. */
  permute_hidden<T extends Tensor | readonly Tensor[]>(hx: T, permutation: Tensor | null): T {
    if (permutation === null) return hx;
    const permuted = (state: Tensor): Tensor => state.index_select(1, permutation);
    return (Array.isArray(hx) ? (hx as readonly Tensor[]).map(permuted) : permuted(hx as Tensor)) as T;
  }

  private initial(input: Tensor, batch: number, hx: readonly Tensor[] | null): readonly Tensor[] {
    this.checkWidth(input);
    const count = this.num_layers * this.directions;
    const widths = this.mode === "LSTM" ? [this.outputSize, this.hidden_size] : [this.outputSize];
    if (hx === null) return widths.map((width) => input.new_zeros([count, batch, width]));
    hx.forEach((state, i) => {
      const name = this.mode === "LSTM" ? `hidden[${i}]` : "hidden";
      this.check_hidden_size(state, [count, batch, widths[i]!], `Expected ${name} size {}, got {}`);
    });
    return hx;
  }

  private layers(
    input: Tensor,
    states: readonly Tensor[],
    direction: (input: Tensor, state: State, p: CellParameters, reverse: boolean) => [Tensor, State],
  ): [Tensor, Tensor[]] {
    let current = input;
    const last: State[] = [];
    for (let layer = 0; layer < this.num_layers; layer++) {
      if (layer > 0 && this.dropout > 0 && this.training) {
        current = callOp("_dropout", current, this.dropout, true, false, false, false);
      }
      const outputs = this.suffixes(layer).map((suffix, i) => {
        const index = layer * this.directions + i;
        const state = states.map((s) => s.select(0, index)) as unknown as State;
        const [out, final] = direction(current, state, this.cell(suffix), i === 1);
        last.push(final);
        return out;
      });
      current = outputs.length === 1 ? outputs[0]! : callOp("cat", outputs, -1);
    }
    return [
      current,
      states.map((_, i) =>
        callOp(
          "stack",
          last.map((s) => s[i]!),
          0,
        ),
      ),
    ];
  }

  override extra_repr(): string {
    const parts = [`${this.input_size}, ${this.hidden_size}`];
    if (this.proj_size !== 0) parts.push(`proj_size=${this.proj_size}`);
    if (this.num_layers !== 1) parts.push(`num_layers=${this.num_layers}`);
    if (!this.bias) parts.push("bias=False");
    if (this.batch_first) parts.push("batch_first=True");
    if (this.dropout !== 0) parts.push(`dropout=${pyRepr(this.dropout)}`);
    if (this.bidirectional) parts.push("bidirectional=True");
    return parts.join(", ");
  }
}

export type RecurrentParams = ConstructorArgs<RecurrentArgs, RecurrentNames>;
