import { describe, expect, it } from "vitest";
import { bfloat16, float32, float64 } from "../dtype/index.ts";
import { toBfloat16Bits } from "../dtype/half.ts";
import * as rng from "./index.ts";

// Expected values: PyTorch 1.13 on the cpu.

const seeded = (seed: number): rng.Generator => new rng.Generator().manual_seed(seed);

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 6): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]! / value).toBeCloseTo(1, digits);
}

describe("poisson", () => {
  it("takes products below 10 and rejection above", () => {
    const out = new Float32Array(7);
    rng.poisson(out, float32, 7, Float32Array.of(0.5, 3, 9.99, 10, 40, 1e4, 0), seeded(1));
    expect(Array.from(out)).toEqual([0, 2, 10, 7, 32, 9982, 0]);
  });

  it("refuses negative rates", () => {
    expect(() => rng.poisson(new Float32Array(1), float32, 1, Float32Array.of(-1), seeded(1))).toThrow(
      "invalid Poisson rate, expected rate to be non-negative",
    );
  });
});

describe("binomial", () => {
  const counts = [10, 100, 5, 1000, 7, -1, 3];
  const probs = [0.3, 0.6, 0, 0.02, 1, 0.5, 0.9];

  it("of float32", () => {
    const out = new Float32Array(7);
    rng.binomial(out, float32, 7, Float32Array.from(counts), Float32Array.from(probs), seeded(1));
    expect(Array.from(out)).toEqual([1, 64, 0, 21, 7, 0, 3]);
  });

  it("is nan where the probability is", () => {
    const out = new Float64Array(1);
    rng.binomial(out, float64, 1, Float64Array.of(3), Float64Array.of(Number.NaN), seeded(1));
    expect(out[0]).toBeNaN();
  });
});

describe("gamma and Dirichlet", () => {
  const shapes = [0.5, 1, 3, 20, 0];

  it("standard_gamma of float32", () => {
    const out = new Float32Array(5);
    rng.standard_gamma(out, float32, 5, Float32Array.from(shapes), seeded(1));
    expectClose(out, [1.1433418, 1.4460559, 4.3297634, 22.964651, 1.1754944e-38]);
    expect(out[4]).toBe(2 ** -126);
  });

  it("standard_gamma of float64", () => {
    const out = new Float64Array(4);
    rng.standard_gamma(out, float64, 4, Float64Array.from(shapes), seeded(1));
    expectClose(out, [1.1433418566398499, 1.4460558732153423, 4.329763271071087, 22.964652157736893], 13);
  });

  it("dirichlet", () => {
    const out = new Float32Array(6);
    rng.dirichlet(out, float32, 6, Float32Array.of(0.5, 1, 3, 10, 0.1, 2), 3, seeded(1));
    expectClose(out, [0.16524285, 0.20899294, 0.6257642, 0.8830819, 1.6908989e-5, 0.11690115]);
  });

  it("derivative of gamma numbers", () => {
    const points = [
      [0.3, 0.1],
      [2.0, 0.5],
      [5.0, 3.0],
      [0.7, 4.0],
      [20.0, 19.5],
      [20.0, 12.0],
      [20.0, 40.0],
    ] as const;
    expectClose(
      points.map(([alpha, x]) => rng.standard_gamma_grad(alpha, x)),
      [
        0.7894044031433252, 0.49802410796749497, 0.7918785927616308, 2.6392645118536917, 0.9956475202907358,
        0.7725959054368412, 1.3979334994829276,
      ],
      12,
    );
  });

  it("derivative of Dirichlet numbers", () => {
    const points = [
      [0.01, 2.0, 5.0],
      [0.4, 1.0, 3.0],
      [0.97, 2.0, 5.0],
      [0.6, 0.2, 0.5],
      [0.3, 10.0, 30.0],
      [0.33333, 10.0, 30.0],
      [0.45, 3.0, 12.0],
      [0.7, 8.0, 12.0],
    ] as const;
    expectClose(
      points.map(([x, alpha, total]) => rng.dirichlet_grad(x, alpha, total)),
      [
        0.020460822773963917, 0.4811473172214714, 0.356264815369687, 7.769654341927791, 0.03248129440978145,
        0.03426519917033297, 0.1203290743773024, 0.08973779021647979,
      ],
      11,
    );
    expectClose(
      points.map(([x, alpha, total]) => rng.dirichlet_grad(Math.fround(x), alpha, total, true)),
      [0.02046082, 0.48114726, 0.3562648, 7.769654, 0.032481294, 0.034265198, 0.12032908, 0.08973781],
      6,
    );
  });
});

describe("multinomial", () => {
  const weights = Float32Array.of(1, 10, 3, 0, 2);
  const draw = (samples: number, replacement: boolean, from: Float32Array, rows = 1): number[] => {
    const out = new BigInt64Array(rows * samples);
    rng.multinomial(out, from, float32, rows, from.length / rows, samples, replacement, seeded(1));
    return Array.from(out, Number);
  };

  it("without replacement", () => {
    expect(draw(5, false, weights)).toEqual([1, 0, 2, 4, 3]);
  });

  it("with replacement, by rows", () => {
    expect(draw(6, true, Float32Array.of(...weights, ...weights.toReversed()), 2)).toEqual([
      0, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3,
    ]);
  });

  it("breaks ties as PyTorch's topk", () => {
    const halves = Uint16Array.from({ length: 40 }, (_, i) => toBfloat16Bits((i % 7) + 1));
    const out = new BigInt64Array(25);
    rng.multinomial(out, halves, bfloat16, 1, 40, 25, false, seeded(1));
    expect(Array.from(out, Number)).toEqual([
      5, 26, 25, 3, 17, 15, 0, 13, 39, 11, 6, 2, 14, 37, 1, 31, 18, 38, 4, 30, 10, 35, 19, 12, 9,
    ]);
  });

  it("checks its weights", () => {
    expect(() => draw(1, true, Float32Array.of(1, -1))).toThrow("(encountering probability entry < 0)");
    expect(() => draw(1, true, Float32Array.of(1, Infinity))).toThrow(
      "(encountering probability entry = infinity or NaN)",
    );
    expect(() => draw(1, false, Float32Array.of(1, Number.NaN))).toThrow("contains either `inf`, `nan` or element < 0");
    expect(() => draw(1, false, Float32Array.of(0, 0))).toThrow(
      "invalid multinomial distribution (sum of probabilities <= 0)",
    );
    expect(() => draw(3, false, Float32Array.of(1, 1))).toThrow(
      "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
    );
    expect(() => draw(0, true, Float32Array.of(1))).toThrow("cannot sample n_sample <= 0 samples");
  });
});

describe("topOrder", () => {
  const below = (n: number, m: number): number[] => Array.from({ length: n }, (_, i) => (i * i + 3 * i) % m);

  it("7 of 20", () => {
    expect(Array.from(rng.topOrder(below(20, 4), 7))).toEqual([15, 7, 11, 14, 10, 18, 19]);
  });

  it("40 of 40", () => {
    expect(Array.from(rng.topOrder(below(40, 3), 40))).toEqual([
      38, 5, 7, 8, 4, 10, 11, 2, 13, 14, 16, 17, 19, 22, 1, 37, 35, 34, 32, 31, 29, 28, 26, 25, 23, 20, 6, 30, 27, 12,
      21, 18, 15, 24, 39, 33, 0, 3, 36, 9,
    ]);
  });

  it("4 of 300", () => {
    expect(Array.from(rng.topOrder(below(300, 5), 4))).toEqual([11, 1, 16, 6]);
  });

  it("60 of 200", () => {
    expect(Array.from(rng.topOrder(below(200, 4), 60))).toEqual([
      75, 94, 154, 91, 90, 155, 87, 86, 158, 83, 82, 159, 79, 78, 162, 95, 74, 163, 71, 70, 166, 67, 167, 63, 62, 170,
      59, 58, 31, 34, 114, 134, 131, 130, 135, 127, 126, 138, 123, 122, 139, 119, 118, 142, 115, 66, 143, 111, 110, 146,
      107, 106, 147, 103, 102, 150, 99, 98, 151, 183,
    ]);
  });

  it("100 of 1000", () => {
    expect(Array.from(rng.topOrder(below(1000, 7), 100)).slice(0, 60)).toEqual([
      663, 642, 286, 285, 643, 649, 650, 279, 278, 656, 657, 272, 271, 636, 664, 265, 264, 670, 671, 677, 258, 257, 678,
      684, 685, 615, 523, 503, 397, 398, 502, 496, 495, 404, 405, 489, 488, 509, 251, 307, 306, 621, 622, 300, 299, 628,
      629, 293, 292, 635, 194, 734, 209, 208, 740, 741, 747, 202, 201, 748,
    ]);
  });

  it("puts nan first", () => {
    expect(Array.from(rng.topOrder([1, Number.NaN, 3], 2))).toEqual([1, 2]);
  });
});

describe("drawOrder", () => {
  it("is the order of memory", () => {
    expect(Array.from(rng.drawOrder([2, 3], [3, 1]))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(Array.from(rng.drawOrder([2, 3], [1, 2]))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(Array.from(rng.drawOrder([2, 2, 2], [2, 8, 20], 5))).toEqual([5, 7, 13, 15, 25, 27, 33, 35]);
    expect(Array.from(rng.drawOrder([3, 1, 2], [4, 4, 2]))).toEqual([0, 2, 4, 6, 8, 10]);
  });

  it("covers scalars and empty tensors", () => {
    expect(Array.from(rng.drawOrder([], [], 3))).toEqual([3]);
    expect(rng.drawOrder([2, 0], [1, 1])).toHaveLength(0);
  });
});
