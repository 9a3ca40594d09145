import { registerBackend, tensor, unregisterBackend } from "@tt/core";
import "@tt/core/special";
import { expect, test, type TestContext } from "vitest";
import { gpu } from "../gpu.ts";
import type { GpuBackend, GpuOptions } from "../types.ts";

/** A test with a device of its own. */
function withDevice(
  options: GpuOptions,
  run: (backend: GpuBackend) => void | Promise<void>,
): (context: TestContext) => Promise<void> {
  return async (context) => {
    let backend: GpuBackend;
    try {
      backend = await gpu({ provider: "webgpu", toggles: ["disable_workgroup_init"], ...options });
    } catch (error) {
      if (process.env["CI"]) throw error;
      return context.skip((error as Error).message);
    }
    registerBackend(backend);
    try {
      await run(backend);
    } finally {
      unregisterBackend("gpu");
      backend.destroy();
    }
  };
}

test(
  "a device of this thread: values are awaited",
  withDevice({ sync: false }, async (backend) => {
    expect(backend.caps).toMatchObject({ provider: "webgpu", syncRead: false });
    const x = tensor([1, 2, 3.5]).to("gpu");
    const y = x.mul(2).add(1);
    expect(() => y.tolist()).toThrow("itemAsync");
    expect(await y.tolistAsync()).toEqual([3, 5, 8]);
    expect(await y.sum().itemAsync()).toBe(16);
    const there = await y.toAsync("cpu");
    expect(there.device.type).toBe("cpu");
    expect(there.tolist()).toEqual([3, 5, 8]);
    // What has no kernel would have to be read.
    expect(() => x.lgamma()).toThrow("toAsync");
    await backend.synchronize!(x.device);
  }),
);

test(
  "a device in a worker: values are waited for",
  withDevice({}, async (backend) => {
    expect(backend.caps).toMatchObject({ provider: "webgpu", syncRead: "worker" });
    const x = tensor([1, 2, 3.5]).to("gpu");
    expect(x.mul(2).tolist()).toEqual([2, 4, 7]);
    expect(await x.mul(3).tolistAsync()).toEqual([3, 6, 10.5]);
    // More than the block that answers travel through.
    const many = tensor(new Float32Array(5000).fill(2)).to("gpu");
    expect(many.add(1).cpu().sum().item()).toBe(15000);
  }),
);

test(
  "a device that was given back is an error that says so",
  withDevice({}, (backend) => {
    const x = tensor([1, 2]).to("gpu");
    expect(x.sum().item()).toBe(3);
    backend.destroy();
    expect(() => x.add(1).tolist()).toThrow("the device was lost");
    expect(tensor([1, 2]).sum().item()).toBe(3);
  }),
);
