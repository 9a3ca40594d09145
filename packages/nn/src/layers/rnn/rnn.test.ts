import { gradcheck, gradgradcheck } from "@tt/autograd";
import { float64, int64, manual_seed, randn, tensor, type Tensor } from "@tt/core";
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

  it("check their arguments in PyTorch's words", () => {
    const lstm = new LSTM(3, 4, { num_layers: 2, bidirectional: true, proj_size: 2, batch_first: true });
    const x = randn(5, 6, 3);
    expect(lstm.get_expected_hidden_size(x, null)).toEqual([4, 5, 2]);
    expect(lstm.get_expected_cell_size(x, null)).toEqual([4, 5, 4]);
    lstm.check_forward_args(x, [randn(4, 5, 2), randn(4, 5, 4)], null);
    expect(() => lstm.check_forward_args(x, [randn(4, 5, 2), randn(4, 5, 2)], null)).toThrow(
      "Expected hidden[1] size (4, 5, 4), got [4, 5, 2]",
    );
    expect(() => new GRU(3, 4).check_input(randn(5, 3), null)).toThrow("input must have 3 dimensions, got 2");
    const state = randn(1, 3, 4);
    const order = tensor([2, 0, 1], { dtype: int64 });
    expect(new GRU(3, 4).permute_hidden(state, order).tolist()).toEqual(state.index_select(1, order).tolist());
  });
});
