import "@tt/core/neural";
import { defineBackend, registerBackend, type Tensor, unregisterBackend } from "@tt/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runConformance } from "./conformance.ts";

beforeAll(() => {
  registerBackend(defineBackend({ name: "twin", extends: "cpu", kernels: {} }));
  registerBackend(
    defineBackend({
      name: "flawed",
      extends: "cpu",
      kernels: {
        exp: (out: Tensor) => void out.fill_(7),
        cumsum: () => {
          throw new Error("no such thing");
        },
      },
    }),
  );
});

afterAll(() => {
  unregisterBackend("twin");
  unregisterBackend("flawed");
});

it("finds nothing wrong with a backend that computes as the cpu does", async () => {
  const printed: string[] = [];
  const report = await runConformance("twin", { log: (text) => printed.push(text) });
  expect(report.failed).toEqual([]);
  expect(report.ops).toBeGreaterThan(300);
  expect(report.native).toBe(report.ops);
  expect(printed[0]).toMatch(
    /^twin: \d+ calls agree with the cpu, 0 do not; \d+ of \d+ ops run on the device \(100 %\)/,
  );
});

it("names what differs", async () => {
  const printed: string[] = [];
  const report = await runConformance("flawed", { only: "exp", log: (text) => printed.push(text) });
  expect(report.failed.find((f) => f.op === "exp")!.message).toBe("float32: output 0 has other values");
  expect(printed[0]).toContain("  exp: float32: output 0 has other values");
  const other = await runConformance("flawed", { only: "cumsum", log: null });
  expect(other.failed[0]).toEqual({ op: "cumsum", message: "float32: no such thing" });
});

it("wants a registered backend", async () => {
  await expect(runConformance("nowhere")).rejects.toThrow('no backend "nowhere" is installed');
});
