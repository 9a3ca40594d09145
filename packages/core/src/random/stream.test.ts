import { describe, expect, it } from "vitest";
import { float32, float64, int64 } from "../dtype/dtype.ts";
import {
  bernoulli,
  bernoulli_tensor,
  exponential,
  Generator,
  multinomial,
  normal,
  random,
  random_from_to,
  randperm,
  uniform,
} from "./index.ts";

// One stream through most draws: PyTorch after torch.manual_seed(9). A draw that takes a word too many
// or too few spoils all that follow.
describe("PyTorch's stream after manual_seed(9)", () => {
  const g = new Generator().manual_seed(9);
  const singles = (n: number, draw: (out: Float32Array) => void): number[] => {
    const out = new Float32Array(n);
    draw(out);
    return Array.from(out);
  };
  const longs = (n: number, draw: (out: BigInt64Array) => void): number[] => {
    const out = new BigInt64Array(n);
    draw(out);
    return Array.from(out, Number);
  };
  const exactly = (values: readonly number[]): number[] => values.map((value) => Math.fround(value));
  const weights = Float32Array.of(0.1, 0.2, 0.7);

  it("rand", () => {
    expect(singles(5, (out) => uniform(out, float32, 5, 0, 1, g))).toEqual(
      exactly([0.6557845, 0.3020227, 0.47989643, 0.7773736, 0.91796434]),
    );
  });

  it("rand of float64", () => {
    const out = new Float64Array(5);
    uniform(out, float64, 5, 0, 1, g);
    expect(Array.from(out)).toEqual([
      0.4482689541957535, 0.6273909292750798, 0.2834783642571803, 0.5490362255612306, 0.6549264183526866,
    ]);
  });

  it("uniform_(-1, 1)", () => {
    expect(singles(3, (out) => uniform(out, float32, 3, -1, 1, g))).toEqual(
      exactly([-0.030000567, 0.038542747, -0.30644357]),
    );
  });

  it("randn(5)", () => {
    expect(singles(5, (out) => normal(out, float32, 5, 0, 1, g))).toEqual(
      exactly([-1.1149806, -0.62414664, -0.31708518, 1.2679317, -1.0680269]),
    );
  });

  it("randn(2), which starts with the kept half", () => {
    expect(singles(2, (out) => normal(out, float32, 2, 0, 1, g))).toEqual(exactly([1.3474419, 0.5010026]));
  });

  it("randn(16)", () => {
    expect(singles(16, (out) => normal(out, float32, 16, 0, 1, g))).toEqual(
      exactly([
        0.2647529, -0.80079126, 0.37545642, -0.16997446, 0.448852, 0.6472734, 0.3580827, 0.56693125, -1.587499,
        -0.63452053, 0.65192986, -1.310298, 1.8010985, -0.95619684, -2.331953, 0.19845922,
      ]),
    );
  });

  it("randn(37)", () => {
    expect(singles(37, (out) => normal(out, float32, 37, 0, 1, g))).toEqual(
      exactly([
        1.5924149, -0.47858873, -0.33141795, -1.1735337, -0.7365327, 0.53200984, -0.98047704, 0.86106, 0.544742,
        -1.2266558, 1.6075025, -1.1517409, 0.7555472, -0.66659707, -0.22939083, 0.1998732, 0.8608659, -1.0079201,
        0.2577768, 2.046566, -0.6811365, 0.4649183, 1.1081146, 1.0760456, 2.0802665, -0.09880023, -0.15878, 1.2447907,
        -0.2549354, 0.22199063, -1.5008578, 0.6700257, 1.520059, -0.12730847, -0.2568502, -0.23722878, 0.39173132,
      ]),
    );
  });

  it("randint(0, 10)", () => {
    expect(longs(5, (out) => random_from_to(out, int64, 5, 0, 10, g))).toEqual([4, 4, 5, 4, 1]);
  });

  it("randint(0, 2^40)", () => {
    expect(longs(3, (out) => random_from_to(out, int64, 3, 0, 2 ** 40, g))).toEqual([
      728743053994, 215777474033, 632122378928,
    ]);
  });

  it("random_ of int64", () => {
    const out = new BigInt64Array(1);
    random(out, int64, 1, g);
    expect([Number(out[0]! >> 10n)]).toEqual([2929250177398525]);
  });

  it("randperm(10)", () => {
    expect(longs(10, (out) => randperm(out, int64, 10, g))).toEqual([8, 6, 1, 5, 0, 2, 4, 7, 9, 3]);
  });

  it("bernoulli_(0.3)", () => {
    expect(singles(20, (out) => bernoulli(out, float32, 20, 0.3, g))).toEqual(
      exactly([1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    );
  });

  it("bernoulli(tensor)", () => {
    expect(
      singles(20, (out) => bernoulli_tensor(out, float32, 20, new Float32Array(20).fill(0.3), float32, g)),
    ).toEqual(exactly([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0]));
  });

  it("exponential_", () => {
    expect(singles(4, (out) => exponential(out, float32, 4, 1, g))).toEqual(
      exactly([0.8229683, 1.02694, 3.324402, 0.2011826]),
    );
  });

  it("multinomial of one sample", () => {
    expect(longs(1, (out) => multinomial(out, weights, float32, 1, 3, 1, false, g))).toEqual([2]);
  });

  it("multinomial with replacement", () => {
    expect(longs(8, (out) => multinomial(out, weights, float32, 1, 3, 8, true, g))).toEqual([2, 2, 2, 2, 1, 2, 1, 0]);
  });

  it("rand, still in step", () => {
    expect(singles(3, (out) => uniform(out, float32, 3, 0, 1, g))).toEqual(exactly([0.5598142, 0.82024395, 0.6583815]));
  });
});
