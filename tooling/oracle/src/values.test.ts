import { describe, expect, it } from "vitest";
import { perform, decodeArguments } from "./spelling.ts";
import { TT } from "./tt.ts";
import { decode, decodeOptions, Inexpressible } from "./values.ts";

/** As much of a tensor as the spellings need: it notes how it is called. */
class FakeTensor {
  shape = [4, 5];
  at(...index: unknown[]): unknown {
    return ["at", ...index];
  }
  expand(...args: unknown[]): unknown {
    return ["expand", ...args];
  }
}

class FakeComplex {
  readonly re: number;
  readonly im: number;
  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}

const float64 = { name: "float64" };
const relu = (...args: unknown[]): unknown => ["relu", ...args];
const sub = (...args: unknown[]): unknown => ["sub", ...args];
const namespace = {
  Tensor: FakeTensor,
  Complex: FakeComplex,
  float64,
  channels_last: "cl",
  sub,
  nn: { functional: { relu } },
};
const tt = new TT(namespace, "cpu");

describe("decode", () => {
  it("turns Python values into tt's", () => {
    expect(decode(tt, { f: 2 })).toBe(2);
    expect(decode(tt, { f: "-Infinity" })).toBe(Number.NEGATIVE_INFINITY);
    expect(decode(tt, { i: "9223372036854775807" })).toBe(9223372036854775807n);
    expect(decode(tt, { c: [1, "NaN"] })).toEqual(new FakeComplex(1, Number.NaN));
    expect(decode(tt, { dtype: "float64" })).toBe(float64);
    expect(decode(tt, { memory_format: "channels_last" })).toBe("cl");
    expect(decode(tt, [null, true, "text", 3])).toEqual([null, true, "text", 3]);
    expect(decode(tt, { function: "torch.nn.functional.relu" })).toBe(relu);
    expect(decodeOptions(tt, { dim: 1, dtype: { dtype: "float64" } })).toEqual({
      dim: 1,
      dtype: float64,
    });
    expect(decode(tt, { dict: [["a", 1]] })).toEqual({ a: 1 });
    expect(decode(tt, { dict: [[0, 1]] })).toEqual(new Map([[0, 1]]));
  });

  it("says what has no form in tt", () => {
    expect(() => decode(tt, { dtype: "complex32" })).toThrow(Inexpressible);
    expect(() => decode(tt, { function: "torch.absent" })).toThrow("missing: torch.absent");
  });
});

describe("spelling", () => {
  const input = new FakeTensor();

  it("puts keywords into one trailing object", () => {
    const call = { kind: "function", path: "torch.nn.functional.relu" } as const;
    expect(perform(tt, call, { input: 1, args: [2], kwargs: { inplace: true } })).toEqual([
      "relu",
      1,
      2,
      { inplace: true },
    ]);
    expect(perform(tt, call, { input: 1, args: [], kwargs: {} })).toEqual(["relu", 1]);
    expect(() => perform(tt, { kind: "function", path: "torch.nope" }, { input: 1, args: [], kwargs: {} })).toThrow(
      "missing: torch.nope",
    );
  });

  it("writes Python's indexing as at()", () => {
    const call = { kind: "method", path: "__getitem__" } as const;
    const at = (index: Parameters<typeof decode>[1]): unknown => {
      return perform(tt, call, {
        ...decodeArguments(tt, call, { input: null, args: [index], kwargs: {} }),
        input,
      });
    };
    expect(at({ tuple: [[0, 3], { slice: [null, null, null] }, { ellipsis: true }, null] })).toEqual([
      "at",
      [0, 3],
      ":",
      "...",
      null,
    ]);
    expect(at([1, 2])).toEqual(["at", [1, 2]]);
    expect(at({ slice: [1, null, -2] })).toEqual(["at", "1::-2"]);
  });

  it("writes aten.slice as at() and reflected operators as functions", () => {
    const slice = { kind: "function", path: "torch.ops.aten.slice" } as const;
    expect(perform(tt, slice, { input, args: [-1, -3, -1, 1], kwargs: {} })).toEqual(["at", ":", "-3:-1:1"]);
    expect(perform(tt, { kind: "method", path: "__rsub__" }, { input, args: [2], kwargs: {} })).toEqual([
      "sub",
      2,
      input,
    ]);
    expect(perform(tt, { kind: "method", path: "expand" }, { input, args: [[2]], kwargs: {} })).toEqual([
      "expand",
      [2],
    ]);
    expect(perform(tt, { kind: "property", path: "shape" }, { input, args: [], kwargs: {} })).toEqual([4, 5]);
  });
});
