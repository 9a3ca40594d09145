import { describe, expect, it } from "vitest";
import { arange, manual_seed, ones, rand, tensor, type Tensor, zeros } from "@tt/core";
import * as nn from "../index.ts";
import * as native from "../native.ts";

// What PyTorch gives.
const CTC = [1.4768513441085815, 3.2190396785736084] as const;
const MASK = [
  [true, true, false, true, false, false, true, true, true],
  [false, true, false, true, true, false, true, true, false],
];

const distance = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item();

describe("losses by ATen's names", () => {
  const x = tensor([
    [0.1, -0.2],
    [0.3, 0.4],
  ]).log_softmax(1);
  const y = tensor([
    [0.5, 0.5],
    [0.25, 0.75],
  ]);

  it("take the reduction as a number", () => {
    const { functional: F } = nn;
    expect(native.kl_div(x, y, 2).item()).toBe(F.kl_div(x, y, { reduction: "sum" }).item());
    expect(native.kl_div(x, y).shape).toEqual([2, 2]);
    expect(native.binary_cross_entropy_with_logits(x, y, { reduction: 2 }).item()).toBe(
      F.binary_cross_entropy_with_logits(x, y, { reduction: "sum" }).item(),
    );
    expect(native.margin_ranking_loss(x, y, ones(2, 2), 0.5, 1).item()).toBe(
      F.margin_ranking_loss(x, y, ones(2, 2), 0.5).item(),
    );
    expect(native.cosine_embedding_loss(x, y, tensor([1, -1]), { margin: 0.1 }).shape).toEqual([2]);
    expect(native.triplet_margin_loss(x, y, x.neg(), { reduction: 1 }).item()).toBe(
      F.triplet_margin_loss(x, y, x.neg()).item(),
    );
    expect(native.hinge_embedding_loss(x, y.sign(), { reduction: 1 }).item()).toBe(
      F.hinge_embedding_loss(x, y.sign()).item(),
    );
    expect(native.poisson_nll_loss(x, y, true, false, 1e-8, 1).item()).toBe(F.poisson_nll_loss(x, y).item());
  });

  it("take ctc_loss's lengths as lists and as tensors", () => {
    const probs = arange(24).reshape(4, 2, 3).mul(0.1).sin().log_softmax(2);
    const targets = tensor([
      [1n, 2n],
      [2n, 1n],
    ]);
    expect(native.ctc_loss(probs, targets, [4, 4], [2, 1], { reduction: 1 }).item()).toBeCloseTo(CTC[0], 5);
    expect(native.ctc_loss(probs, targets, tensor([4n, 3n]), tensor([2n, 1n]), 0, 2).item()).toBeCloseTo(CTC[1], 5);
  });
});

describe("recurrent layers as functions", () => {
  const input = rand(5, 3, 4);

  it.each([
    ["LSTM", nn.LSTM, native.lstm],
    ["GRU", nn.GRU, native.gru],
    ["RNN", nn.RNN, native.rnn_tanh],
  ] as const)("agree with nn.%s", (kind, Layer, fn) => {
    const layer = new Layer(4, 6, 2, { bidirectional: true });
    const states = [rand(4, 3, 6), rand(4, 3, 6)] as const;
    const hx = kind === "LSTM" ? states : states[0];
    const call = fn as unknown as (...args: unknown[]) => [Tensor, Tensor];
    const rest = [layer.all_weights.flat(), true, 2, 0, false, true] as const;
    const [expected, last] = (layer as unknown as (x: Tensor, h: unknown) => [Tensor, unknown])(input, hx);
    const [out, h] = call(input, hx, ...rest, false);
    expect(distance(out, expected)).toBeLessThan(1e-6);
    expect(distance(h, kind === "LSTM" ? (last as [Tensor])[0] : (last as Tensor))).toBeLessThan(1e-6);
    const [swapped] = call(input.transpose(0, 1), hx, ...rest, true);
    expect(distance(swapped.transpose(0, 1), expected)).toBeLessThan(1e-6);
    const packed = nn.utils.rnn.pack_padded_sequence(input, [5, 5, 5]);
    const [data] = call(packed.data, packed.batch_sizes, hx, ...rest);
    expect(distance(data.reshape(5, 3, 12), expected)).toBeLessThan(1e-6);
  });

  it("have cells", () => {
    const cell = new nn.LSTMCell(4, 6);
    const [x, h, c] = [rand(3, 4), rand(3, 6), rand(3, 6)];
    const [hidden, state] = native.lstm_cell(x, [h, c], cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh);
    const expected = cell(x, [h, c]);
    expect(distance(hidden, expected[0])).toBeLessThan(1e-6);
    expect(distance(state, expected[1])).toBeLessThan(1e-6);
    const gru = new nn.GRUCell(4, 6, false);
    expect(distance(native.gru_cell(x, h, gru.weight_ih, gru.weight_hh), gru(x, h))).toBeLessThan(1e-6);
    expect(() => native.lstm(rand(1, 1, 4), [h], [], true, 1, 0, false, false, false)).toThrow(
      "lstm expects two hidden states",
    );
  });
});

describe("others", () => {
  it("give what PyTorch's give beside the result", () => {
    manual_seed(3);
    const [dropped, mask] = native.native_dropout(ones(2, 9), 0.5, true);
    expect(dropped.tolist()).toEqual(mask.mul(2).to(dropped.dtype).tolist());
    expect(mask.tolist()).toEqual(MASK);
    const [out, mean, rstd] = native.native_group_norm(
      arange(8).reshape(1, 4, 2).float(),
      null,
      null,
      1,
      4,
      2,
      2,
      1e-5,
    );
    expect(mean.tolist()).toEqual([[1.5, 5.5]]);
    expect(rstd.at(0, 0).item()).toBeCloseTo(0.8944, 4);
    expect(out.at(0, 0, 0).item()).toBeCloseTo(-1.3416, 4);
    const v = arange(6).reshape(2, 3).float();
    expect(native.norm_except_dim(v, 2, 1).tolist()[0][0]).toBe(3);
    expect(native.norm_except_dim(v, 2, 0).shape).toEqual([2, 1]);
    expect(native.norm_except_dim(v, 2, -1).item()).toBeCloseTo(7.4162, 4);
  });

  it("sample grids by the numbers of their modes", () => {
    const image = arange(4).reshape(1, 1, 2, 2).float();
    const grid = native.affine_grid_generator(
      tensor([
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
      ]),
      [1, 1, 2, 2],
      false,
    );
    expect(native.grid_sampler(image, grid, 0, 0, false).tolist()).toEqual(image.tolist());
    expect(native.grid_sampler_2d(image, zeros(1, 1, 1, 2), 1, 1, true).numel()).toBe(1);
    expect(() => native.grid_sampler_3d(image, grid, 0, 0, false)).toThrow("expected 5D input");
  });

  it("tell which index went to which bag", () => {
    const weight = arange(6).reshape(3, 2).float();
    const bags = [weight, tensor([0n, 1n, 2n, 1n]), tensor([0n, 2n])] as const;
    expect(native.embedding_bag(...bags).result.tolist()).toEqual([
      [2, 4],
      [6, 8],
    ]);
    const { result, offset2bag, bag_size, max_indices } = native.embedding_bag(...bags, { mode: 2 });
    expect(result.tolist()).toEqual([
      [2, 3],
      [4, 5],
    ]);
    expect(offset2bag.tolist()).toEqual([0, 0, 1, 1]);
    expect(bag_size.tolist()).toEqual([2, 2]);
    expect(max_indices.tolist()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    const table = ones(2, 3).mul(3);
    expect(native.embedding_renorm_(table, tensor([0n]), 1, 2)).toBe(table);
    expect(table.norm(2, 1).at(0).item()).toBeCloseTo(1, 5);
    expect(table.at(1).tolist()).toEqual([3, 3, 3]);
  });
});
