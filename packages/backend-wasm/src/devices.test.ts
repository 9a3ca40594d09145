import { arange, backends, ones, rand, tensor, zeros } from "@tt/core";
import { hostFallbacks } from "@tt/core/dispatch";
import { beforeAll, expect, it } from "vitest";
import type { WasmBackend } from "./index.ts";
import { wasm } from "./index.ts";
import { install } from "./testing.ts";

let backend: WasmBackend;

beforeAll(async () => {
  backend = await install();
});

const device = "wasm";

it("is a backend with a build that suits the machine", () => {
  expect(backends()).toContain("wasm");
  expect(backend.info().simd).toBe("relaxed");
});

it("computes alike without fused multiply-add", async () => {
  expect((await wasm({ simd: "strict" })).info().simd).toBe("simd");
});

it("refuses a heap limit that WebAssembly cannot have", async () => {
  await expect(wasm({ heap_limit: 2 ** 40 })).rejects.toThrow("heap_limit must be between");
});

it("moves tensors to and from the cpu and copies across devices", () => {
  const x = rand(3000);
  const there = x.to(device);
  expect(there.device.type).toBe("wasm");
  expect(there.cpu().tolist()).toEqual(x.tolist());
  expect(zeros(3000, { device }).copy_(x).tolist()).toEqual(x.tolist());
  expect(zeros(3000).copy_(there).tolist()).toEqual(x.tolist());
});

it("reports operands on different devices", () => {
  expect(() => ones(3).add(ones(3, { device }))).toThrow("Expected all tensors to be on the same device");
});

it("has every kernel of the host on its own memory, also those that make their results", () => {
  const x = tensor([3, 0, 1, 0, 3], { device });
  expect(x.nonzero().device.type).toBe("wasm");
  expect(x.nonzero().tolist()).toEqual([[0], [2], [4]]);
  expect(arange(5000, { device }).masked_select(arange(5000, { device }).lt(2)).device.type).toBe("wasm");
  expect(arange(3000, { device }).flip(0).sort()[0].at(7).item()).toBe(7);
  expect(hostFallbacks().size).toBe(0);
});

it("keeps small tensors in ordinary memory and large ones in the heap", () => {
  const before = backend.memory_stats().resident;
  const small = ones(1000, { device });
  expect(backend.memory_stats().resident).toBe(before);
  const large = ones(2000, { device });
  expect(backend.memory_stats().resident).toBe(before + 8192);
  expect(small.sum().item() + large.sum().item()).toBe(3000);
});
