import { arange, manual_seed, randn, randperm, tensor, type Tensor } from "@tt/core";
import { searchsorted } from "@tt/core/statistics";
import { describe, test } from "vitest";
import { expectSame, onDevice } from "../testing.ts";

manual_seed(0);

/** Distinct numbers in any order. */
const distinct = (...sizes: number[]): Tensor =>
  randperm(sizes.reduce((a, b) => a * b))
    .float()
    .reshape(sizes);

describe("scans", () => {
  test(
    "along every dimension, of views and whole numbers",
    onDevice(() => {
      const x = randn(3, 40, 5);
      for (const dim of [0, 1, 2]) {
        expectSame([x], (x) => x.cumsum(dim));
        expectSame([x], (x) => x.cumprod(dim));
        expectSame([x], (x) => x.logcumsumexp(dim));
        expectSame([x], (x) => {
          const [values, indices] = x.cummax(dim) as unknown as Tensor[];
          return [values!, indices!];
        });
      }
      expectSame([x.transpose(0, 2)], (x) => x.cumsum(1));
      expectSame([arange(20n)], (x) => x.cumsum(0));
      expectSame([randn([])], (x) => x.cumsum(0));
      expectSame([x.gt(0)], (x) => x.cumsum(1));
      expectSame([randn(3000).mul(0.01)], (x) => x.cumsum(0));
    }),
  );
});

describe("sorting", () => {
  test(
    "sort, topk, kthvalue",
    onDevice(() => {
      const x = distinct(3, 20, 4);
      const both = (pair: unknown): Tensor[] => [...(pair as Tensor[])];
      for (const dim of [0, 1, 2]) {
        for (const descending of [false, true]) expectSame([x], (x) => both(x.sort(dim, descending)));
        expectSame([x], (x) => both(x.topk(2, dim)));
        expectSame([x], (x) => both(x.topk(2, dim, false)));
        expectSame([x], (x) => both(x.kthvalue(2, dim)));
      }
      for (const dim of [0, 1, 2]) expectSame([x], (x) => both(x.median(dim)));
      expectSame([x], (x) => x.nanmedian());
      expectSame([distinct(2001)], (x) => x.median());
      expectSame([distinct(3000)], (x) => both(x.sort()));
      expectSame([distinct(3000)], (x) => both(x.topk(7)));
      expectSame([x.transpose(0, 1)], (x) => x.argsort(0));
    }),
  );
});

describe("searching", () => {
  test(
    "before or behind equal edges",
    onDevice(() => {
      const edges = tensor([1, 3, 3, 5, Number.NaN]);
      const values = tensor([
        [0, 1, 3],
        [4, Number.NaN, 9],
      ]);
      for (const right of [false, true]) {
        expectSame([edges, values], (e, v) => searchsorted(e, v, { right }));
        expectSame([randn(3, 40).sort(1)[0], randn(3, 7)], (e, v) => searchsorted(e, v, { right }));
        expectSame([tensor([1n, 5n]), tensor([2n, 5n])], (e, v) => searchsorted(e, v, { right }));
      }
      expectSame([tensor([5, 1, 3]), values], (e, v) =>
        searchsorted(e, v, { sorter: tensor([1n, 2n, 0n]).to(e.device) }),
      );
    }),
  );
});
