import { describe, expect, it } from "vitest";
import { difference } from "./compare.ts";
import type { Elements } from "./elements.ts";

function floats(values: readonly number[], dtype = "float32", shape: readonly number[] = [values.length]): Elements {
  return { dtype, shape, re: Float64Array.from(values) };
}

function complexes(re: readonly number[], im: readonly number[]): Elements {
  return {
    dtype: "complex64",
    shape: [re.length],
    re: Float64Array.from(re),
    im: Float64Array.from(im),
  };
}

function integers(values: readonly number[], shape: readonly number[] = [values.length]): Elements {
  return { dtype: "int64", shape, re: BigInt64Array.from(values, BigInt) };
}

describe("value", () => {
  it("allows each dtype's tolerance and no more", () => {
    expect(difference(floats([1 + 1.1e-5]), floats([1]))).toBeNull();
    expect(difference(floats([1 + 1.2e-5]), floats([1]))).toContain("1 of 1 differ");
    expect(difference(floats([1 + 1.9e-7], "float64"), floats([1], "float64"))).toBeNull();
    expect(difference(floats([1 + 2.1e-7], "float64"), floats([1], "float64"))).not.toBeNull();
    expect(difference(floats([1.001], "float16"), floats([1], "float16"))).toBeNull();
    expect(difference(floats([1.002], "float16"), floats([1], "float16"))).not.toBeNull();
    expect(difference(floats([1.0156], "bfloat16"), floats([1], "bfloat16"))).toBeNull();
    expect(difference(floats([1.0234], "bfloat16"), floats([1], "bfloat16"))).not.toBeNull();
  });

  it("widens the tolerance by the noise of PyTorch's own result", () => {
    expect(difference(floats([1 + 5e-5]), floats([1]))).not.toBeNull();
    expect(difference(floats([1 + 5e-5]), floats([1]), { scale: 1 + 4 * 1 })).toBeNull();
  });

  it("takes nan for equal to nan, and infinities only to themselves", () => {
    expect(difference(floats([Number.NaN, Infinity]), floats([Number.NaN, Infinity]))).toBeNull();
    expect(difference(floats([Number.NaN]), floats([1]))).not.toBeNull();
    expect(difference(floats([1]), floats([Number.NaN]))).not.toBeNull();
    expect(difference(floats([1e38]), floats([Infinity]))).not.toBeNull();
    expect(difference(floats([-Infinity]), floats([Infinity]))).not.toBeNull();
  });

  it("compares integers and bools exactly", () => {
    const big: Elements = { dtype: "int64", shape: [1], re: BigInt64Array.of(2n ** 60n + 1n) };
    expect(difference(big, { ...big, re: BigInt64Array.of(2n ** 60n) })).not.toBeNull();
    expect(difference(floats([1], "bool"), floats([0], "bool"))).not.toBeNull();
  });

  it("measures complex numbers by the modulus of their difference", () => {
    expect(difference(complexes([1], [1e-5]), complexes([1], [0]))).toBeNull();
    expect(difference(complexes([1], [1e-4]), complexes([1], [0]))).not.toBeNull();
    expect(difference(complexes([1e6], [1]), complexes([1e6], [0]))).toBeNull();
  });

  it("is exact where asked to", () => {
    expect(difference(floats([0.5 + 1e-7]), floats([0.5]), { exact: true })).not.toBeNull();
  });

  it("always holds dtype and shape", () => {
    expect(difference(floats([1], "float64"), floats([1]))).toBe("dtype float64 instead of float32");
    expect(difference(floats([1, 2], "float32", [1, 2]), floats([1, 2]))).toBe("shape [1, 2] instead of [2]");
    expect(difference(floats([5]), floats([1]), { mode: "meta" })).toBeNull();
  });
});

describe("abs", () => {
  it("ignores signs and phases", () => {
    expect(difference(floats([-1, 2]), floats([1, -2]), { mode: "abs" })).toBeNull();
    expect(difference(complexes([0], [1]), complexes([-1], [0]), { mode: "abs" })).toBeNull();
    expect(difference(floats([-1.1]), floats([1]), { mode: "abs" })).not.toBeNull();
  });
});

describe("unordered", () => {
  it("matches rows as multisets", () => {
    const shape = [2, 2];
    expect(
      difference(floats([2, 1, 3, 4], "float32", shape), floats([1, 2, 4, 3], "float32", shape), {
        mode: "unordered",
      }),
    ).toBeNull();
    expect(difference(floats([1, 1]), floats([1, 2]), { mode: "unordered" })).not.toBeNull();
    expect(
      difference(floats([3, 4, 1, 2], "float32", shape), floats([1, 2, 3, 4], "float32", shape), {
        mode: "unordered",
      }),
    ).not.toBeNull();
  });
});

describe("index", () => {
  const searched = floats([3, 1, 3, 2, 2, 2], "float32", [2, 3]);

  it("accepts other indices of equal values", () => {
    const found = floats([3, 2]);
    const options = { mode: "index", searched, found } as const;
    expect(difference(integers([2, 1]), integers([0, 0]), options)).toBeNull();
    expect(difference(integers([1, 1]), integers([0, 0]), options)).not.toBeNull();
    expect(difference(integers([3, 1]), integers([0, 0]), options)).not.toBeNull();
  });

  it("accepts any order among ties, but no index twice", () => {
    const found = floats([3, 3, 2, 2], "float32", [2, 2]);
    const options = { mode: "index", searched, found } as const;
    expect(difference(integers([2, 0, 1, 2], [2, 2]), integers([0, 2, 0, 1], [2, 2]), options)).toBeNull();
    expect(difference(integers([2, 2, 1, 2], [2, 2]), integers([0, 2, 0, 1], [2, 2]), options)).not.toBeNull();
  });

  it("finds the dimension that was searched", () => {
    const columns = floats([5, 1, 5, 7], "float32", [2, 2]);
    const options = { mode: "index", searched: columns, found: floats([5, 7]) } as const;
    expect(difference(integers([1, 1]), integers([0, 1]), options)).toBeNull();
  });
});
