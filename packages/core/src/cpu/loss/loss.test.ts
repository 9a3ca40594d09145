import { describe, expect, it } from "vitest";
import { int64 } from "../../dtype/dtype.ts";
import { IndexError } from "../../errors.ts";
import { logSoftmax } from "../norm/softmax.ts";
import { distance, scattered, viewOf, wave } from "../testing.ts";
import type { ArrayView } from "../view.ts";
import { ctcLoss, ctcLossBackward } from "./ctc_loss.ts";
import {
  multilabelMarginLoss,
  multilabelMarginLossBackward,
  multiMarginLoss,
  multiMarginLossBackward,
} from "./margin_loss.ts";
import { nllLoss, nllLossBackward } from "./nll_loss.ts";

const longs = (shape: number[], values: number[]): ArrayView => viewOf(shape, values, int64);

const NEAR = 3e-6;

describe("nllLoss", () => {
  const input = viewOf([3, 2], [-1, -2, -3, -4, -5, -6]);
  const target = longs([3], [1, 0, 7]);
  const weight = viewOf([2], [0.5, 2]);

  it("reduces by weight and skips the ignored index", () => {
    const out = viewOf([]);
    const total = viewOf([]);
    nllLoss(out, total, scattered(input), target, weight, "mean", 7);
    expect(distance(out, [2.2])).toBeLessThan(NEAR);
    expect(distance(total, [2.5])).toBeLessThan(NEAR);
    const grad = viewOf([3, 2]);
    nllLossBackward(grad, viewOf([], [1]), target, weight, total, "mean", 7);
    expect(distance(grad, [0, -0.8, -0.2, 0, 0, 0])).toBeLessThan(NEAR);
    nllLoss(out, total, input, target, null, "sum", 7);
    expect(distance(out, [5])).toBeLessThan(NEAR);
    const each = viewOf([3]);
    nllLoss(each, total, input, target, null, "none", 7);
    expect(distance(each, [2, 3, 0])).toBeLessThan(NEAR);
  });

  it("takes vectors and images", () => {
    const out = viewOf([]);
    nllLoss(out, viewOf([]), viewOf([3], [-1, -2, -3]), longs([], [2]), null, "mean", -100);
    expect(distance(out, [3])).toBeLessThan(NEAR);
    const each = viewOf([1, 1, 2]);
    nllLoss(each, viewOf([]), viewOf([1, 2, 1, 2], [-1, -2, -3, -4]), longs([1, 1, 2], [1, 0]), null, "none", -100);
    expect(distance(each, [3, 2])).toBeLessThan(NEAR);
  });

  it("refuses targets that are no class, before it writes", () => {
    const out = viewOf([], [9]);
    const call = (): void => nllLoss(out, viewOf([]), input, longs([3], [0, 10, 1]), null, "mean", -100);
    expect(call).toThrow(IndexError);
    expect(call).toThrow("Target 10 is out of bounds.");
    expect(distance(out, [9])).toBeLessThan(NEAR);
  });
});

describe("ctcLoss", () => {
  it("agrees with PyTorch", () => {
    // F.ctc_loss(log_softmax(sin(1.7 i)), [[1, 2], [3, 3]], [5, 4], [2, 2], reduction="none"), cotangent [1, 2]
    const logProbs = viewOf([5, 2, 4]);
    logSoftmax(logProbs, viewOf([5, 2, 4], wave(40)), 2);
    for (const targets of [longs([2, 2], [1, 2, 3, 3]), longs([4], [1, 2, 3, 3])]) {
      const loss = viewOf([2]);
      const alpha = viewOf([2, 5, 5]);
      ctcLoss(loss, alpha, logProbs, targets, [5, 4], [2, 2], 0);
      expect(distance(loss, [2.653556, 3.371782])).toBeLessThan(NEAR);
      const grad = viewOf([5, 2, 4]);
      ctcLossBackward(grad, viewOf([2], [1, 2]), scattered(logProbs), targets, [5, 4], [2, 2], loss, alpha, 0, false);
      const expected = [0.015318, -0.255886, 0.159151, 0.081417, 0.056558, 0.907601, 0.202845, -1.167003];
      expect(distance(grad, expected)).toBeLessThan(NEAR);
      // The second input has four steps only.
      expect(Array.from(grad.array.subarray(36), Number)).toEqual([0, 0, 0, 0]);
    }
  });

  it("is infinite when the target does not fit, with zero gradient on request", () => {
    const logProbs = viewOf([1, 1, 2], [-1, -1]);
    const loss = viewOf([1]);
    const alpha = viewOf([1, 1, 5]);
    const targets = longs([1, 2], [1, 1]);
    ctcLoss(loss, alpha, logProbs, targets, [1], [2], 0);
    expect(distance(loss, [Number.POSITIVE_INFINITY])).toBeLessThan(NEAR);
    const grad = viewOf([1, 1, 2], [7, 7]);
    ctcLossBackward(grad, viewOf([1], [1]), logProbs, targets, [1], [2], loss, alpha, 0, true);
    expect(distance(grad, [0, 0])).toBeLessThan(NEAR);
  });
});

describe("margin losses", () => {
  const x = viewOf([2, 4], wave(8));

  it("multi-class, squared", () => {
    // F.multi_margin_loss(x, tensor([1, 3]), 2, 0.5)
    const out = viewOf([]);
    const target = longs([2], [1, 3]);
    multiMarginLoss(out, x, target, 2, 0.5, null, "mean");
    expect(distance(out, [0.805968])).toBeLessThan(NEAR);
    const grad = viewOf([2, 4]);
    multiMarginLossBackward(grad, viewOf([], [1]), x, target, 2, 0.5, null, "mean");
    expect(distance(grad, [0, 0, 0, 0, 0.403063, 0.479156, 0.104566, -0.986784])).toBeLessThan(NEAR);
    expect(() => multiMarginLoss(out, x, longs([2], [0, 4]), 1, 1, null, "sum")).toThrow("target out of range");
  });

  it("multi-label", () => {
    // F.multilabel_margin_loss(x, tensor([[1, 3, -1, 0], [0, -1, 2, 2]]), reduction="none")
    const out = viewOf([2]);
    const isTarget = viewOf([2, 4]);
    const target = longs([2, 4], [1, 3, -1, 0, 0, -1, 2, 2]);
    multilabelMarginLoss(out, isTarget, x, target, "none");
    expect(distance(out, [0.901106, 0.326093])).toBeLessThan(NEAR);
    expect(distance(isTarget, [0, 1, 0, 1, 1, 0, 0, 0])).toBeLessThan(NEAR);
    const grad = viewOf([2, 4]);
    multilabelMarginLossBackward(grad, viewOf([2], [1, 1]), x, target, "none");
    expect(distance(grad, [0.5, -0.25, 0.25, -0.5, -0.25, 0.25, 0, 0])).toBeLessThan(NEAR);
  });
});
