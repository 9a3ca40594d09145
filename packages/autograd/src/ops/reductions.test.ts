import { std_mean, tensor, var_mean, vander } from "@tt/core";
import { cov, cumulative_trapezoid, gradient, trapezoid } from "@tt/core/statistics";
import { describe, expect, it } from "vitest";
import { checkGradients } from "./cases.ts";

describe("gradients of reductions", () => {
  checkGradients([
    ["prod", (x) => x.prod(), [2, 3]],
    ["prod along a dim", (x) => x.prod(1, true), [2, 3]],
    ["prod with a zero", (x) => x.mul(tensor([[0, 1, 1]])).prod(1), [1, 3]],
    ["max", (x) => x.max(), [2, 3]],
    ["max along a dim", (x) => x.max(1)[0], [2, 3]],
    ["min along a dim", (x) => x.min(0, true)[0], [2, 3]],
    ["amax", (x) => x.amax([0, 1]), [2, 3]],
    ["amin", (x) => x.amin(1), [2, 3]],
    ["median", (x) => x.median(), [5]],
    ["median along a dim", (x) => x.median(1)[0], [2, 3]],
    ["mode", (x) => x.mode(1)[0], [2, 3]],
    ["kthvalue", (x) => x.kthvalue(2, 0, true)[0], [3, 2]],
    ["quantile", (x) => x.quantile(0.4, 1), [2, 3]],
    ["nansum", (x) => x.nansum(1), [2, 3]],
    ["nanmean", (x) => x.nanmean(0), [2, 3]],
    ["logsumexp", (x) => x.logsumexp([1]), [2, 3]],
    ["var", (x) => x.var(1), [2, 3]],
    ["std", (x) => x.std([0, 1], { correction: 0 }), [2, 3]],
    ["var_mean", (x) => [...var_mean(x, 1)], [2, 3]],
    ["std_mean", (x) => [...std_mean(x, [0], true, true)], [3, 2]],
    ["norm 2", (x) => x.norm(), [2, 3]],
    ["norm 1", (x) => x.norm(1, 1), [2, 3]],
    ["norm 3", (x) => x.norm(3, [0, 1], true), [2, 3]],
    ["norm 1.5", (x) => x.norm(1.5, 0), [2, 3]],
    ["norm inf", (x) => x.norm(Number.POSITIVE_INFINITY, 1), [2, 3]],
    ["dist", (x, y) => x.dist(y, 3), [2, 3], [2, 3]],
    ["renorm", (x) => x.renorm(2, 0, 1), [2, 3]],
    ["cov", (x) => cov(x), [2, 4]],
  ]);
});

describe("gradients of scans and differences", () => {
  checkGradients([
    ["cumsum", (x) => x.cumsum(1), [2, 3]],
    ["cumprod", (x) => x.cumprod(0), [3, 2]],
    ["cumprod with zeros", (x) => x.mul(tensor([1, 0, 1, 0])).cumprod(0), [4]],
    ["cummax", (x) => x.cummax(1)[0], [2, 4]],
    ["cummin", (x) => x.cummin(1)[0], [2, 4]],
    ["logcumsumexp", (x) => x.logcumsumexp(1), [2, 3]],
    ["diff", (x) => x.diff(2, 1), [2, 4]],
    ["gradient", (x) => gradient(x, { spacing: [0.5, 2], edge_order: 2 }), [3, 4]],
    ["gradient over coordinates", (x) => gradient(x, { spacing: [tensor([0, 1, 3, 4.5])], edge_order: 1 }), [4]],
    ["trapezoid", (x, y) => trapezoid(x, y), [4], [4]],
    ["cumulative_trapezoid", (x) => cumulative_trapezoid(x, { dx: 0.5, dim: 0 }), [4, 2]],
    ["vander", (x) => vander(x, 4), [3]],
  ]);
});

describe("gradients of sorting and softmax", () => {
  checkGradients([
    ["sort", (x) => x.sort(1, true)[0], [2, 4]],
    ["topk", (x) => x.topk(2, 1)[0], [2, 4]],
    ["msort", (x) => x.msort(), [4, 2]],
    ["softmax", (x) => x.softmax(1), [2, 3]],
    ["log_softmax", (x) => x.log_softmax(0), [2, 3]],
  ]);

  it("share a full maximum among equals, but give a maximum along a dim to the first", () => {
    const x = tensor([3, 1, 3], { requires_grad: true });
    x.max().backward();
    expect(x.grad!.tolist()).toEqual([0.5, 0, 0.5]);
    x.grad = null;
    x.max(0)[0].backward();
    expect(x.grad!.tolist()).toEqual([1, 0, 0]);
  });

  it("are zero where a norm or deviation is", () => {
    const x = tensor([0, 0], { requires_grad: true });
    x.norm().backward();
    x.std().backward();
    expect(x.grad!.tolist()).toEqual([0, 0]);
  });
});
