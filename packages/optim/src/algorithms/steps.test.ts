import { bfloat16, Complex, tensor, type Tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { Adam, AdamW, LBFGS, type LBFGSOptions, Rprop, SGD } from "../index.ts";
import { rounded, withGrad } from "../testing.ts";

describe("SGD", () => {
  it("keeps a running sum of gradients as momentum", () => {
    const p = withGrad([1], [1]);
    const optimizer = new SGD([p], { lr: 0.1, momentum: 0.9 });
    optimizer.step();
    optimizer.step();
    // 1 - 0.1 - 0.1 * 1.9
    expect(rounded(p)).toEqual([0.71]);
    expect(rounded(optimizer.state.get(p)!["momentum_buffer"])).toEqual([1.9]);
  });

  it("decays weights through the gradient, and climbs when asked", () => {
    const p = withGrad([2], [1]);
    new SGD([p], { lr: 0.1, weight_decay: 0.5, maximize: true }).step();
    // 2 - 0.1 * (-1 + 0.5 * 2)
    expect(rounded(p)).toEqual([2]);
  });

  it("takes the ops' way for tensors with gaps, and for half precision", () => {
    const base = tensor([1, 10, 2, 20]);
    const gaps = base.at("::2");
    gaps.gradTensor = tensor([1, 1]);
    const half = tensor([1], { dtype: bfloat16 });
    half.gradTensor = tensor([1], { dtype: bfloat16 });
    new SGD([gaps, half], { lr: 0.5, momentum: 0.9 }).step();
    expect(base.tolist()).toEqual([0.5, 10, 1.5, 20]);
    expect(half.tolist()).toEqual([0.5]);
  });
});

describe("Adam", () => {
  it("first steps by the learning rate in the direction of the sign", () => {
    const p = withGrad([1, 1], [0.001, -1000]);
    new Adam([p], { lr: 0.1 }).step();
    expect(rounded(p)).toEqual([0.9, 1.1]);
  });

  it("and AdamW shrinks weights apart from that", () => {
    const p = withGrad([1], [1]);
    new AdamW([p], { lr: 0.1, weight_decay: 0.5 }).step();
    expect(rounded(p)).toEqual([0.85]);
  });

  it("treats complex numbers as pairs", () => {
    const p = tensor([new Complex(1, 1)]);
    p.gradTensor = tensor([new Complex(1, -5)]);
    new Adam([p], { lr: 0.1 }).step();
    const [z] = p.tolist() as [Complex];
    expect([z.re, z.im].map((x) => Number(x.toFixed(5)))).toEqual([0.9, 1.1]);
  });
});

it("Rprop's steps shrink where the gradient turns", () => {
  const p = withGrad([0, 0], [1, 1]);
  const optimizer = new Rprop([p], { lr: 0.1 });
  optimizer.step();
  p.gradTensor = tensor([1, -1]);
  optimizer.step();
  expect(rounded(optimizer.state.get(p)!["step_size"] as Tensor)).toEqual([0.12, 0.05]);
  expect(rounded(p)).toEqual([-0.22, -0.1]);
});

describe("LBFGS", () => {
  /** Not a parabola, so that the line search has work. */
  function minimise(options: LBFGSOptions): { p: Tensor; losses: number[] } {
    const p = tensor([2, -1]);
    const scale = tensor([1, 4]);
    const optimizer = new LBFGS([p], options);
    const closure = (): Tensor => {
      p.gradTensor = p.mul(scale).add(p.pow(3).mul(0.4));
      return p.pow(2).mul(scale).mul(0.5).add(p.pow(4).mul(0.1)).sum();
    };
    const losses = [0, 1, 2].map(() => optimizer.step(closure).item());
    return { p, losses };
  }

  it("comes close to the minimum", () => {
    for (const line_search_fn of [null, "strong_wolfe"] as const) {
      const { p, losses } = minimise({ line_search_fn, lr: line_search_fn === null ? 0.5 : 1 });
      expect(p.abs().max().item()).toBeLessThan(1e-2);
      expect(losses[2]).toBeLessThan(losses[0]! * 1e-3);
    }
  });

  it("needs a closure and has one group", () => {
    expect(() => new LBFGS([tensor([1])]).step()).toThrow("missing 1 required positional argument: 'closure'");
    expect(() => new LBFGS([{ params: [tensor([1])] }, { params: [tensor([1])] }])).toThrow(
      "LBFGS doesn't support per-parameter options (parameter groups)",
    );
  });
});
