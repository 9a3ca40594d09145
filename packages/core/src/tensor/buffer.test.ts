import { describe, expect, it } from "vitest";
import { asarray, frombuffer } from "../compat.ts";
import { arange, float32, float64, int16, int32, int8, ones, Tensor, ValueError } from "../index.ts";

const bytes = Uint8Array.from([97, 98, 99, 100]);

describe("frombuffer", () => {
  it("shares memory where the bytes are aligned", () => {
    const memory = Uint8Array.from(bytes);
    const x = frombuffer(memory, { dtype: int16 });
    expect(x.tolist()).toEqual([25185, 25699]);
    memory[0] = 0;
    expect(x.at(0).item()).toBe(25088);
    expect(frombuffer(bytes.subarray(1, 3), { dtype: int16 }).tolist()).toEqual([25442]);
    expect(frombuffer(bytes.buffer, { dtype: int8, offset: 1, count: 2 }).tolist()).toEqual([98, 99]);
  });

  it.each([
    [
      { dtype: int32, offset: 1 },
      "buffer length (3 bytes) after offset (1 bytes) must be a multiple of element size (4)",
    ],
    [
      { dtype: int8, count: 9 },
      "requested buffer length (9 * 1 bytes) after offset (0 bytes) must not be greater than",
    ],
    [{ dtype: int8, count: 0 }, "both buffer length (4) and count (0) must not be 0"],
    [
      { dtype: int8, offset: 4 },
      "offset (4 bytes) must be non-negative and no greater than buffer length (4 bytes) minus 1",
    ],
  ])("throws as PyTorch does: %s", (options, message) => {
    expect(() => frombuffer(bytes, options)).toThrow(ValueError);
    expect(() => frombuffer(bytes, options)).toThrow(message);
  });
});

describe("asarray", () => {
  it("copies only where it must or is told to", () => {
    const x = ones(2, 3);
    expect(asarray(x)).toBe(x);
    expect(asarray(x, { copy: true }).storage).not.toBe(x.storage);
    expect(asarray(x, { dtype: float64 }).dtype).toBe(float64);
    const array = Float32Array.from([1, 2]);
    expect(asarray(array).array).toBe(array);
    expect(asarray(new Float32Array([3, 4]).buffer).tolist()).toEqual([3, 4]);
    expect(asarray([1, 2]).dtype).toBe(float32);
    expect(() => asarray([1, 2], { copy: false })).toThrow("can't alias arbitrary sequence into a tensor.");
    expect(() => asarray(x, { dtype: float64, copy: false })).toThrow(
      "can't alias tensor with dtype 'Float' into dtype 'Double'.",
    );
  });
});

describe("members of older programs", () => {
  it("are there", () => {
    const x = arange(6).reshape(2, 3);
    expect(x.new(2, 2).shape).toEqual([2, 2]);
    expect(x.new([1, 2]).dtype).toBe(x.dtype);
    expect(x.resize_as(ones(6)).tolist()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => x.resize_as(ones(5))).toThrow("requested resize to 5 (5 elements in total)");
    expect(x.to_dense()).toBe(x);
    expect([x.has_names(), x.names, x.volatile]).toEqual([false, [null, null], false]);
    expect(() => x.reinforce(1)).toThrow("reinforce() was removed.");
    class Named extends Tensor {
      label(): string {
        return `of ${this.numel()}`;
      }
    }
    const named = x.as_subclass(Named);
    expect([named.label(), named.storage === x.storage]).toEqual(["of 6", true]);
  });
});
