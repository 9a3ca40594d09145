import { describe, expect, it } from "vitest";
import { igamma, igammac } from "./incomplete_gamma.ts";

describe("incomplete gamma functions", () => {
  it("are the Poisson sums for integral a", () => {
    for (const a of [1, 2, 5, 20]) {
      for (const x of [0.1, 1, 4.5, 20, 60]) {
        let term = Math.exp(-x);
        let sum = term;
        for (let k = 1; k < a; k++) sum += term *= x / k;
        expect(igammac(a, x)).toBeCloseTo(sum, 13);
        expect(igamma(a, x)).toBeCloseTo(1 - sum, 13);
      }
    }
  });

  it("have PyTorch's values at the edges", () => {
    expect([igamma(0, 1), igamma(0, 0), igamma(1, 0), igamma(-1, 1), igamma(1, -1)]).toEqual([1, NaN, 0, NaN, NaN]);
    expect([igammac(0, 1), igammac(1, 0), igammac(Infinity, 1), igammac(1, Infinity)]).toEqual([0, 1, 1, 0]);
    expect(igamma(Infinity, Infinity)).toBeNaN();
  });
});
