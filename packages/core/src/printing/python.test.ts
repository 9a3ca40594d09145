import { describe, expect, it } from "vitest";
import { Complex } from "../dtype/complex.ts";
import { float64 } from "../dtype/dtype.ts";
import { pyFloat } from "./number.ts";
import { pyRepr, pyStr, pyTuple, type PyValue } from "./python.ts";

describe("pyRepr", () => {
  it.each<[PyValue, string]>([
    [null, "None"],
    [undefined, "None"],
    [true, "True"],
    [false, "False"],
    [3, "3"],
    [-2, "-2"],
    [0.1, "0.1"],
    [1e-5, "1e-05"],
    [1e21, "1000000000000000000000"],
    [Number.POSITIVE_INFINITY, "inf"],
    [2n ** 63n - 1n, "9223372036854775807"],
    [[], "()"],
    [[1], "(1,)"],
    [[3, 3], "(3, 3)"],
    [[[1, 2], "a", null], "((1, 2), 'a', None)"],
    [float64, "torch.float64"],
    [new Complex(1, 2), "(1+2j)"],
    [new Complex(0, 2), "2j"],
    [new Complex(-0, -2), "(-0-2j)"],
    [new Complex(1e-5, Number.NaN), "(1e-05+nanj)"],
  ])("prints %s as %s", (value, text) => {
    expect(pyRepr(value)).toBe(text);
  });

  it("quotes strings as Python does", () => {
    expect(pyRepr("tanh")).toBe("'tanh'");
    expect(pyRepr("it's")).toBe(`"it's"`);
    expect(pyRepr(`it's "so"`)).toBe(`'it\\'s "so"'`);
    expect(pyRepr("a\\b\n\t\0")).toBe("'a\\\\b\\n\\t\\x00'");
    expect(pyRepr("é 漢 😀")).toBe("'é 漢 😀'");
    expect(pyRepr("\u00a0\u200b\u{e0001}")).toBe("'\\xa0\\u200b\\U000e0001'");
  });
});

describe("pyStr", () => {
  it("leaves strings alone, but not those within tuples", () => {
    expect(pyStr("same")).toBe("same");
    expect(pyStr(["same", 1])).toBe("('same', 1)");
    expect(pyStr(null)).toBe("None");
  });
});

describe("pyTuple", () => {
  it("joins texts", () => {
    expect(pyTuple([2, 0.5].map(pyFloat))).toBe("(2.0, 0.5)");
    expect(pyTuple([pyFloat(2)])).toBe("(2.0,)");
  });
});
