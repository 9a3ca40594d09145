import * as torch from "@tt/torch";
import { afterEach, expect, test } from "vitest";
import { type Outcome, runOps } from "./run.ts";

/** One op of so many; `__EVERY__` of the configuration. */
declare const __EVERY__: number;

afterEach(() => torch.set_default_device("cpu"));

/** Of the cases of float32, int32 and bool that cpu passes, 95 of a hundred pass. */
function expectMost(where: string, { passed, failed, unreadable, failures, host }: Outcome): void {
  const uses = host.map(([name, times]) => `${name} ${times}`);
  const lines = [
    `${where}: ${passed} passed, ${failed} failed, ${unreadable} need values on the host`,
    `on the host: ${uses.join(", ") || "nothing"}`,
    ...failures.slice(0, 40),
  ];
  console.log(lines.join("\n  "));
  expect(passed).toBeGreaterThan(0);
  expect(passed / (passed + failed)).toBeGreaterThanOrEqual(0.95);
}

test("recorded cases on WebGPU in a page", async () => {
  expectMost("page", await runOps({ provider: "webgpu" }, __EVERY__));
});

test("recorded cases on WebGPU in a worker", async () => {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const outcome = await new Promise<Outcome>((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }: MessageEvent<"ready" | { outcome?: Outcome; error?: string }>) => {
      if (data === "ready") worker.postMessage(__EVERY__);
      else if (data.outcome === undefined) reject(new Error(data.error));
      else resolve(data.outcome);
    };
  });
  worker.terminate();
  expectMost("worker", outcome);
});

test("recorded cases on gpu.js in a page", async () => {
  expectMost("gpu.js webgl2", await runOps({ mode: "webgl2", gpujs: () => import("gpu.js") }, __EVERY__));
});
