import { get_num_threads, set_num_threads } from "@tt/core/threads";
import { manual_seed, randn, RuntimeError, use } from "@tt/core";
import { expect, it } from "vitest";
import { I32, moduleOf } from "../src/codegen/encode.ts";
import { wasm } from "../src/index.ts";
import { makeCollector } from "@tt/core/dispatch";
import { Heap } from "../src/memory/heap.ts";
import { instantiate } from "../src/module.ts";
import { instantiateCode } from "../src/threads/code.ts";
import { Threads } from "../src/threads/threads.ts";

const MIB = 1024 * 1024;

// (how many are to come, address of their counter, address of the result): waits for them, though not for ever.
// oxfmt-ignore
const meet = [
  0x20, 1, 0x41, 1, 0xfe, 0x1e, 2, 0, 0x1a, // counter += 1, atomically
  0x03, 0x40,
  0x20, 3, 0x41, 1, 0x6a, 0x22, 3, 0x41, 0x80, 0x80, 0x80, 0x08, 0x48, // ++turns < 2^24
  0x20, 1, 0xfe, 0x10, 2, 0, 0x20, 0, 0x48, // and counter < n
  0x71, 0x0d, 0, 0x0b,
  0x20, 2, 0x20, 1, 0xfe, 0x10, 2, 0, 0x36, 2, 0, // result = counter
];

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs jobs until one was on two threads at the same time. */
async function meeting(heap: Heap, threads: Threads): Promise<boolean> {
  const code = instantiateCode(moduleOf([I32, I32, I32], [I32], meet), heap.memory);
  const at = heap.pin(4096) / 4;
  for (let turn = 0; turn < 100; turn++) {
    heap.ints[at] = 0;
    threads.run(code, [
      [2, 4 * at, 4 * at + 64],
      [2, 4 * at, 4 * at + 68],
    ]);
    if (heap.ints[at + 16] === 2 && heap.ints[at + 17] === 2) return true;
    await sleep(20);
  }
  return false;
}

it("is a page that may share memory", () => {
  expect(crossOriginIsolated).toBe(true);
});

it("runs kernels on several threads, in memory that has grown meanwhile", { timeout: 60_000 }, async () => {
  const heap = new Heap({ limit: 64 * MIB, target: 48 * MIB }, makeCollector());
  const { module, exports } = await instantiate(heap.memory, false, false);
  const threads = new Threads(heap, module, exports, 2);
  expect(await meeting(heap, threads)).toBe(true);
  const n = 4 * MIB;
  const [x, y] = [heap.pin(4 * n), heap.pin(4 * n)];
  expect(heap.memory.buffer.byteLength).toBeGreaterThan(32 * MIB);
  heap.floats.fill(0.25, x / 4, x / 4 + n);
  const calls = threads.split(n / 4, 1e9).map(([from, to]) => [to - from, 4, x + 16 * from, y + 16 * from]);
  threads.run("softmax", calls);
  expect(heap.floats.subarray(y / 4, y / 4 + n).every((value) => value === 0.25)).toBe(true);
});

it("ends with an error when a worker is stopped in a kernel, and starts new ones", { timeout: 60_000 }, async () => {
  const started: Worker[] = [];
  const Original = globalThis.Worker;
  globalThis.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      started.push(this);
    }
  };
  try {
    const heap = new Heap({ limit: 64 * MIB, target: 32 * MIB }, makeCollector());
    const { module, exports } = await instantiate(heap.memory, true, false);
    const at = heap.pin(MIB);
    const [a, out, work] = [at, at + 65_536, at + 131_072];
    heap.floats[a / 4] = 1;
    const gemm = (): void => {
      while (heap.floats[out / 4] === 0);
      started[0]!.terminate();
    };
    const threads = new Threads(heap, module, { ...exports, gemm }, 2);
    expect(await meeting(heap, threads)).toBe(true);
    const endless = [64, 64, 100_000_000, a, 0, 0, a, 0, 0, out, 256, 1, 0, work];
    const start = performance.now();
    expect(() => threads.run("gemm", [endless, endless])).toThrow(RuntimeError);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(await meeting(heap, threads)).toBe(true);
    expect(started.length).toBe(2);
  } finally {
    globalThis.Worker = Original;
  }
});

it("computes the same on one and on two threads", { timeout: 60_000 }, async () => {
  await use(wasm({ threads: 2 }));
  manual_seed(0);
  const [a, b] = [randn(500, 500), randn(500, 500)];
  const compute = (): number[][] =>
    [a.mm(b), a.exp(), a.sum(), a.softmax(1)].map((tensor) => Array.from(tensor.cpu().numpy() as Float32Array));
  expect(get_num_threads()).toBe(2);
  for (let i = 0; i < 10; i++) {
    compute();
    await sleep(20);
  }
  const two = compute();
  set_num_threads(1);
  const one = compute();
  expect(two.map((values, i) => values.every((value, k) => value === one[i]![k]))).toEqual([true, true, true, true]);
});
