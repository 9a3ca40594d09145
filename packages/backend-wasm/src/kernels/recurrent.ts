import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { areFloat32 } from "./views.ts";

/** Kinds of layers, as assembly/recurrent.ts numbers them. */
const MODES: readonly unknown[] = ["RNN_TANH", "RNN_RELU", "LSTM", "GRU"];

/** Multiplications below which the host's loops are as fast. */
const WORTHWHILE = 16_384;

/** Sequences that a thread takes at least: fewer would read the weights for too little. */
const SEQUENCES = 8;

type Maybe = Tensor | null;

/** All steps of a direction of a float32 recurrent layer in one call for each thread; other dtypes on the host's loops. */
export function recurrentKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host, threads } = engine;

  /** Addresses of written tensors, then of read ones (0 for null); null when the host has to compute. */
  function locate(written: readonly Tensor[], read: readonly Maybe[], multiplications: number): number[] | null {
    if (multiplications < engine.few(WORTHWHILE) || !areFloat32(...written, ...read)) return null;
    if (![...written, ...read].every((tensor) => tensor === null || tensor.contiguous_)) return null;
    operands.begin();
    const at = [
      ...written.map((tensor) => operands.output(tensor)),
      ...read.map((tensor) => (tensor === null ? 0 : operands.input(tensor))),
    ];
    return at.some((address) => address < 0) ? null : at;
  }

  /** Runs `name` for pieces of the sequences. `weight` [n][k] is packed first: `strips` of its transpose, or of itself. */
  function run(
    name: "recurrentForward" | "recurrentBackward",
    mode: number,
    batch: number,
    width: number,
    steps: Int32Array,
    [k, n, weight, row, column]: readonly [number, number, number, number, number],
    argsOf: (strips: number) => number[],
  ): boolean {
    const pieces = Math.max(1, Math.min(threads.count, Math.floor(batch / SEQUENCES)));
    const most = Math.ceil(batch / pieces / 4) * 4;
    const own = (exports.recurrentScratch(most, width) + 63) & ~63;
    const packed = (exports.stripBytes(k, n) + 63) & ~63;
    const table = (4 * steps.length + 63) & ~63;
    const base = heap.scratch(packed + table + threads.count * own);
    if (base < 0) return false;
    exports.packStrips(k, n, weight, row, column, base);
    heap.ints.set(steps, (base + packed) >> 2);
    const calls: number[][] = [];
    for (let from = 0; from < batch; from += most) {
      const to = Math.min(batch, from + most);
      calls.push([mode, from, to, steps.length / 2, base + packed, width, ...argsOf(base), 0]);
    }
    threads.run(name, calls, { at: calls[0]!.length - 1, base: base + packed + table, stride: own });
    return true;
  }

  function forward(
    outs: readonly Tensor[],
    gates: Tensor,
    h0: Tensor,
    c0: Maybe,
    weight: Tensor,
    bias: Maybe,
    mode: string,
    steps: Int32Array,
  ): void {
    const [batch, width] = h0.shape as [number, number];
    const count = weight.shape[0]!;
    const at = locate(outs, [gates, h0, c0, weight, bias], gates.numel() * width);
    if (at !== null) {
      const [out, h, c, reserve, hBefore, cBefore, x, first, firstCell, w, b] = at as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const bytes = 4 * batch * width;
      heap.bytes.copyWithin(h, first, first + bytes);
      if (c0 !== null) heap.bytes.copyWithin(c, firstCell, firstCell + bytes);
      const args = (strips: number): number[] => [x, strips, b, h, c, out, reserve, hBefore, cBefore];
      const matrix = [width, count, w, 4, 4 * width] as const;
      if (run("recurrentForward", MODES.indexOf(mode), batch, width, steps, matrix, args)) {
        operands.end();
        return;
      }
    }
    (host["recurrent_forward"] as Kernel)(outs, gates, h0, c0, weight, bias, mode, steps);
  }

  function backward(
    outs: readonly Tensor[],
    gOut: Maybe,
    gH: Maybe,
    gC: Maybe,
    reserve: Tensor,
    hBefore: Tensor,
    cBefore: Tensor,
    weight: Tensor,
    mode: string,
    steps: Int32Array,
  ): void {
    const [batch, width] = outs[1]!.shape as [number, number];
    const count = weight.shape[0]!;
    const at = locate(outs, [gOut, gH, gC, reserve, hBefore, cBefore, weight], outs[0]!.numel() * width);
    if (at !== null) {
      const [dGates, dh, dc, own, g, gh, gc, kept, h, c, w] = at as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const bytes = 4 * batch * width;
      const begin = (to: number, from: number): void => {
        if (from === 0) heap.bytes.fill(0, to, to + bytes);
        else heap.bytes.copyWithin(to, from, from + bytes);
      };
      begin(dh, gh);
      if (mode === "LSTM") begin(dc, gc);
      const recurrent = mode === "GRU" ? own : dGates;
      const args = (strips: number): number[] => [g, strips, kept, h, c, dGates, recurrent, dh, dc];
      const matrix = [count, width, w, 4 * width, 4] as const;
      if (run("recurrentBackward", MODES.indexOf(mode), batch, width, steps, matrix, args)) {
        operands.end();
        return;
      }
    }
    (host["recurrent_backward"] as Kernel)(outs, gOut, gH, gC, reserve, hBefore, cBefore, weight, mode, steps);
  }

  return { recurrent_forward: forward, recurrent_backward: backward };
}
