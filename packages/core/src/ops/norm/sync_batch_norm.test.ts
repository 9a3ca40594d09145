import { describe, expect, it } from "vitest";
import { cat, manual_seed, ones, randn, stack, tensor, zeros, type Tensor } from "../../index.ts";
import {
  batch_norm_backward_elemt,
  batch_norm_backward_reduce,
  batch_norm_elemt,
  batch_norm_gather_stats,
  batch_norm_gather_stats_with_counts,
  batch_norm_stats,
  batch_norm_update_stats,
} from "../../neural.ts";

const distance = (a: Tensor, b: Tensor): unknown => a.sub(b).abs().max().item();

describe("batch normalisation in parts", () => {
  it("of two processes is that of all their values", () => {
    manual_seed(0);
    const [x, y] = [randn(3, 2, 4), randn(5, 2, 4)];
    const [mx, ix] = batch_norm_stats(x, 1e-5);
    const [my, iy] = batch_norm_stats(y, 1e-5);
    const both = cat([x, y]);
    const runningVar = ones(2);
    const [mean, invstd] = batch_norm_gather_stats_with_counts(
      x,
      stack([mx, my]),
      stack([ix, iy]),
      zeros(2),
      runningVar,
      0.1,
      1e-5,
      tensor([12, 20]),
    );
    const [m, i] = batch_norm_stats(both, 1e-5);
    expect(distance(mean, m)).toBeLessThan(1e-5);
    expect(distance(invstd, i)).toBeLessThan(1e-5);
    expect(distance(runningVar, both.var([0, 2]).mul(0.1).add(0.9))).toBeLessThan(1e-5);
    const half = batch_norm_gather_stats(x, stack([mx, mx]), stack([ix, ix]), null, null, 0.1, 1e-5, 12);
    expect(distance(half[0], mx)).toBeLessThan(1e-5);
    expect(
      distance(batch_norm_elemt(both, null, null, mean, invstd, 1e-5), both.sub(m.view(-1, 1)).mul(i.view(-1, 1))),
    ).toBeLessThan(1e-5);
  });

  it("has the gradient of the whole", () => {
    manual_seed(1);
    const [x, g, weight] = [randn(4, 3, 2).double(), randn(4, 3, 2).double(), randn(3).double()];
    const [mean, invstd] = batch_norm_stats(x, 1e-5);
    const [dy, dyXmu, gw, gb] = batch_norm_backward_reduce(g, x, mean, invstd, weight, true, true, true);
    const dx = batch_norm_backward_elemt(g, x, mean, invstd, weight, dy, dyXmu, tensor([8]));
    const loss = (t: Tensor): number => {
      const [m, i] = batch_norm_stats(t, 1e-5);
      return batch_norm_elemt(t, weight, null, m, i, 1e-5).mul(g).sum().item();
    };
    const step = zeros(4, 3, 2).double();
    step.setitem([1, 2, 0], 1e-5);
    const slope = (loss(x.add(step)) - loss(x.sub(step))) / 2e-5;
    expect(dx.at(1, 2, 0).item()).toBeCloseTo(slope, 6);
    expect(distance(gb!, g.sum([0, 2]))).toBeLessThan(1e-5);
    expect(distance(gw!, batch_norm_elemt(x, null, null, mean, invstd, 1e-5).mul(g).sum([0, 2]))).toBeLessThan(1e-5);
  });

  it("moves running statistics as PyTorch does", () => {
    const [mean, variance] = [zeros(2), ones(2)];
    batch_norm_update_stats(
      tensor([
        [1, 2],
        [3, 6],
      ]),
      mean,
      variance,
      0.1,
    );
    expect(mean.tolist().map((v: unknown) => Number((v as number).toFixed(6)))).toEqual([0.2, 0.4]);
    expect(variance.tolist().map((v: unknown) => Number((v as number).toFixed(6)))).toEqual([1.1, 1.7]);
  });
});
