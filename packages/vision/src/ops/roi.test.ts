import { arange, rand, tensor, zeros } from "@tt/core";
import { expect, it } from "vitest";
import { batched_nms, MultiScaleRoIAlign, nms, roi_align } from "./index.ts";

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

it("takes each region from the level of its size", () => {
  const pool = new MultiScaleRoIAlign(["a", "c"], 1, 2);
  const maps = {
    a: arange(64).float().view(1, 1, 8, 8),
    b: zeros(1, 1, 4, 4),
    c: arange(4).float().neg().view(1, 1, 2, 2),
  };
  const boxes = [
    tensor([
      [0, 0, 40, 40],
      [10, 10, 500, 500],
    ]),
  ];
  // torchvision 0.14
  expect(
    pool(maps, boxes, [[512, 512]])
      .flatten()
      .tolist(),
  ).toEqual([4.5, 35.859375]);
  expect(String(pool)).toBe("MultiScaleRoIAlign(featmap_names=['a', 'c'], output_size=(1, 1), sampling_ratio=2)");
  expect(() => new MultiScaleRoIAlign(["a"], 1, 2)(maps, boxes, [])).toThrow("images list should not be empty");
});
