import { expect, it } from "vitest";
import { arange, float32, zeros } from "../../index.ts";

it("points at a storage or another tensor's memory", () => {
  const source = arange(6).to(float32);
  const x = zeros(2);
  expect(x.set_(source.storage).tolist()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(x.set_(source, 1, [2, 2]).tolist()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(x.set_(source, { storage_offset: 0, size: [2, 3], stride: [1, 2] }).tolist()).toEqual([
    [0, 2, 4],
    [1, 3, 5],
  ]);
  source.fill_(7);
  expect(x.at(1, 2).item()).toBe(7);
  expect(x.set_().shape).toEqual([0]);
  expect(() => x.set_(source, 4, [3])).toThrow("out of bounds for storage of size 24");
  expect(() => x.set_(3)).toThrow("argument 'source' must be Tensor or Storage");
});
