import { describe, expect, it } from "vitest";
import { int64 } from "../../dtype/dtype.ts";
import { scattered, viewOf } from "../testing.ts";
import {
  type BagMode,
  embeddingBag,
  embeddingBagBackward,
  embeddingBagSampleWeightsBackward,
} from "./embedding_bag.ts";

// F.embedding_bag(tensor([2, 0, 3, 1, 3]), weight, tensor([0, 2, 2]), mode=..., padding_idx=1): the second bag is empty.
const weight = viewOf([4, 2], [1, 5, 2, 6, 3, 4, 7, 0]);
const indices = viewOf([5], [2, 0, 3, 1, 3], int64);
const offsets = viewOf([3], [0, 2, 2], int64);
const grad = viewOf([3, 2], [1, 2, 3, 4, 5, 6]);

describe("embeddingBag", () => {
  it.each([
    ["sum", [4, 9, 0, 0, 14, 0], [1, 2, 0, 0, 1, 2, 10, 12]],
    ["mean", [2, 4.5, 0, 0, 7, 0], [0.5, 1, 0, 0, 0.5, 1, 5, 6]],
    ["max", [3, 5, 0, 0, 7, 0], [0, 2, 0, 0, 1, 0, 5, 6]],
  ] as [BagMode, number[], number[]][])("%s", (mode, expected, expectedGrad) => {
    const params = { mode, padding_idx: 1 };
    const out = viewOf([3, 2]);
    const winners = viewOf([3, 2], undefined, int64);
    embeddingBag(out, winners, scattered(weight), indices, offsets, null, params);
    expect(Array.from(out.array, Number)).toEqual(expected);
    const gradWeight = viewOf([4, 2]);
    embeddingBagBackward(gradWeight, scattered(grad), indices, offsets, null, winners, params);
    expect(Array.from(gradWeight.array, Number)).toEqual(expectedGrad);
  });

  it("weighs samples and differentiates by their weights", () => {
    const params = { mode: "sum", padding_idx: -1 } as const;
    const out = viewOf([3, 2]);
    const scales = viewOf([5], [1, 2, 3, 4, 5]);
    embeddingBag(out, null, weight, indices, offsets, scales, params);
    expect(Array.from(out.array, Number)).toEqual([5, 14, 0, 0, 64, 24]);
    const gradScales = viewOf([5]);
    embeddingBagSampleWeightsBackward(gradScales, grad, weight, indices, offsets, params);
    expect(Array.from(gradScales.array, Number)).toEqual([11, 11, 35, 46, 35]);
    const gradWeight = viewOf([4, 2]);
    embeddingBagBackward(gradWeight, grad, indices, offsets, scales, null, params, true);
    expect(Array.from(gradWeight.array, Number)).toEqual([2, 4, 20, 24, 1, 2, 20, 24]);
  });
});
