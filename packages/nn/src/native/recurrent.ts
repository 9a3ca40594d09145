import { callOp } from "@tt/core/dispatch";
import { RuntimeError, type Tensor } from "@tt/core";
import { runPacked, runPadded } from "../layers/rnn/layer.ts";
import { type CellParameters, inputGates, type Mode, type State, step } from "../layers/rnn/step.ts";
import { defineNative } from "./define.ts";

type Maybe = Tensor | null;
type Direction = (input: Tensor, state: State, p: CellParameters, reverse: boolean) => [Tensor, State];

interface Layers {
  readonly params: readonly Tensor[];
  readonly has_biases: boolean;
  readonly num_layers: number;
  readonly dropout: number;
  readonly bidirectional: boolean;
}

/** The flat list of parameters, divided into layers and directions. */
function cells({ params, has_biases, num_layers, bidirectional }: Layers): CellParameters[] {
  const count = num_layers * (bidirectional ? 2 : 1);
  const each = params.length / count;
  const plain = has_biases ? 4 : 2;
  if (each !== plain && each !== plain + 1) {
    throw new RuntimeError(
      `got an incorrect number of RNN parameters: ${params.length} for ${count} layers and directions`,
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const [weight_ih, weight_hh, ...rest] = params.slice(i * each, (i + 1) * each) as [Tensor, Tensor, ...Tensor[]];
    const [bias_ih = null, bias_hh = null] = has_biases ? rest : [];
    return { weight_ih, weight_hh, bias_ih, bias_hh, weight_hr: each > plain ? rest.at(-1)! : null };
  });
}

function run(input: Tensor, states: readonly Tensor[], layers: Layers, direction: Direction): [Tensor, ...Tensor[]] {
  const directions = layers.bidirectional ? 2 : 1;
  const all = cells(layers);
  const last: State[] = [];
  let current = input;
  for (let layer = 0; layer < layers.num_layers; layer++) {
    if (layer > 0 && layers.dropout > 0) current = callOp("dropout", current, layers.dropout, true);
    const outputs: Tensor[] = [];
    for (let d = 0; d < directions; d++) {
      const index = layer * directions + d;
      const state = states.map((s) => s.select(0, index)) as unknown as State;
      const [out, final] = direction(current, state, all[index]!, d === 1);
      outputs.push(out);
      last.push(final);
    }
    current = directions === 1 ? outputs[0]! : callOp("cat", outputs, -1);
  }
  return [
    current,
    ...states.map((_, i) =>
      callOp(
        "stack",
        last.map((s) => s[i]!),
        0,
      ),
    ),
  ];
}

const LAYERS = "Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional";
const CELL = "Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None";

for (const [name, mode, what] of [
  ["lstm", "LSTM", "`nn.LSTM`"],
  ["gru", "GRU", "`nn.GRU`"],
  ["rnn_tanh", "RNN_TANH", "`nn.RNN`"],
  ["rnn_relu", "RNN_RELU", "`nn.RNN` with relu"],
] as const satisfies readonly (readonly [string, Mode, string])[]) {
  const hidden = mode === "LSTM" ? "Tensor[] hx" : "Tensor hx";
  const returns = mode === "LSTM" ? "(Tensor output, Tensor h_n, Tensor c_n)" : "(Tensor output, Tensor h_n)";
  const statesOf = (hx: Tensor | readonly Tensor[]): readonly Tensor[] => {
    const states = Array.isArray(hx) ? (hx as readonly Tensor[]) : [hx as Tensor];
    if (mode === "LSTM" && states.length !== 2) throw new RuntimeError("lstm expects two hidden states");
    return states;
  };

  defineNative(
    `${name}.input(Tensor input, ${hidden}, ${LAYERS}, bool batch_first) -> ${returns}`,
    `${what} as a function: states [layers * directions, B, hidden] and the flat list of parameters.`,
    (
      input: Tensor,
      hx: Tensor | readonly Tensor[],
      params: readonly Tensor[],
      has_biases: boolean,
      num_layers: number,
      dropout: number,
      train: boolean,
      bidirectional: boolean,
      batch_first: boolean,
    ) => {
      const steps = batch_first ? input.transpose(0, 1) : input;
      const layers = { params, has_biases, num_layers, dropout: train ? dropout : 0, bidirectional };
      const [out, ...last] = run(steps, statesOf(hx), layers, (x, state, p, reverse) =>
        runPadded(mode, x, state, p, reverse),
      );
      return [batch_first ? out.transpose(0, 1) : out, ...last];
    },
  );

  defineNative(
    `${name}.data(Tensor data, Tensor batch_sizes, ${hidden}, ${LAYERS}) -> ${returns}`,
    `${what} as a function over packed data.`,
    (
      data: Tensor,
      batch_sizes: Tensor,
      hx: Tensor | readonly Tensor[],
      params: readonly Tensor[],
      has_biases: boolean,
      num_layers: number,
      dropout: number,
      train: boolean,
      bidirectional: boolean,
    ) => {
      const sizes = batch_sizes.tolist() as number[];
      const layers = { params, has_biases, num_layers, dropout: train ? dropout : 0, bidirectional };
      return run(data, statesOf(hx), layers, (x, state, p, reverse) => runPacked(mode, x, sizes, state, p, reverse));
    },
  );

  defineNative(
    `${name}_cell(Tensor input, ${hidden}, ${CELL}) -> ${mode === "LSTM" ? "(Tensor hidden, Tensor cell)" : "Tensor"}`,
    "One step of the layer's cell for input [B, input_size].",
    (
      input: Tensor,
      hx: Tensor | readonly Tensor[],
      weight_ih: Tensor,
      weight_hh: Tensor,
      bias_ih: Maybe,
      bias_hh: Maybe,
    ) => {
      const p = { weight_ih, weight_hh, bias_ih, bias_hh, weight_hr: null };
      const next = step(mode, inputGates(input, p), statesOf(hx) as unknown as State, p);
      return mode === "LSTM" ? next : next[0];
    },
  );
}
