import { expect, it } from "vitest";
import { bfloat16, bool, complex64, float16, float32, float64, int32, int64, int8, uint8 } from "./dtype.ts";
import { finfo, iinfo } from "./info.ts";

it("floating-point limits print as PyTorch's", () => {
  expect(String(finfo(float32))).toBe(
    "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=float32)",
  );
  expect(String(finfo(float16))).toBe(
    "finfo(resolution=0.001, min=-65504, max=65504, eps=0.000976562, smallest_normal=6.10352e-05, tiny=6.10352e-05, dtype=float16)",
  );
  expect(finfo(complex64)).toBe(finfo(float32));
});

it("floating-point limits are exact", () => {
  expect(finfo(float64).max).toBe(Number.MAX_VALUE);
  expect(finfo(float64).eps).toBe(Number.EPSILON);
  expect(finfo(float32).max).toBe(3.4028234663852886e38);
  expect(finfo(bfloat16).max).toBe(3.3895313892515355e38);
  expect(() => finfo(int8)).toThrow("torch.finfo() requires a floating point input type");
});

it("integer limits", () => {
  expect([iinfo(uint8).min, iinfo(uint8).max]).toEqual([0, 255]);
  expect(iinfo(int64).max).toBe(9223372036854775807n);
  expect(String(iinfo(int32))).toBe("iinfo(min=-2.14748e+09, max=2.14748e+09, dtype=int32)");
  expect(String(iinfo(int8))).toBe("iinfo(min=-128, max=127, dtype=int8)");
  expect(() => iinfo(float32)).toThrow("torch.iinfo() requires an integer input type");
  expect(() => iinfo(bool)).toThrow("torch.bool is not supported by torch.iinfo");
});
