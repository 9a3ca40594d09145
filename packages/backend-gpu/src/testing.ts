import { Tensor, use } from "@tt/core";
import { expect, type TestContext } from "vitest";
import { gpu } from "./index.ts";
import type { GpuBackend } from "./types.ts";

let found: Promise<GpuBackend | Error> | null = null;

/** The backend, installed beside the cpu, which stays the default device; or why there is none. */
function installed(): Promise<GpuBackend | Error> {
  found ??= use(gpu({ provider: "webgpu", toggles: ["disable_workgroup_init"] }), { default: false }).then(
    (backend) => backend as GpuBackend,
    (error: Error) => error,
  );
  return found;
}

/** The body of a test on device "gpu": without one it is skipped with the reason, or fails where CI is set. */
export function onDevice(run: (backend: GpuBackend) => void | Promise<void>): (context: TestContext) => Promise<void> {
  return async (context) => {
    const backend = await installed();
    if (!(backend instanceof Error)) return run(backend);
    if (process.env["CI"]) throw backend;
    return context.skip(backend.message);
  };
}

/** Runs `compute` on the cpu in double precision and on the gpu in single precision, and compares. */
export function expectSame(
  inputs: readonly Tensor[],
  compute: (...tensors: Tensor[]) => Tensor | readonly Tensor[],
  tolerance = 1e-5,
): void {
  const list = (result: Tensor | readonly Tensor[]): readonly Tensor[] =>
    result instanceof Tensor ? [result] : result;
  const want = list(compute(...inputs.map((x) => (x.dtype.is_floating_point ? x.double() : x.clone()))));
  const got = list(compute(...inputs.map((x) => x.to("gpu"))));
  expect(got.length).toBe(want.length);
  got.forEach((tensor, i) => {
    expect(tensor.device.type).toBe("gpu");
    expect(tensor.shape).toEqual(want[i]!.shape);
    expectClose(tensor, want[i]!, tolerance);
  });
}

/** The largest difference, relative to the largest magnitude, is below `tolerance`. */
export function expectClose(got: Tensor, want: Tensor, tolerance: number): void {
  if (want.numel() === 0) return;
  const there = want.cpu().double();
  const scale = Math.max(1, there.abs().max().item());
  expect(got.cpu().double().sub(there).abs().max().item() / scale).toBeLessThan(tolerance);
}
