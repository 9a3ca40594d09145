import { RuntimeError } from "@tt/core";
import { makeCollector } from "@tt/core/dispatch";
import { afterEach, describe, expect, it, vi } from "vitest";
import { I32, moduleOf } from "../codegen/encode.ts";
import { Heap } from "../memory/heap.ts";
import { instantiate } from "../module.ts";
import { instantiateCode } from "./code.ts";
import { Threads } from "./threads.ts";

const MIB = 1024 * 1024;

async function make(count: number): Promise<{ heap: Heap; threads: Threads }> {
  const heap = new Heap({ limit: 64 * MIB, target: 32 * MIB }, makeCollector());
  const { module, exports } = await instantiate(heap.memory, true, false);
  return { heap, threads: new Threads(heap, module, exports, count) };
}

/** (how many are to meet, address of their counter, address of the call's own word): returns when so many have come. */
// oxfmt-ignore
const meet = [
  0x20, 1, 0x41, 1, 0xfe, 0x1e, 2, 0, 0x1a, // counter += 1, atomically
  0x20, 2, 0x20, 0, 0x36, 2, 0, // own = turn
  0x03, 0x40, 0x20, 1, 0xfe, 0x10, 2, 0, 0x20, 0, 0x48, 0x0d, 0, 0x0b, // until counter >= turn
];

/** Calls that end only when `n` threads are in one at the same time. */
function meeting(
  heap: Heap,
  n: number,
  places: number,
): { code: (...args: number[]) => void; calls: number[][]; own: number } {
  const at = heap.pin(4096);
  heap.ints.fill(0, at / 4, at / 4 + 1024);
  const code = instantiateCode(moduleOf([I32, I32, I32], [], meet), heap.memory);
  const own = at + 64;
  return { code, own, calls: Array.from({ length: places }, (_, i) => [n, at, own + 4 * i]) };
}

/** Two numbers' sum goes where the third argument says. */
const ADD = [0x20, 2, 0x20, 0, 0x20, 1, 0x6a, 0x36, 2, 0];

afterEach(() => vi.restoreAllMocks());

describe("Threads", () => {
  it("runs calls on several threads at once", async () => {
    for (const count of [2, 3]) {
      const { heap, threads } = await make(count);
      const { code, calls, own } = meeting(heap, count, count);
      threads.run(code, calls);
      expect([...heap.ints.subarray(own / 4, own / 4 + count)]).toEqual(Array(count).fill(count));
    }
  });

  it("does every call once, also of modules written later and of more calls than fit the block", async () => {
    const { heap, threads } = await make(3);
    const first = instantiateCode(moduleOf([I32, I32, I32], [], ADD), heap.memory);
    const second = instantiateCode(moduleOf([I32, I32, I32], [], ADD), heap.memory);
    const at = heap.pin(40_000);
    for (const [code, n] of [
      [first, 7],
      [second, 10_000],
      [first, 10_000],
    ] as const) {
      heap.ints.fill(0, at / 4, at / 4 + n);
      threads.run(
        code,
        Array.from({ length: n }, (_, i) => [i, 5, at + 4 * i]),
      );
      expect(heap.ints.subarray(at / 4, at / 4 + n).every((value, i) => value === i + 5)).toBe(true);
    }
  });

  it("gives each thread working memory of its own", async () => {
    const { heap, threads } = await make(2);
    const { code, calls, own } = meeting(heap, 2, 2);
    threads.run(code, calls, { at: 2, base: own, stride: 64 });
    expect([heap.ints[own / 4], heap.ints[own / 4 + 16], heap.ints[own / 4 + 1]]).toEqual([2, 2, 0]);
  });

  it("calls kernels by name and sees memory that has grown since", async () => {
    const { heap, threads } = await make(2);
    const { code, calls } = meeting(heap, 2, 2);
    threads.run(code, calls);
    const before = heap.memory.buffer.byteLength;
    const n = 2 * MIB;
    const x = heap.pin(4 * n);
    const y = heap.pin(4 * n);
    expect(heap.memory.buffer.byteLength).toBeGreaterThan(before);
    heap.floats.fill(0.25, x / 4, x / 4 + n);
    const rows = n / 4;
    const pieces = threads.split(rows, 1e9);
    expect(pieces.length).toBeGreaterThan(2);
    threads.run(
      "softmax",
      pieces.map(([from, to]) => [to - from, 4, x + 16 * from, y + 16 * from]),
    );
    expect(heap.floats.subarray(y / 4, y / 4 + n).every((value) => value === 0.25)).toBe(true);
  });

  it("tells what went wrong on another thread, and goes on", async () => {
    const { heap, threads } = await make(2);
    const { code, calls } = meeting(heap, 2, 2);
    const wild = calls.map(([n, at]) => [n!, at!, -4]);
    expect(() => threads.run(code, wild)).toThrow(/out of bounds/);
    const next = meeting(heap, 2, 2);
    threads.run(next.code, next.calls);
    expect(heap.ints[next.own / 4]).toBe(2);
  });

  it("stays on one thread for little work", async () => {
    const { threads } = await make(4);
    expect(threads.split(1000, 10_000)).toEqual([[0, 1000]]);
    const pieces = threads.split(1001, 1e7, 16);
    expect(pieces[0]![0]).toBe(0);
    expect(pieces.at(-1)![1]).toBe(1001);
    pieces.slice(1).forEach(([from], i) => {
      expect(from).toBe(pieces[i]![1]);
      expect(from % 16).toBe(0);
    });
  });

  it("uses no more threads than it is told to, also after having had more", async () => {
    const { heap, threads } = await make(3);
    const all = meeting(heap, 3, 3);
    threads.run(all.code, all.calls);
    threads.count = 2;
    const two = meeting(heap, 2, 64);
    threads.run(two.code, two.calls);
    threads.count = 1;
    expect(threads.split(1000, 1e9)).toEqual([[0, 1000]]);
    threads.count = 3;
    const again = meeting(heap, 3, 3);
    threads.run(again.code, again.calls);
    expect(heap.ints[again.own / 4 + 2]).toBe(3);
  });

  it("computes alone where workers are refused", async () => {
    const original = process.getBuiltinModule.bind(process);
    const Worker = function (): never {
      throw new Error("no workers here");
    };
    vi.spyOn(process, "getBuiltinModule").mockImplementation((id: string) => {
      const found = original(id as "node:worker_threads");
      return id === "node:worker_threads" ? { ...found, Worker: Worker as never } : found;
    });
    const { heap, threads } = await make(4);
    const at = heap.pin(4096);
    const code = instantiateCode(moduleOf([I32, I32, I32], [], ADD), heap.memory);
    threads.run(code, [
      [1, 2, at],
      [3, 4, at + 4],
    ]);
    expect([...heap.ints.subarray(at / 4, at / 4 + 2)]).toEqual([3, 7]);
    expect(threads.count).toBe(1);
  });

  it("ends with an error when a worker dies in a kernel, and starts new ones", async () => {
    const started = recordWorkers();
    const heap = new Heap({ limit: 64 * MIB, target: 32 * MIB }, makeCollector());
    const { module, exports } = await instantiate(heap.memory, true, false);
    const at = heap.pin(MIB);
    const [a, out, work] = [at, at + 65_536, at + 131_072];
    heap.floats[a / 4] = 1;
    // The main thread's part of the job is to wait until the worker is at it, then to stop the worker.
    const gemm = (): void => {
      while (heap.floats[out / 4] === 0);
      void started[0]!.terminate();
    };
    const threads = new Threads(heap, module, { ...exports, gemm }, 2);
    const warm = meeting(heap, 2, 2);
    threads.run(warm.code, warm.calls);
    const endless = [64, 64, 100_000_000, a, 0, 0, a, 0, 0, out, 256, 1, 0, work];
    const start = performance.now();
    expect(() => threads.run("gemm", [endless, endless])).toThrow(RuntimeError);
    expect(performance.now() - start).toBeLessThan(1000);
    const next = meeting(heap, 2, 2);
    threads.run(next.code, next.calls);
    expect(heap.ints[next.own / 4]).toBe(2);
    expect(started.length).toBe(2);
  });
});

/** Node's workers from here on, in the order of their start. */
function recordWorkers(): { terminate(): Promise<number> }[] {
  const original = process.getBuiltinModule.bind(process);
  const started: { terminate(): Promise<number> }[] = [];
  vi.spyOn(process, "getBuiltinModule").mockImplementation((id: string) => {
    const found = original(id as "node:worker_threads");
    if (id !== "node:worker_threads") return found;
    const Recorded = class extends found.Worker {
      constructor(...args: ConstructorParameters<typeof found.Worker>) {
        super(...args);
        started.push(this);
      }
    };
    return { ...found, Worker: Recorded };
  });
  return started;
}
