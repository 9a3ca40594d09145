import { allclose, manual_seed, no_grad, ones, rand, randn, tensor, type Tensor, zeros } from "@tt/core";
import { describe, expect, it } from "vitest";
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  functional as F,
  Linear,
  LSTM,
  Module,
  Sequential,
  summary,
  utils,
} from "../index.ts";

/** Throws unless the tensors agree. */
const expectClose = (a: Tensor, b: Tensor): void => {
  expect(a.shape).toEqual(b.shape);
  expect(allclose(a, b, { rtol: 1e-4, atol: 1e-6 })).toBe(true);
};

class Symmetric extends Module {
  override forward(x: Tensor): Tensor {
    return x.triu().add(x.triu(1).t());
  }
  right_inverse(x: Tensor): Tensor {
    return x.triu();
  }
}

describe("gradients and vectors", () => {
  it("clips the norm of all gradients together", () => {
    const layer = new Linear(3, 2);
    layer(ones(4, 3)).sum().backward();
    const before = utils.clip_grad_norm_(layer.parameters(), 0.5).item();
    const after = utils.clip_grad_norm_(layer.parameters(), 100).item();
    expect(before).toBeCloseTo(Math.sqrt(8 * 4 ** 2), 4);
    expect(after).toBeCloseTo(0.5, 4);
  });

  it("turns parameters into a vector and back", () => {
    const layer = new Linear(3, 2);
    const vector = utils.parameters_to_vector(layer.parameters()).detach();
    utils.vector_to_parameters(vector.mul(2), layer.parameters());
    const after = utils.parameters_to_vector(layer.parameters()).detach();
    expect(after.tolist()).toEqual(vector.mul(2).tolist());
  });
});

describe("weights computed from others", () => {
  it("weight_norm keeps the function, names the parts, and comes off", () => {
    const layer = new Linear(5, 3);
    const x = rand(2, 5);
    const before = layer(x).detach();
    utils.weight_norm(layer);
    expect(Object.keys(layer.state_dict())).toEqual(["bias", "weight_g", "weight_v"]);
    expectClose(layer(x).detach(), before);
    utils.remove_weight_norm(layer);
    expect(Object.keys(layer.state_dict())).toEqual(["bias", "weight"]);
    expectClose(layer(x).detach(), before);
  });

  it("spectral_norm brings the largest singular value to 1", () => {
    manual_seed(0);
    const layer = utils.spectral_norm(new Linear(4, 4));
    for (let i = 0; i < 50; i++) layer(rand(1, 4));
    const matrix = layer.weight.detach();
    // Powers of W^T W grow as the largest singular value to the power 2n.
    let power = matrix.t().mm(matrix);
    for (let i = 0; i < 6; i++) power = power.mm(power);
    expect(power.diagonal().sum().item()).toBeCloseTo(1, 1);
  });

  it("a parametrized weight follows its original and is printed as PyTorch does", () => {
    const layer = new Linear(3, 3);
    utils.parametrize.register_parametrization(layer, "weight", new Symmetric());
    expectClose(layer.weight.detach(), layer.weight.t().detach());
    expect(utils.parametrize.is_parametrized(layer, "weight")).toBe(true);
    expect(Object.keys(layer.state_dict())).toEqual(["bias", "parametrizations.weight.original"]);
    expect(String(layer)).toBe(
      "ParametrizedLinear(\n  in_features=3, out_features=3, bias=True\n  (parametrizations): ModuleDict(\n    (weight): ParametrizationList(\n      (0): Symmetric()\n    )\n  )\n)",
    );
    layer(rand(2, 3)).sum().backward();
    const original = [...layer.parameters()].find((p) => p.ndim === 2);
    expect(original!.grad).not.toBeNull();
    const value = layer.weight.detach();
    utils.parametrize.remove_parametrizations(layer, "weight");
    expectClose(layer.weight.detach(), value);
    expect(Object.keys(layer.state_dict())).toEqual(["bias", "weight"]);
  });

  it("pruning masks the smallest weights and adds up", () => {
    const layer = new Linear(10, 10);
    utils.prune.l1_unstructured(layer, "weight", 0.3);
    expect(layer.weight.eq(0).sum().item()).toBe(30);
    utils.prune.l1_unstructured(layer, "weight", 0.5);
    expect(layer.weight.eq(0).sum().item()).toBe(65);
    expect(utils.prune.is_pruned(layer)).toBe(true);
    utils.prune.remove(layer, "weight");
    expect(layer.weight.eq(0).sum().item()).toBe(65);
    expect(Object.keys(layer.state_dict())).toEqual(["bias", "weight"]);
  });
});

describe("modules as functions", () => {
  it("functional_call leaves the module as it was, also when it throws", () => {
    const net = new Sequential(new Linear(2, 2), new Linear(2, 1));
    const state = { "0.weight": zeros(2, 2), "0.bias": zeros(2), "1.weight": zeros(1, 2), "1.bias": ones(1) };
    const result = utils.functional_call(net, state, tensor([[1, 2]])) as Tensor;
    expect(result.tolist()).toEqual([[1]]);
    const before = utils.parameters_to_vector(net.parameters());
    expect(() => utils.functional_call(net, { "0.weight": zeros(7, 7) }, tensor([[1, 2]]))).toThrow(
      "shapes cannot be multiplied",
    );
    expectClose(utils.parameters_to_vector(net.parameters()).detach(), before.detach());
  });

  it("a fused convolution computes what the pair does", () => {
    const conv = new Conv2d(2, 3, 3);
    const bn = new BatchNorm2d(3);
    for (let i = 0; i < 3; i++) bn(conv(randn(4, 2, 5, 5)));
    conv.eval();
    bn.eval();
    const x = randn(1, 2, 5, 5);
    const [fused, pair] = no_grad(() => [utils.fuse_conv_bn_eval(conv, bn)(x), bn(conv(x))] as const);
    expect(allclose(fused, pair, { rtol: 1e-4, atol: 1e-5 })).toBe(true);
  });

  it("replace_all_batch_norm_modules_ leaves the batch's statistics only", () => {
    const net = utils.replace_all_batch_norm_modules_(new Sequential(new BatchNorm2d(3)));
    expect(Object.keys(net.state_dict())).toEqual(["0.weight", "0.bias"]);
    const y = net.eval()(randn(4, 3, 2, 2));
    expect(y.mean([0, 2, 3]).abs().max().item()).toBeLessThan(1e-5);
  });

  it("a packed batch gives what each sequence gives alone", () => {
    manual_seed(1);
    const lstm = new LSTM(3, 4, 2, { bidirectional: true });
    const sequences = [randn(2, 3), randn(5, 3), randn(3, 3)];
    const packed = utils.rnn.pack_sequence(sequences, { enforce_sorted: false });
    const [output, [hidden]] = lstm(packed);
    const [padded, lengths] = utils.rnn.pad_packed_sequence(output);
    expect(lengths.tolist()).toEqual([2n, 5n, 3n].map(Number));
    sequences.forEach((sequence, i) => {
      const [alone, [h]] = lstm(sequence);
      expectClose(padded.select(1, i).narrow(0, 0, sequence.shape[0]!).detach(), alone.detach());
      expectClose(hidden.select(1, i).detach(), h.detach());
    });
  });

  it("summary counts parameters and multiply-adds", () => {
    const found = summary(new Sequential(new Conv2d(1, 2, 3), new Linear(4, 5)), [1, 1, 6, 6]);
    expect(found.total_params).toBe(2 * 9 + 2 + 4 * 5 + 5);
    expect(found.layers.map((l) => l.output_shape)).toEqual([
      [1, 2, 4, 5],
      [1, 2, 4, 4],
      [1, 2, 4, 5],
    ]);
    expect(found.layers.map((l) => l.mult_adds)).toEqual([0, 18 * 16, 20 * 8]);
    expect(found.total_mult_adds).toBe(18 * 16 + 20 * 8);
    const up = summary(new ConvTranspose2d(2, 3, 2, 2), [4, 2, 5, 5]);
    expect(up.total_mult_adds).toBe(2 * 3 * 4 * 25 * 4);
    const steps = summary(new LSTM(3, 4), [7, 2, 3]);
    expect(steps.total_mult_adds).toBe(7 * 2 * 16 * (3 + 4));
  });

  it("summary leaves every layer's mode as it was", () => {
    const net = new Sequential(new Linear(2, 2), new BatchNorm2d(1));
    net.at(1).eval();
    summary(new Sequential(net.at(0)), [1, 2]);
    summary(net.at(1), [1, 1, 2, 2]);
    expect([net.training, net.at(0).training, net.at(1).training]).toEqual([true, true, false]);
    const frozen = new Sequential(new Linear(2, 2), new Sequential(new Linear(2, 2)).eval());
    summary(frozen, [1, 2]);
    expect([frozen.training, frozen.at(0).training, frozen.at(1).training]).toEqual([true, true, false]);
  });
});

it("functions of F check reduction in PyTorch's words", () => {
  expect(() => F.mse_loss(ones(2), ones(2), { reduction: "all" })).toThrow("all is not a valid value for reduction");
});
