import * as torch from "@tt/core";
import { expect, test } from "vitest";
import { gpu } from "../gpu.ts";
import type { GpuBackend } from "../types.ts";
import { onDevice } from "../wgsl/testing.ts";
import { loadGpujs } from "./module.ts";

// First: once loaded, the module stays.
test("a missing package is named", async () => {
  await expect(loadGpujs(() => Promise.reject(new Error("nothing there")))).rejects.toThrow(/npm install gpu\.js/);
});

let opened: Promise<GpuBackend> | null = null;

function backend(): Promise<GpuBackend> {
  return (opened ??= gpu({ provider: "webgpu", toggles: ["disable_workgroup_init"] }).then(async (made) => {
    await torch.use(made, { default: false });
    return made;
  }));
}

const onGpu = (...sizes: number[]): torch.Tensor => torch.randn(sizes).to("gpu");

test(
  "a kernel in gpu.js's language runs on the engine's device, without copies",
  onDevice(async () => {
    const made = await backend();
    const product = await made.kernel(
      `function(a, b, scale, negative) {
      let sum = 0;
      for (let i = 0; i < this.constants.n; i++) sum += a[this.thread.y][i] * b[i][this.thread.x];
      if (negative) sum = -sum;
      return scaled(sum, scale);
    }`,
      { output: [3, 5], constants: { n: 7 }, functions: ["function scaled(x, s) { return x * s; }"] },
    );
    const [a, b] = [onGpu(5, 7), onGpu(3, 7).t()];
    const submits = made.counts()["submits"];
    const result = product(a, b, 0.5, true);
    expect(made.counts()["submits"]).toBe(submits);
    expect(result.shape).toEqual([5, 3]);
    expect(torch.allclose(result.cpu(), a.cpu().matmul(b.cpu()).mul(-0.5), { rtol: 1e-5, atol: 1e-6 })).toBe(true);
    // The same kernel, other values; then its result in the engine's own kernels.
    const other = product(a.mul(2), b, 1, false).relu();
    expect(torch.allclose(other.cpu(), a.cpu().mul(2).matmul(b.cpu()).relu(), { rtol: 1e-5, atol: 1e-6 })).toBe(true);
  }),
);

test(
  "views, whole numbers, three dimensions and vectors",
  onDevice(async () => {
    const made = await backend();
    const x = torch.arange(24).reshape(2, 3, 4).to("gpu").transpose(0, 2);
    const twice = await made.kernel(
      "function(a) { const v = a[this.thread.z][this.thread.y][this.thread.x]; return [v, v * 2]; }",
      { output: [2, 3, 4] },
    );
    const result = twice(x);
    expect(result.shape).toEqual([4, 3, 2, 2]);
    expect(result.cpu().select(3, 1).tolist()).toEqual(x.cpu().mul(2).to(torch.float32).tolist());
  }),
);

test(
  "what cannot be is said",
  onDevice(async () => {
    const made = await backend();
    await expect(made.kernel("function(a) { return a[0]; }", { output: [0] })).rejects.toThrow(RangeError);
    const first = await made.kernel("function(a) { return a[this.thread.x]; }", { output: [2] });
    expect(() => first(torch.ones(2))).toThrow(/same device/);
    expect(() => first(onGpu(1, 1, 1, 2))).toThrow(/at most 3 dimensions/);
    const unknown = await made.kernel("function(a) { return fetch(a[0]); }", { output: [2] });
    expect(() => unknown(onGpu(2))).toThrow(/gpu\.js/);
    const random = await made.kernel("function() { return Math.random(); }", { output: [2] });
    expect(() => random()).toThrow(/manual_seed/);
  }),
);
