import * as torch from "@tt/core";
import { expect, test } from "vitest";
import { gpu } from "../../src/index.ts";
import { fit } from "../training.ts";

const WANT = [1, -2, 0.5, 0.3];

function expectClose(got: readonly number[]): void {
  expect(got.length).toBe(WANT.length);
  got.forEach((value, i) => expect(value).toBeCloseTo(WANT[i]!, 3));
}

test("a page computes without waiting, and reads asynchronously", async () => {
  const backend = await gpu({ provider: "webgpu" });
  expect(backend.caps).toMatchObject({ provider: "webgpu", syncRead: false });
  await torch.use(backend, { default: false });
  const weights = fit("gpu");
  expect(() => weights.tolist()).toThrow(/tolistAsync/);
  expect(() => weights.sum().item()).toThrow(/itemAsync/);
  expectClose((await weights.tolistAsync()) as number[]);
  expect(await weights.sum().itemAsync()).toBeCloseTo(-0.2, 3);
  // Every other operation without reading: nothing is computed on the host.
  const kernel = await backend.kernel("function(a) { return a[this.thread.x] * 2; }", { output: [4] }).catch(String);
  expect(kernel).toMatch(/gpu\.js/);
  backend.destroy();
  torch.unregisterBackend("gpu");
});

test("a page can't have a device that is waited for", async () => {
  await expect(gpu({ sync: true })).rejects.toThrow(/only in workers/);
});

test("a worker of an isolated page waits for values", async () => {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const answer = await new Promise<{ got?: number[]; caps?: object; error?: string }>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ got?: number[]; caps?: object; error?: string }>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.terminate();
  expect(answer.error).toBeUndefined();
  expect(answer.caps).toMatchObject({ provider: "webgpu", syncRead: "worker" });
  expectClose(answer.got!);
});
