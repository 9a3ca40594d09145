import { full, randn, type Tensor, unregisterBackend, use } from "@tt/core";
import { afterEach, describe, expect, it } from "vitest";
import { wasm } from "../backend.ts";
import { expectSame } from "../testing.ts";
import { fitted, isShared, reserve } from "./sharing.ts";

const MIB = 1024 * 1024;
const { Memory } = WebAssembly;

afterEach(() => {
  WebAssembly.Memory = Memory;
  unregisterBackend("wasm");
});

/** As a host without shared memory. */
function withoutSharing(): void {
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if (descriptor.shared === true) throw new TypeError("shared memory is not supported");
      super(descriptor);
    }
  };
}

describe("reserve", () => {
  it("takes what the host has addresses for", () => {
    const most: number[] = [];
    WebAssembly.Memory = class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        most.push(descriptor.maximum! / 16);
        if (descriptor.maximum! > 100 * 16) throw new RangeError("could not allocate memory");
        super(descriptor);
      }
    };
    const { memory, limit } = reserve(16 * MIB, 32 * MIB, 300 * MIB);
    expect(most).toEqual([300, 150, 75]);
    expect(limit).toBe(75 * MIB);
    expect(isShared(memory)).toBe(true);
  });

  it("takes memory of a fixed size where none can be shared", () => {
    withoutSharing();
    const { memory, limit } = reserve(16 * MIB, 32 * MIB, 300 * MIB);
    expect([isShared(memory), memory.buffer.byteLength, limit]).toEqual([false, 32 * MIB, 32 * MIB]);
  });
});

describe("without shared memory", () => {
  it("computes on one thread, also with more than the memory holds", async () => {
    withoutSharing();
    const backend = await use(wasm({ threads: 4, heap_target: 2 * MIB }), { default: false });
    expect(backend.get_num_threads?.()).toBe(1);
    expectSame([randn(300, 200), randn(200, 100)], (a, b) => a.mm(b).tanh().add(1));
    const kept = Array.from({ length: 8 }, (_, i): Tensor => full([MIB / 8], i, { device: "wasm" }).mul(1));
    expect(kept.map((tensor) => tensor.add(1).max().item())).toEqual(kept.map((_, i) => i + 1));
  });
});

describe("fitted", () => {
  it("leaves modules alone where memory is shared", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(fitted(bytes, new Memory({ initial: 1, maximum: 1, shared: true }))).toBe(bytes);
  });
});
