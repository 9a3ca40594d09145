import { afterEach, expect, test } from "vitest";
import * as torch from "./index.ts";

afterEach(() => torch.unregisterBackend("pretended"));

test("without a backend there is no gpu, and asking is fine", async () => {
  expect(torch.gpu.is_available()).toBe(false);
  expect(torch.gpu.device_count()).toBe(0);
  await torch.gpu.synchronize();
  expect(torch.gpu.memory_stats()).toEqual({});
  expect(torch.gpu.memory_allocated()).toBe(0);
});

test("the backend that serves it answers", async () => {
  let waited = 0;
  torch.registerBackend({
    ...torch.defineBackend({ name: "pretended", extends: "cpu", devices: ["gpu"], kernels: {} }),
    synchronize: () => void waited++,
    memory_stats: () => ({ allocated: 8, reserved: 16, peak: 12 }),
  });
  expect(torch.gpu.is_available()).toBe(true);
  expect(torch.gpu.device_count()).toBe(1);
  await torch.gpu.synchronize();
  expect(waited).toBe(1);
  expect([torch.gpu.memory_allocated(), torch.gpu.memory_reserved(), torch.gpu.max_memory_allocated()]).toEqual([
    8, 16, 12,
  ]);
});
