import { afterEach, describe, expect, it } from "vitest";
import { defineBackend, registerBackend, RuntimeError, unregisterBackend } from "./index.ts";
import { get_num_threads, requestedThreads, set_num_threads } from "./threads.ts";

afterEach(() => unregisterBackend("many"));

describe("set_num_threads", () => {
  it("is remembered where no backend has threads", () => {
    expect(get_num_threads()).toBe(1);
    set_num_threads(3);
    expect([get_num_threads(), requestedThreads()]).toEqual([3, 3]);
  });

  it("reaches installed backends, which have the last word", () => {
    let count = 8;
    const backend = {
      ...defineBackend({ name: "many", extends: "cpu", kernels: {} }),
      get_num_threads: (): number => count,
      set_num_threads: (wanted: number): void => {
        count = Math.min(wanted, 4);
      },
    };
    registerBackend(backend);
    expect(get_num_threads()).toBe(8);
    set_num_threads(6);
    expect([get_num_threads(), requestedThreads()]).toEqual([4, 6]);
  });

  it("takes positive integers alone", () => {
    expect(() => set_num_threads(0)).toThrow(new RuntimeError("set_num_threads expects a positive integer"));
    expect(() => set_num_threads(1.5)).toThrow(new TypeError("set_num_threads expects an int, but got 1.5"));
  });
});
