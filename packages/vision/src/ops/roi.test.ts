import { rand, tensor } from "@tt/core";
import { expect, it } from "vitest";
import { batched_nms, nms, roi_align } from "./index.ts";

it("suppresses boxes of the same class only", () => {
  const boxes = tensor([
    [0, 0, 10, 10],
    [1, 1, 10, 10],
    [20, 20, 30, 30],
  ]);
  const scores = tensor([0.5, 0.9, 0.1]);
  expect(nms(boxes, scores, 0.5).tolist()).toEqual([1, 2]);
  expect(batched_nms(boxes, scores, tensor([0n, 1n, 0n]), 0.5).tolist()).toEqual([1, 0, 2]);
});

it("passes gradients to the feature maps", () => {
  const maps = rand(1, 2, 6, 6).requires_grad_();
  roi_align(maps, tensor([[0, 1, 1, 5, 5]]), 2)
    .sum()
    .backward();
  // Each of the 2 x 4 bins is a mean: weights of one.
  expect(maps.grad!.sum().item()).toBeCloseTo(8, 4);
});
