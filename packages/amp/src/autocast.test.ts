import { addmm, bfloat16, cat, float16, float32, float64, manual_seed, rand, softmax, tensor } from "@tt/core";
import { cdist, conv2d } from "@tt/core/neural";
import { describe, expect, it, vi } from "vitest";
import { autocast, custom_bwd, custom_fwd, get_autocast_dtype, is_autocast_enabled } from "./index.ts";

describe("autocast", () => {
  it("computes matrix products and convolutions in bfloat16, as PyTorch does", () => {
    manual_seed(0);
    const x = rand(2, 3);
    const w = rand(4, 3);
    const b = rand(4);
    autocast("cpu", { dtype: bfloat16 }, () => {
      const y = addmm(b, x, w.t());
      expect(y.dtype).toBe(bfloat16);
      expect(y.float().tolist()).toEqual([
        [1.1328125, 0.90234375, 0.84765625, 1.78125],
        [0.7890625, 0.7265625, 0.91796875, 1.703125],
      ]);
      expect(autocast("cpu", { enabled: false }, () => x.matmul(w.t()).dtype)).toBe(float32);
      const conv = conv2d(rand(1, 2, 5, 5), rand(3, 2, 3, 3));
      expect(conv.dtype).toBe(bfloat16);
      expect(conv.float().flatten().tolist().slice(0, 4)).toEqual([3.96875, 3.921875, 5.09375, 3.609375]);
    });
  });

  it("keeps what needs range in float32, joins in the widest and leaves the rest alone", () => {
    autocast("cpu", () => {
      const y = rand(2, 4, { dtype: bfloat16 });
      expect(cdist(y, y).dtype).toBe(float32);
      expect(y.prod(1).dtype).toBe(float32);
      expect(cat([y, y.float()]).dtype).toBe(float32);
      expect(cat([y, y]).dtype).toBe(bfloat16);
      expect(softmax(y, 1).dtype).toBe(bfloat16);
      const wide = rand(2, 2, { dtype: float64 });
      expect(wide.mm(wide).dtype).toBe(float64);
    });
  });

  it("runs in float16 too", () => {
    const x = rand(3, 3);
    expect(autocast("cpu", { dtype: float16 }, () => x.mm(x).dtype)).toBe(float16);
  });

  it("holds for a block with `using`, nests, and ends", () => {
    const x = rand(2, 2);
    {
      using _outer = autocast("cpu");
      expect(is_autocast_enabled("cpu")).toBe(true);
      {
        using _inner = autocast("cpu", { dtype: float16 });
        expect(get_autocast_dtype("cpu")).toBe(float16);
        expect(x.mm(x).dtype).toBe(float16);
      }
      expect(x.mm(x).dtype).toBe(bfloat16);
    }
    expect(is_autocast_enabled()).toBe(false);
    expect(x.mm(x).dtype).toBe(float32);
  });

  it("holds across the awaits of an async function, and for it alone", async () => {
    const x = rand(2, 2);
    const inside = autocast("cpu", async () => {
      await Promise.resolve();
      return x.mm(x).dtype;
    });
    expect(x.mm(x).dtype).toBe(float32);
    expect(await inside).toBe(bfloat16);
    expect(is_autocast_enabled()).toBe(false);
  });

  it("refuses unknown devices and does nothing in float32", () => {
    expect(() => autocast("abacus")).toThrow("User specified an unsupported autocast device_type 'abacus'");
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const x = rand(2, 2);
    expect(autocast("cpu", { dtype: float32 }, () => x.mm(x).dtype)).toBe(float32);
    expect(warn.mock.calls[0]![0]).toContain("Disabling autocast");
    warn.mockRestore();
  });
});

describe("custom_fwd", () => {
  it("casts and leaves autocast; custom_bwd restores the state of the forward", () => {
    const ctx = {};
    const x = tensor([1, 2]);
    const state: boolean[] = [];
    const forward = custom_fwd((_: object, t: typeof x) => (state.push(is_autocast_enabled("cpu")), t), {
      cast_inputs: float16,
    });
    const plain = custom_fwd((_: object, t: typeof x) => (state.push(is_autocast_enabled("cpu")), t));
    const backward = custom_bwd(() => state.push(is_autocast_enabled("cpu")));
    expect(autocast("cpu", () => forward(ctx, x)).dtype).toBe(float16);
    backward(ctx);
    autocast("cpu", () => plain(ctx, x));
    backward(ctx);
    expect(forward(ctx, x).dtype).toBe(float32);
    expect(state).toEqual([false, false, true, true, false]);
  });
});
