import { afterEach, describe, expect, it } from "vitest";
import { float32, float64 } from "../dtype/dtype.ts";
import { type PrintOptions, printOptions, set_printoptions } from "./options.ts";
import { formatTensor, type PrintableTensor } from "./tensor.ts";

// Expected texts were printed by PyTorch 1.13.

afterEach(() => set_printoptions({ profile: "default" }));

function vector(array: Float32Array | Float64Array): PrintableTensor {
  const dtype = array instanceof Float32Array ? float32 : float64;
  const traits = { device: "cpu", requires_grad: false, gradFnName: null };
  return { array, dtype, shape: [array.length], strides: [1], offset: 0, ...traits };
}

const values = vector(Float32Array.of(1.23456789, 1e-7, 1000));
const thirds = vector(Float32Array.from({ length: 1500 }, (_, i) => i / 3));
const matrix = { ...thirds, shape: [50, 30], strides: [30, 1] };

describe("set_printoptions", () => {
  it.each<[PrintOptions, string]>([
    [{ precision: 2 }, "tensor([1.23e+00, 1.00e-07, 1.00e+03])"],
    [{ precision: 8 }, "tensor([1.23456788e+00, 1.00000001e-07, 1.00000000e+03])"],
    [{ profile: "short" }, "tensor([1.23e+00, 1.00e-07, 1.00e+03])"],
    [{ sci_mode: false }, "tensor([    1.2346,     0.0000,  1000.0000])"],
    [{ linewidth: 30 }, "tensor([1.2346e+00,\n        1.0000e-07,\n        1.0000e+03])"],
    [{ threshold: 2, edgeitems: 1 }, "tensor([   1.2346,  ..., 1000.0000])"],
  ])("%j", (options, expected) => {
    set_printoptions(options);
    expect(formatTensor(values)).toBe(expected);
  });

  it("edgeitems", () => {
    set_printoptions({ edgeitems: 1 });
    expect(formatTensor(matrix)).toBe(
      "tensor([[  0.0000,  ...,   9.6667],\n        ...,\n        [490.0000,  ..., 499.6667]])",
    );
    set_printoptions({ edgeitems: 0, threshold: 3 });
    expect(formatTensor(vector(Float32Array.of(0, 1, 2, 3, 4)))).toBe("tensor([ ..., 0., 1., 2., 3., 4.])");
  });

  it("profile full never summarises", () => {
    set_printoptions({ profile: "full" });
    expect(formatTensor(thirds)).not.toContain("...");
  });

  it("sci_mode decides the form but not the width", () => {
    set_printoptions({ sci_mode: false });
    expect(formatTensor(vector(Float64Array.of(1e22, 0.5)))).toBe(
      "tensor([10000000000000000000000.0000,     0.5000], dtype=torch.float64)",
    );
    set_printoptions({ sci_mode: true });
    expect(formatTensor(vector(Float32Array.of(1, 0, Number.NEGATIVE_INFINITY)))).toBe(
      "tensor([1.0000e+00, 0.0000e+00, -inf])",
    );
    expect(formatTensor(vector(Float32Array.of(0, Number.NaN)))).toBe("tensor([0., nan])");
  });

  it("keeps what is not given, except sci_mode", () => {
    set_printoptions({ precision: 7, sci_mode: true });
    set_printoptions({ linewidth: 100 });
    expect(printOptions()).toEqual({ precision: 7, threshold: 1000, edgeitems: 3, linewidth: 100, sci_mode: null });
  });

  it("starts from the profile when one is given", () => {
    set_printoptions({ linewidth: 100 });
    set_printoptions({ profile: "short", edgeitems: 5 });
    expect(printOptions()).toEqual({ precision: 2, threshold: 1000, edgeitems: 5, linewidth: 80, sci_mode: null });
  });

  it("takes positions too", () => {
    set_printoptions(6, null, 4, null, null, true);
    expect(printOptions()).toEqual({ precision: 6, threshold: 1000, edgeitems: 4, linewidth: 80, sci_mode: true });
  });

  it("refuses unknown options", () => {
    expect(() => set_printoptions({ digits: 3 } as PrintOptions)).toThrow(
      "set_printoptions() got an unexpected keyword argument 'digits'",
    );
  });
});
