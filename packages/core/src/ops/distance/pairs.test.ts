import { expect, it } from "vitest";
import { addbmm, int32, ones, tensor, zeros } from "../../index.ts";
import * as neural from "../../neural.ts";
import { multinomial } from "../../statistics.ts";

it("counts unlike entries as the distance of order 0", () => {
  const x = tensor([
    [1, 2, 3],
    [1, 5, 6],
    [1, 2, 4],
  ]);
  expect(neural.pdist(x, 0).tolist()).toEqual([2, 1, 2]);
  expect(neural.cdist(x, x, 0).tolist()).toEqual([
    [0, 2, 1],
    [2, 0, 2],
    [1, 2, 0],
  ]);
});

it("sums products of small integers in their own dtype", () => {
  const batch = ones(2, 2, 2, { dtype: int32 });
  const sum = addbmm(ones(2, 2, { dtype: int32 }), batch, batch);
  expect([sum.dtype, sum.tolist()]).toEqual([
    int32,
    [
      [5, 5],
      [5, 5],
    ],
  ]);
});

it("draws into indices only", () => {
  expect(() => multinomial(ones(3), 2, { out: zeros(2) })).toThrow("multinomial expects Long tensor out, got: Float");
});
