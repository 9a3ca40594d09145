import { manual_seed, ones, rand, randn, type Tensor, tensor, zeros } from "@tt/core";
import { beforeAll, expect, it } from "vitest";
import type { WasmBackend } from "../index.ts";
import { install } from "../testing.ts";

const MIB = 1024 * 1024;
let backend: WasmBackend;

beforeAll(async () => {
  backend = await install({ heap_limit: 64 * MIB, heap_target: 32 * MIB });
  manual_seed(0);
});

const device = "wasm";

it("runs 10,000 steps in a synchronous loop on the heap it has", () => {
  const weight = randn(64, 256, { device });
  const x = rand(256, 32, { device });
  const before = process.memoryUsage().rss;
  for (let step = 0; step < 10_000; step++) {
    // About 100 KB of temporaries a step, a gigabyte in all.
    const y = weight.mm(x).relu();
    weight.sub_(y.mm(x.t()).mul(1e-6));
  }
  const { reserved } = backend.memory_stats();
  expect(reserved).toBeLessThanOrEqual(64 * MIB);
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * MIB);
  expect(Number.isFinite(weight.sum().item())).toBe(true);
});

it("keeps the values of more tensors than the heap holds", () => {
  const kept: Tensor[] = [];
  for (let i = 0; i < 60; i++) kept.push(ones(MIB / 2, { device }).mul(i));
  expect(backend.memory_stats().spilled).toBeGreaterThan(0);
  kept.forEach((tensor, i) => expect(tensor.mean().item()).toBe(i));
  const sum = kept.reduce((a, b) => a.add(b));
  expect(sum.at(12345).item()).toBe((59 * 60) / 2);
  expect(backend.memory_stats().reserved).toBeLessThanOrEqual(64 * MIB);
  expect(backend.memory_stats().restored).toBeGreaterThan(0);
});

it("frees dead tensors in a loop that yields", async () => {
  for (let i = 0; i < 200; i++) {
    zeros(MIB / 4, { device }).add(1);
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  expect(backend.memory_stats().freed).toBeGreaterThan(100);
});

it("computes with a tensor larger than the heap in ordinary memory", () => {
  const large = ones(20 * MIB, { device });
  expect(large.add(1).sum().item()).toBe(40 * MIB);
});

it("resizes small storages and large ones", () => {
  const x = tensor([1, 2, 3], { device });
  x.resize_(5000);
  x.at("3:").fill_(7);
  expect(x.sum().item()).toBe(6 + 7 * 4997);
  x.resize_(9000);
  expect(x.at(":5").tolist()).toEqual([1, 2, 3, 7, 7]);
  expect(x.at(":5000").add(1).sum().item()).toBe(6 + 7 * 4997 + 5000);
});

it("says what holds the memory when there is none left, and goes on", () => {
  const held = [ones(MIB, { device }), ones(MIB, { device })];
  expect(() => zeros(2 ** 44, { device })).toThrow(
    /^wasm out of memory\. Tried to allocate 64\.00 TiB \(.* heap of at most 64\.00 MiB; .* Largest in the heap: .*\d+ x float32\[\d+\] \(/,
  );
  expect(() => zeros(2 ** 44)).toThrow(
    "DefaultCPUAllocator: can't allocate memory: you tried to allocate 70368744177664",
  );
  expect(held[0]!.add(held[1]!).sum().item()).toBe(2 * MIB);
});
