import { grad } from "@tt/autograd";
import { type DType, float32, float64, type Tensor } from "@tt/core";
import { call, defineOp, modes, type Op } from "@tt/core/dispatch";
import { type CellParameters, type Mode, type State } from "./step.ts";

type Maybe = Tensor | null;

const like = (tensor: Tensor, shape: readonly number[]): { shape: readonly number[]; dtype: DType } => ({
  shape,
  dtype: tensor.dtype,
});

/** The first row and the number of sequences of each step, in the order of computation. */
function stepsOf(sizes: readonly number[], reverse: boolean): Int32Array {
  const steps = new Int32Array(2 * sizes.length);
  let at = 0;
  sizes.forEach((size, t) => {
    const place = 2 * (reverse ? sizes.length - 1 - t : t);
    steps[place] = at;
    steps[place + 1] = size;
    at += size;
  });
  return steps;
}

/** Arguments of a kernel: the last two as a table of steps. */
const withSteps = (...args: unknown[]): unknown[] => [
  ...args.slice(0, -2),
  stepsOf(args.at(-2) as readonly number[], args.at(-1) as boolean),
];

const STEPS = "str mode, int[] sizes, bool reverse";

const backward: Op = defineOp({
  schema: `_recurrent_backward(Tensor? grad_output, Tensor? grad_h, Tensor? grad_c, Tensor reserve, Tensor h_before, Tensor c_before, Tensor weight, ${STEPS}) -> (Tensor gates, Tensor h, Tensor c, Tensor recurrent)`,
  doc: "Gradients of a recurrent layer's gates and first states.",
  variants: "internal",
  nondifferentiable: true,
  kernel: "recurrent_backward",
  meta: (
    _g: Maybe,
    _gH: Maybe,
    _gC: Maybe,
    reserve: Tensor,
    hBefore: Tensor,
    _cBefore: Tensor,
    weight: Tensor,
    mode: Mode,
    sizes: readonly number[],
  ) => {
    const state = like(weight, [Math.max(...sizes), hBefore.shape[1]!]);
    const gates = like(weight, [reserve.shape[0]!, weight.shape[0]!]);
    const none = like(weight, [0]);
    return [gates, state, mode === "LSTM" ? state : none, mode === "GRU" ? gates : none];
  },
  kernelArgs: withSteps,
});

const dense = (t: Maybe | undefined): Maybe => t?.contiguous() ?? null;

type Inputs = readonly [gates: Tensor, h0: Tensor, c0: Maybe, weight: Tensor, bias: Maybe];

/** One direction of one layer in ordinary ops: [output, ...last states]. */
export type Plain = (
  inputs: Inputs,
  mode: Mode,
  sizes: readonly number[],
  reverse: boolean,
  packed: boolean,
) => Tensor[];

/** Makes the fused layer, one node of the graph; where the gradient itself is recorded, `plain` is differentiated. */
export function defineRecurrent(plain: Plain): Op {
  return defineOp({
    schema: `_recurrent(Tensor gates, Tensor h0, Tensor? c0, Tensor weight, Tensor? bias, ${STEPS}, bool packed) -> (Tensor output, Tensor h_n, Tensor c_n, Tensor reserve, Tensor h_before, Tensor c_before)`,
    doc: "One direction of a recurrent layer from the input's share of its gates, [rows, gates * hidden].",
    variants: "internal",
    gradName: (args) => (args[8] === true ? "CatBackward0" : "StackBackward0"),
    kernel: "recurrent_forward",
    meta: (
      gates: Tensor,
      h0: Tensor,
      c0: Maybe,
      _weight: Tensor,
      _bias: Maybe,
      mode: Mode,
      sizes: readonly number[],
      _reverse: boolean,
      packed: boolean,
    ) => {
      const rows = gates.shape[0]!;
      const [batch, width] = h0.shape as [number, number];
      const all = like(gates, [rows, width]);
      const output = packed ? all : like(gates, [sizes.length, batch, width]);
      const state = like(h0, h0.shape);
      const kept = like(gates, [rows, mode === "LSTM" || mode === "GRU" ? 4 * width : width]);
      const none = like(gates, [0]);
      return c0 === null ? [output, state, none, kept, all, none] : [output, state, state, kept, all, all];
    },
    kernelArgs: (...args: unknown[]) => withSteps(...args.slice(0, -1)),
    derivative: {
      "gates, h0, c0, weight, bias": [
        (
          grads: readonly Maybe[],
          needs: readonly boolean[],
          gates: Tensor,
          h0: Tensor,
          c0: Maybe,
          weight: Tensor,
          bias: Maybe,
          mode: Mode,
          sizes: readonly number[],
          reverse: boolean,
          packed: boolean,
          reserve: Tensor,
          hBefore: Tensor,
          cBefore: Tensor,
        ) => {
          if (modes().gradEnabled) {
            const inputs: Inputs = [gates, h0, c0, weight, bias];
            return gradients(grads, inputs, needs, plain(inputs, mode, sizes, reverse, packed));
          }
          const [g, gH, gC] = grads.slice(0, 3).map(dense) as [Maybe, Maybe, Maybe];
          const kept = [reserve, hBefore, cBefore, weight, mode, sizes, reverse];
          const [dGates, dh, dc, own] = call(backward, [g, gH, c0 === null ? null : gC, ...kept]) as Tensor[];
          const recurrent = mode === "GRU" ? own! : dGates!;
          return [
            dGates,
            dh,
            c0 === null ? null : dc,
            needs[3] ? recurrent.t().mm(hBefore) : null,
            needs[4] ? recurrent.sum(0) : null,
          ];
        },
        "gates",
        "h0",
        "c0",
        "weight",
        "bias",
        "mode",
        "sizes",
        "reverse",
        "packed",
        "reserve",
        "h_before",
        "c_before",
      ],
    },
  });
}

/** Gradients that can be differentiated again. */
function gradients(
  grads: readonly Maybe[],
  inputs: Inputs,
  needs: readonly boolean[],
  outputs: readonly Tensor[],
): Maybe[] {
  const given = outputs.map((_, i) => grads[i] ?? null);
  const used = [...given.keys()].filter((i) => given[i] !== null && outputs[i]!.requires_grad);
  const wanted = [...inputs.keys()].filter((i) => needs[i] === true);
  const found = grad(
    used.map((i) => outputs[i]!),
    wanted.map((i) => inputs[i]!),
    { grad_outputs: used.map((i) => given[i]!), create_graph: true, allow_unused: true },
  );
  const result: Maybe[] = inputs.map(() => null);
  wanted.forEach((i, k) => (result[i] = found[k] ?? null));
  return result;
}

/** Whether the fused layer computes this: plain tensors of one dtype, without interpreter layers in between. */
export function isFusable(gates: Tensor, state: State, p: CellParameters): boolean {
  const { dtype } = gates;
  if ((dtype !== float32 && dtype !== float64) || p.weight_hr !== null || modes().layers.length > 0) return false;
  if (gates.numel() === 0 || state[0].numel() === 0) return false;
  return [...state, p.weight_hh, p.bias_hh].every(
    (t) => t === null || (t.dtype === dtype && t.device === gates.device),
  );
}

/** Runs the fused layer over gates [rows, G * hidden]: output [rows, hidden] (not packed, [T, B, hidden]) and last state. */
export function runFused(
  op: Op,
  mode: Mode,
  gates: Tensor,
  sizes: readonly number[],
  state: State,
  p: CellParameters,
  reverse: boolean,
  packed: boolean,
): [Tensor, State] {
  const [h0, c0 = null] = state;
  const inputs = [gates, h0, c0, p.weight_hh, p.bias_hh].map(dense);
  const [output, h, c] = call(op, [...inputs, mode, sizes, reverse, packed]) as [Tensor, Tensor, Tensor];
  return [output, c0 === null ? [h] : [h, c]];
}
