import { describe, expect, it } from "vitest";
import * as dtypes from "../dtype/index.ts";
import { readElement, type DType, type TypedArray } from "../dtype/index.ts";
import * as rng from "./index.ts";

// Expected values: PyTorch 1.13 on the cpu.

type Draw = (out: TypedArray, g: rng.Generator) => void;

function drawn(dtype: DType, n: number, seed: number, draw: Draw): unknown[] {
  const out = new dtype.ArrayType(n);
  draw(out, new rng.Generator().manual_seed(seed));
  return Array.from({ length: n }, (_, i) => readElement(out, dtype, i));
}

const single = (values: readonly number[]): number[] => values.map(Math.fround);
const { bfloat16, bool, complex64, float16, float32, float64, int16, int64, int8, uint8 } = dtypes;

describe("uniform", () => {
  it("of float64 on a range", () => {
    expect(drawn(float64, 4, 3, (out, g) => rng.uniform(out, float64, 4, 0.1, 100, g))).toEqual([
      3.507408745486996, 28.745348649458567, 77.31420293842558, 17.57521022520134,
    ]);
  });

  it("of float32 on a range", () => {
    expect(drawn(float32, 4, 3, (out, g) => rng.uniform(out, float32, 4, 0.1, 100, g))).toEqual(
      single([0.5259257, 10.646379, 28.655664, 2.7927876]),
    );
  });

  it("of float16 on a range", () => {
    expect(drawn(float16, 4, 3, (out, g) => rng.uniform(out, float16, 4, 0.1, 100, g))).toEqual([
      92.6875, 82.4375, 62.1875, 81.375,
    ]);
  });

  it("of bfloat16 on a range", () => {
    expect(drawn(bfloat16, 4, 3, (out, g) => rng.uniform(out, bfloat16, 4, 0.1, 100, g))).toEqual([
      41.5, 59.5, 97.5, 51.25,
    ]);
  });

  it("checks the range", () => {
    const g = new rng.Generator();
    const out = new Float32Array(2);
    expect(() => rng.uniform(out, float32, 2, 2, 1, g)).toThrow(
      "uniform_ expects to return a [from, to) range, but found from=2 > to=1",
    );
    expect(() => rng.uniform(out, float32, 2, 0, 1e39, g)).toThrow("to is out of bounds for float");
    expect(() => rng.uniform(out, float32, 2, -3e38, 3e38, g)).toThrow("which result in to-from to exceed the limit");
    expect(() => rng.uniform(out, int64, 2, 0, 1, g)).toThrow("\"check_uniform_bounds\" not implemented for 'Long'");
  });
});

describe("normal", () => {
  it("of float16 in blocks with a remainder", () => {
    expect(drawn(float16, 19, 5, (out, g) => rng.normal(out, float16, 19, 2, 3, g))).toEqual([
      -1.1455078125, 1.111328125, 8.046875, -1.7412109375, 0.837890625, 2.8203125, 5.69921875, 1.5283203125,
      3.369140625, 3.2421875, -2.15625, 1.2412109375, -2.59765625, -6.8671875, 1.4990234375, 1.8720703125, -1.375,
      2.59765625, -2.09765625,
    ]);
  });

  it("of bfloat16 in blocks with a remainder", () => {
    expect(drawn(bfloat16, 19, 5, (out, g) => rng.normal(out, bfloat16, 19, 2, 3, g))).toEqual([
      4.90625, 6.1875, 7.65625, 1.921875, 0.046875, 6.8125, 3.25, 1.2734375, 0.171875, -2.875, 7.3125, 5.25, -2.25,
      6.34375, -0.28125, 3.21875, 2.140625, -0.28125, 1.65625,
    ]);
  });

  it("of float32 in blocks with a remainder", () => {
    expect(drawn(float32, 19, 5, (out, g) => rng.normal(out, float32, 19, 2, 3, g))).toEqual(
      single([
        7.5269895, 3.5566616, -3.1357641, -0.8951805, 1.611012, 0.1947031, 2.4349957, 1.5505185, 9.843731, 0.6979311,
        3.0570064, -4.0914855, 6.448797, 3.4821143, 2.7476563, 7.2410946, 4.234331, 2.0949707, -1.5172429,
      ]),
    );
  });

  it("of float64 in blocks", () => {
    const values = drawn(float64, 17, 5, (out, g) => rng.normal(out, float64, 17, 0, 1, g)) as number[];
    for (const [i, expected] of [
      0.8235713931461853, 0.009228908309274562, 0.7631504315434021, 0.8166228687367919, -1.4026899148812593,
      0.703788943525086, 0.050956472052993064, 0.8372184336887067, -0.3622047240956292, 0.9640545727825327,
      1.5007376473394378, 0.8666017326817648, -0.4010886991989854, -0.7198743755133706, -0.2686318022053022,
      -0.3955216105396746, 1.9172346797519741,
    ].entries())
      expect(values[i]! / expected).toBeCloseTo(1, 13);
  });

  it("element by element where not contiguous", () => {
    expect(drawn(float32, 17, 5, (out, g) => rng.normal(out, float32, 17, 0, 1, g, false))).toEqual(
      single([
        -0.48678076, -0.6038216, -0.55809623, 0.6675243, -0.1974151, 1.9427835, -1.401702, -0.76255715, 0.6312134,
        -0.8991352, -0.55779344, 0.69071877, 0.22245859, -0.66622525, 0.6846422, 0.5740016, -0.5828827,
      ]),
    );
  });

  it("halves the variance for the parts of complex numbers", () => {
    const out = new Float32Array(6);
    rng.normal(out, complex64, 3, 0, 1, new rng.Generator().manual_seed(5));
    expect(Array.from(out)).toEqual(
      single([-0.34420598, -0.42696634, -0.39463362, 0.47201097, -0.13959356, 1.3737555]),
    );
  });

  it("refuses a negative deviation", () => {
    expect(() => rng.normal(new Float32Array(1), float32, 1, 0, -1.5, new rng.Generator())).toThrow(
      "normal expects std >= 0.0, but found std -1.5",
    );
  });
});

describe("random", () => {
  it("of float64", () => {
    expect(drawn(float64, 4, 6, (out, g) => rng.random(out, float64, 4, g))).toEqual([
      5202386285872037.0, 8058197065311533.0, 7901546099701468.0, 3555061984623893.0,
    ]);
  });

  it("of float32", () => {
    expect(drawn(float32, 4, 6, (out, g) => rng.random(out, float32, 4, g))).toEqual(
      single([9599654, 9292247, 16556175, 10200991]),
    );
  });

  it("of float16", () => {
    expect(drawn(float16, 4, 6, (out, g) => rng.random(out, float16, 4, g))).toEqual([1229, 1242, 675, 1334]);
  });

  it("of bfloat16", () => {
    expect(drawn(bfloat16, 4, 6, (out, g) => rng.random(out, bfloat16, 4, g))).toEqual([190, 155, 235, 147]);
  });

  it("of int16", () => {
    expect(drawn(int16, 4, 6, (out, g) => rng.random(out, int16, 4, g))).toEqual([31626, 19145, 8419, 10196]);
  });

  it("of int8", () => {
    expect(drawn(int8, 4, 6, (out, g) => rng.random(out, int8, 4, g))).toEqual([10, 73, 99, 84]);
  });

  it("of uint8", () => {
    expect(drawn(uint8, 4, 6, (out, g) => rng.random(out, uint8, 4, g))).toEqual([138, 201, 227, 212]);
  });

  it("of bool", () => {
    expect(drawn(bool, 4, 6, (out, g) => rng.random(out, bool, 4, g))).toEqual([false, true, true, false]);
  });
});

describe("random_from_to", () => {
  it("of two words for wide ranges", () => {
    expect(
      drawn(int64, 3, 6, (out, g) => rng.random_from_to(out, int64, 3, -(2n ** 62n), 2n ** 62n + 12345n, g)),
    ).toEqual([2635304568670231184n, 1512260472607057876n, 1313945438037134644n]);
  });

  it("of all 64 bits", () => {
    expect(drawn(int64, 3, 6, (out, g) => rng.random_from_to(out, int64, 3, -(2n ** 63n), null, g))).toEqual([
      -1976381449757144375n,
      6123946491034445780n,
      -3297740580390240915n,
    ]);
  });

  it("of one word below 2^32", () => {
    expect(drawn(int64, 3, 6, (out, g) => rng.random_from_to(out, int64, 3, -7, 2 ** 32 - 8, g))).toEqual([
      3834805123n,
      4069378754n,
      1425842396n,
    ]);
  });

  it("far from zero", () => {
    expect(
      drawn(int64, 3, 6, (out, g) => rng.random_from_to(out, int64, 3, 2n ** 62n + 11n, 2n ** 62n + 100n, g)),
    ).toEqual([4611686018427387923n, 4611686018427387992n, 4611686018427387929n]);
  });

  it("up to the greatest number", () => {
    expect(drawn(int8, 4, 6, (out, g) => rng.random_from_to(out, int8, 4, -7, null, g))).toEqual([118, 44, 71, -5]);
  });

  it("of two words for wide ranges of float32", () => {
    expect(drawn(float32, 3, 6, (out, g) => rng.random_from_to(out, float32, 3, 0, 2 ** 40, g))).toEqual(
      single([478973400000.0, 241361010000.0, 258981890000.0]),
    );
  });

  it("moved inside what float16 can hold", () => {
    expect(drawn(float16, 4, 6, (out, g) => rng.random_from_to(out, float16, 4, 2049, 2060, g))).toEqual([
      2056, 2056, 2056, 2052,
    ]);
  });

  it("checks the range", () => {
    const fill = (dtype: DType, from: number, to: number) => (): void =>
      rng.random_from_to(new dtype.ArrayType(1), dtype, 1, from, to, new rng.Generator());
    expect(fill(int64, 5, 5)).toThrow("random_ expects 'from' to be less than 'to', but got from=5 >= to=5");
    expect(fill(uint8, 0, 300)).toThrow("to - 1 is out of bounds for unsigned char");
    expect(fill(uint8, -1, 3)).toThrow("from is out of bounds for unsigned char");
    expect(fill(bool, 0, 3)).toThrow("to - 1 is out of bounds for bool");
    expect(fill(float16, 0, 70000)).toThrow("to - 1 is out of bounds for c10::Half");
    expect(fill(complex64, 0, 3)).toThrow(
      "check_random_bounds handles only integral, floating-point and boolean types",
    );
  });
});

describe("randperm", () => {
  it("of int64", () => {
    expect(drawn(int64, 9, 8, (out, g) => rng.randperm(out, int64, 9, g))).toEqual([
      0n,
      5n,
      1n,
      6n,
      3n,
      7n,
      2n,
      8n,
      4n,
    ]);
  });

  it("of uint8", () => {
    expect(drawn(uint8, 9, 8, (out, g) => rng.randperm(out, uint8, 9, g))).toEqual([0, 5, 1, 6, 3, 7, 2, 8, 4]);
  });

  it("of float16", () => {
    expect(drawn(float16, 9, 8, (out, g) => rng.randperm(out, float16, 9, g))).toEqual([0, 5, 1, 6, 3, 7, 2, 8, 4]);
  });

  it("of float64", () => {
    expect(drawn(float64, 9, 8, (out, g) => rng.randperm(out, float64, 9, g))).toEqual([0, 5, 1, 6, 3, 7, 2, 8, 4]);
  });

  it("holds every number once", () => {
    const out = new BigInt64Array(5000);
    rng.randperm(out, int64, 5000, new rng.Generator().manual_seed(1));
    expect(Array.from(out).sort((a, b) => Number(a - b))).toEqual(Array.from({ length: 5000 }, (_, i) => BigInt(i)));
  });

  it("checks what the dtype can hold", () => {
    const g = new rng.Generator();
    expect(() => rng.randperm(new Uint8Array(300), uint8, 300, g)).toThrow(
      "value cannot be converted to type uint8_t without overflow",
    );
    expect(() => rng.randperm(new Uint16Array(3000), float16, 3000, g)).toThrow(
      "n cannot be greater than 2049 for Half type.",
    );
    expect(() => rng.randperm(new Uint8Array(2), bool, 2, g)).toThrow("\"randperm\" not implemented for 'Bool'");
  });
});

describe("bernoulli", () => {
  it("of bfloat16", () => {
    expect(drawn(bfloat16, 6, 2, (out, g) => rng.bernoulli(out, bfloat16, 6, 0.5, g))).toEqual([0, 1, 0, 0, 0, 0]);
  });

  it("of int64", () => {
    expect(drawn(int64, 6, 2, (out, g) => rng.bernoulli(out, int64, 6, 0.5, g))).toEqual([0n, 1n, 0n, 0n, 0n, 0n]);
  });

  it("of bool", () => {
    expect(drawn(bool, 6, 2, (out, g) => rng.bernoulli(out, bool, 6, 0.5, g))).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it("of a float64 tensor", () => {
    expect(
      drawn(int16, 4, 2, (out, g) => rng.bernoulli_tensor(out, int16, 4, Float64Array.of(0.5, 0.5, 1, 0), float64, g)),
    ).toEqual([0, 1, 1, 0]);
  });

  it("checks probabilities", () => {
    const g = new rng.Generator();
    expect(() => rng.bernoulli(new Float32Array(1), float32, 1, Number.NaN, g)).toThrow(
      "bernoulli_ expects p to be in [0, 1], but got p=nan",
    );
    expect(() => rng.bernoulli_tensor(new Float32Array(1), float32, 1, Float32Array.of(1.5), float32, g)).toThrow(
      "Expected p_in >= 0 && p_in <= 1",
    );
    expect(() => rng.bernoulli_tensor(new Float32Array(1), float32, 1, Int16Array.of(1), int16, g)).toThrow(
      "\"bernoulli_tensor_cpu_p_\" not implemented for 'Short'",
    );
  });
});

describe("continuous draws", () => {
  it("exponential of float32", () => {
    expect(drawn(float32, 3, 4, (out, g) => rng.exponential(out, float32, 3, 2.5, g))).toEqual(
      single([0.2593532, 0.5261923, 0.023711951]),
    );
  });

  it("exponential of float64", () => {
    const values = drawn(float64, 3, 4, (out, g) => rng.exponential(out, float64, 3, 2.5, g)) as number[];
    for (const [i, expected] of [0.2593531942449166, 0.5261923172737686, 0.023711951354150385].entries())
      expect(values[i]! / expected).toBeCloseTo(1, 13);
  });

  it("cauchy of float32", () => {
    expect(drawn(float32, 3, 4, (out, g) => rng.cauchy(out, float32, 3, 1, 2, g))).toEqual(
      single([0.85592556, 2.7818005, -9.939866]),
    );
  });

  it("cauchy of float64", () => {
    const values = drawn(float64, 3, 4, (out, g) => rng.cauchy(out, float64, 3, 1, 2, g)) as number[];
    for (const [i, expected] of [0.8559255782133219, 2.781800426166013, -9.939865808214298].entries())
      expect(values[i]! / expected).toBeCloseTo(1, 13);
  });

  it("log_normal of float32", () => {
    expect(drawn(float32, 3, 4, (out, g) => rng.log_normal(out, float32, 3, 0.5, 0.25, g))).toEqual(
      single([1.1037141, 1.7473868, 2.8862772]),
    );
  });

  it("log_normal of float64", () => {
    const values = drawn(float64, 3, 4, (out, g) => rng.log_normal(out, float64, 3, 0.5, 0.25, g)) as number[];
    for (const [i, expected] of [1.1037140772138152, 1.747386820473289, 2.886277231445051].entries())
      expect(values[i]! / expected).toBeCloseTo(1, 13);
  });

  it("geometric of bfloat16", () => {
    expect(drawn(bfloat16, 5, 4, (out, g) => rng.geometric(out, bfloat16, 5, 0.2, g))).toEqual([4, 2, 13, 1, 1]);
  });

  it("geometric of int64", () => {
    expect(drawn(int64, 5, 4, (out, g) => rng.geometric(out, int64, 5, 0.2, g))).toEqual([4n, 2n, 13n, 1n, 1n]);
  });

  it("rrelu_noise", () => {
    expect(
      drawn(float32, 5, 4, (out, g) => rng.rrelu_noise(out, float32, 5, Float32Array.of(-1, 2, 0, 3, -2), 0.1, 0.3, g)),
    ).toEqual(single([0.19542189, 1, 0.24633096, 1, 0.11151141]));
  });

  it("check their parameters", () => {
    const g = new rng.Generator();
    const out = new Float32Array(1);
    expect(() => rng.exponential(out, float32, 1, -1, g)).toThrow(
      "exponential_ expects lambda >= 0.0, but found lambda=-1",
    );
    expect(() => rng.geometric(out, float32, 1, 1, g)).toThrow("geometric_ expects p to be in (0, 1), but got p=1");
    expect(() => rng.log_normal(out, float32, 1, 0, 0, g)).toThrow("log_normal_ expects std > 0.0, but found std=0");
    expect(() => rng.cauchy(new Int16Array(1), int16, 1, 0, 1, g)).toThrow(
      "\"cauchy_cpu\" not implemented for 'Short'",
    );
  });
});
