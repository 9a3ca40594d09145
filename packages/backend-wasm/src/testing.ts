import { type Tensor, use } from "@tt/core";
import { expect } from "vitest";
import { wasm, type WasmBackend, type WasmOptions } from "./index.ts";

/** Installs the backend for a test file; the cpu stays the default device. */
export async function install(options: WasmOptions = {}): Promise<WasmBackend> {
  return (await use(wasm(options), { default: false })) as WasmBackend;
}

/** Runs `compute` on the cpu in double precision and on the wasm device in single precision, and compares. */
export function expectSame(
  inputs: readonly Tensor[],
  compute: (...tensors: Tensor[]) => Tensor,
  tolerance = 1e-5,
): void {
  const want = compute(...inputs.map((tensor) => (tensor.dtype.is_floating_point ? tensor.double() : tensor)));
  const got = compute(...inputs.map((tensor) => tensor.to("wasm")));
  expect(got.device.type).toBe("wasm");
  expect(got.shape).toEqual(want.shape);
  expectClose(got, want, tolerance);
}

/** The largest difference, relative to the largest magnitude, is below `tolerance`. */
export function expectClose(got: Tensor, want: Tensor, tolerance: number): void {
  const scale = Math.max(1, want.abs().max().item());
  expect(got.cpu().double().sub(want.cpu().double()).abs().max().item() / scale).toBeLessThan(tolerance);
}
