import { arange, manual_seed, randn, randperm, type Tensor } from "@tt/core";
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
