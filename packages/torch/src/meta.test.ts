import { describe, expect, it } from "vitest";
import * as torch from "./index.ts";

const meta = { device: "meta" } as const;

describe("the device meta", () => {
  it("has shapes, dtypes and strides, but no elements", () => {
    const x = torch.empty(3, 4, meta);
    expect([x.is_meta, x.device.type, x.t().stride(), x.nbytes]).toEqual([true, "meta", [1, 4], 48]);
    expect(String(torch.ones(2, 2, meta))).toBe("tensor(..., device='meta', size=(2, 2))");
    expect(() => x.tolist()).toThrow("Cannot copy out of meta tensor; no data!");
    expect(() => x.to("cpu")).toThrow("Cannot copy out of meta tensor; no data!");
    expect(torch.ones(1e6, 1e6, meta).sum(0).shape).toEqual([1e6]);
  });

  it("follows shapes and dtypes through operations, with their checks", () => {
    const [x, y] = [torch.rand(2, 3, meta), torch.ones(3, 5, { device: "meta", dtype: torch.float32 })];
    const results = [x.matmul(y), x.add(torch.ones(1, 3, meta)), x.softmax(1), x.gt(0), x.argmax(1), x.cumsum(0)];
    expect(results.map((t) => [t.shape.join("x"), t.dtype.name, t.is_meta])).toEqual([
      ["2x5", "float32", true],
      ["2x3", "float32", true],
      ["2x3", "float32", true],
      ["2x3", "bool", true],
      ["2", "int64", true],
      ["2x3", "float32", true],
    ]);
    expect(torch.cat([x, x], 1).reshape([3, 4]).transpose(0, 1).shape).toEqual([4, 3]);
    expect(() => x.matmul(x)).toThrow("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)");
    expect(() => x.add(torch.ones(2, 3))).toThrow("Expected all tensors to be on the same device");
    expect(() => x.nonzero()).toThrow("Could not run 'aten::nonzero' with arguments from the 'Meta' backend");
    expect(x.add_(1).mul_(2)).toBe(x);
  });

  it("holds models, which go forward and backward and come to a real device empty", () => {
    const model = new torch.nn.Sequential(
      new torch.nn.Conv2d(3, 8, 3, { device: "meta" }),
      new torch.nn.BatchNorm2d(8, { device: "meta" }),
      new torch.nn.ReLU(),
      new torch.nn.Flatten(),
      new torch.nn.Linear(8 * 6 * 6, 10, { device: "meta" }),
    );
    const loss = torch.nn.functional.mse_loss(model(torch.rand(2, 3, 8, 8, meta)), torch.zeros(2, 10, meta));
    loss.backward();
    expect([...model.parameters()].map((p) => [p.is_meta, p.grad!.is_meta, p.grad!.shape.join("x")])).toEqual(
      ["8x3x3x3", "8", "8", "8", "10x288", "10"].map((shape) => [true, true, shape]),
    );
    const real = model.to_empty({ device: "cpu" });
    expect([...real.parameters()].every((p) => p.device.type === "cpu")).toBe(true);
  });
});
