import { findBackend, type Kernel, manual_seed, randn, type Tensor, zeros } from "@tt/core";
import "@tt/core/neural";
import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, install } from "../testing.ts";

beforeAll(async () => {
  await install();
  manual_seed(0);
});

const MODES = [
  ["RNN_TANH", 1, 1],
  ["RNN_RELU", 1, 1],
  ["LSTM", 4, 4],
  ["GRU", 3, 4],
] as const;

/** First row and sequences of each step. */
const table = (sizes: readonly number[], reverse: boolean): Int32Array => {
  let at = 0;
  const pairs = sizes.map((size) => {
    at += size;
    return [at - size, size];
  });
  return Int32Array.from((reverse ? pairs.toReversed() : pairs).flat());
};

/** Runs a kernel on both backends and compares all outputs. */
function expectAlike(name: string, shapes: readonly (readonly number[])[], args: readonly unknown[]): Tensor[] {
  const [wasm, cpu] = ["wasm", "cpu"].map((device) => {
    const outs = shapes.map((shape) => zeros(shape, { device }));
    const moved = args.map((arg) => (isTensor(arg) ? arg.to(device) : arg));
    (findBackend(device).kernels[name] as Kernel)(outs, ...moved);
    return outs;
  }) as [Tensor[], Tensor[]];
  wasm.forEach((out, i) => {
    expect(out.device.type).toBe("wasm");
    if (out.numel() > 0) expectClose(out, cpu[i]!, 1e-5);
  });
  return cpu;
}

const isTensor = (value: unknown): value is Tensor => typeof value === "object" && value !== null && "dtype" in value;

describe.each(MODES)("%s layers", (mode, gates, wide) => {
  it.each([
    [[6, 6, 6], 40, false, true],
    [[33, 33], 37, true, true],
    [[19, 19, 7, 3], 52, false, false],
    [[19, 18, 7, 3, 3], 40, true, true],
    [[17, 17], 130, false, true],
  ])("agree with the cpu's over %j sequences of width %i", (sizes, width, reverse, biased) => {
    const rows = sizes.reduce((n, size) => n + size, 0);
    const batch = sizes[0]!;
    const lstm = mode === "LSTM";
    const weight = randn(gates * width, width).mul(0.2);
    const bias = biased ? randn(gates * width) : null;
    const steps = table(sizes, reverse);
    const state = (): Tensor => randn(batch, width);
    const c0 = lstm ? state() : null;
    const [all, one, none] = [[rows, width], [batch, width], [0]];
    const cell = lstm ? one : none;
    const kept = [rows, wide * width];
    const found = expectAlike(
      "recurrent_forward",
      [all, one, cell, kept, all, lstm ? all : none],
      [randn(rows, gates * width), state(), c0, weight, bias, mode, steps],
    );
    const all_gates = [rows, gates * width];
    for (const g of [randn(rows, width), null]) {
      expectAlike(
        "recurrent_backward",
        [all_gates, one, cell, mode === "GRU" ? all_gates : none],
        [g, state(), lstm && g !== null ? state() : null, found[3], found[4], found[5], weight, mode, steps],
      );
    }
  });
});
