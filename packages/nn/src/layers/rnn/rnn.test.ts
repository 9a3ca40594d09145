import { gradcheck, gradgradcheck } from "@tt/autograd";
import { float64, manual_seed, randn, type Tensor } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import { describe, expect, it } from "vitest";
import { GRU, LSTM, RNN } from "./rnn.ts";
import { type CellParameters, type Mode, type State, step } from "./step.ts";
import { runPacked } from "./layer.ts";

const GATES = { RNN_TANH: 1, RNN_RELU: 1, LSTM: 4, GRU: 3 } as const;
const modes = Object.keys(GATES) as Mode[];

const leaf = (...shape: number[]): Tensor => randn(shape, { dtype: float64, requires_grad: true });

/** A layer over packed data as a function of everything that has a gradient. */
function layerOf(mode: Mode, sizes: readonly number[], reverse: boolean): (...tensors: Tensor[]) => Tensor[] {
  return (data, weight_ih, weight_hh, bias_ih, bias_hh, ...state) => {
    const p = { weight_ih, weight_hh, bias_ih, bias_hh, weight_hr: null } as CellParameters;
    const [output, last] = runPacked(mode, data, sizes, state as unknown as State, p, reverse);
    return [output, ...last];
  };
}

function inputsOf(mode: Mode, sizes: readonly number[]): Tensor[] {
  const rows = GATES[mode] * 2;
  const total = sizes.reduce((n, size) => n + size, 0);
  const states = mode === "LSTM" ? 2 : 1;
  return [
    leaf(total, 1),
    leaf(rows, 1),
    leaf(rows, 2),
    leaf(rows),
    leaf(rows),
    ...Array.from({ length: states }, () => leaf(sizes[0]!, 2)),
  ];
}

describe.each(modes)("a direction of %s", (mode) => {
  it.each([
    [[2, 1], false],
    [[2, 1, 1], true],
  ])("over %j sequences has gradients of both orders", (sizes, reverse) => {
    manual_seed(3);
    const inputs = inputsOf(mode, sizes);
    expect(gradcheck(layerOf(mode, sizes, reverse), inputs)).toBe(true);
    expect(gradgradcheck(layerOf(mode, sizes, reverse), inputs)).toBe(true);
  });
});

describe("recurrent layers", () => {
  it("give what their cell gives step by step", () => {
    manual_seed(0);
    for (const layer of [new RNN(4, 5), new LSTM(4, 5), new GRU(4, 5), new RNN(4, 5, { nonlinearity: "relu" })]) {
      const input = randn(6, 3, 4);
      const p = {
        weight_ih: layer.get_parameter("weight_ih_l0"),
        weight_hh: layer.get_parameter("weight_hh_l0"),
        bias_ih: layer.get_parameter("bias_ih_l0"),
        bias_hh: layer.get_parameter("bias_hh_l0"),
        weight_hr: null,
      };
      const zeros = input.new_zeros([3, 5]);
      let state: State = layer.mode === "LSTM" ? [zeros, zeros] : [zeros];
      const outputs = input.unbind(0).map((x) => {
        state = step(layer.mode, callOp("linear", x, p.weight_ih, p.bias_ih), state, p);
        return state[0];
      });
      const [output] = (layer as unknown as (x: Tensor) => [Tensor])(input);
      const expected = callOp("stack", outputs, 0);
      expect(output.sub(expected).abs().max().item()).toBeLessThan(1e-6);
      expect(output.grad_fn?.name()).toBe("StackBackward0");
    }
  });
});
