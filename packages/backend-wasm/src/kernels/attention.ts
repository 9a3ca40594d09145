import { bool, float32, type Kernel, type Kernels, type Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { areFloat32, broadcast, product } from "./views.ts";

/** Multiplications of one head below which the host's loops are as fast. */
const WORTHWHILE = 1024;

/** Nanoseconds for a multiplication and addition. */
const COST = 0.03;

type Maybe = Tensor | null;
type Pair = readonly [out: Tensor, shifts: Tensor];
type Three = readonly [Tensor, Tensor, Tensor];

/** Scaled dot product attention of float32 heads [..., length, size], a head a call, and its gradients. */
export function attentionKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host, threads } = engine;

  /** Columns lie together, for the three of them. */
  const suits = (query: Tensor, key: Tensor, value: Tensor, mask: Maybe): boolean => {
    const [m, n] = [query.shape.at(-2)!, key.shape.at(-2)!];
    if (!areFloat32(query, key, value) || m * n * query.shape.at(-1)! < engine.few(WORTHWHILE)) return false;
    if (mask !== null && mask.dtype !== bool && mask.dtype !== float32) return false;
    return [query, key, value].every((t) => t.strides.at(-1) === 1 || t.shape.at(-1) === 1);
  };

  /** Bytes from the first element to each head's. */
  function heads(tensor: Tensor): number[] {
    let found = [0];
    for (let d = 0; d < tensor.ndim - 2; d++) {
      const step = tensor.strides[d]! * tensor.dtype.itemsize;
      found = found.flatMap((at) => Array.from({ length: tensor.shape[d]! }, (_, i) => at + i * step));
    }
    return found;
  }

  /** Runs `name` for all heads; `rest` gives a head's further addresses, `size` bytes of all rows of the output. */
  function run(
    name: "attention" | "attentionBackward",
    [query, key, value]: Three,
    mask: Maybe,
    causal: boolean,
    scale: number,
    factor: number,
    rest: (head: number) => number[],
  ): boolean {
    const [m, width] = query.shape.slice(-2) as [number, number];
    const [n, depth] = value.shape.slice(-2) as [number, number];
    const stride = (exports.attentionScratch(n, width, depth) + 63) & ~63;
    const base = heap.scratch(threads.count * stride);
    const at = [query, key, value].map((tensor) => operands.input(tensor));
    const wide = mask === null ? null : broadcast(mask, [...query.shape.slice(0, -2), m, n]);
    const maskAt = mask === null ? 0 : operands.input(mask);
    if (base < 0 || maskAt < 0 || at.some((address) => address < 0)) return false;
    const places = [query, key, value].map(heads);
    const maskPlaces = wide === null ? null : heads(wide);
    const row = (tensor: Tensor): number => tensor.strides.at(-2)! * tensor.dtype.itemsize;
    const last = (tensor: Tensor): number => tensor.strides.at(-1)! * tensor.dtype.itemsize;
    const kind = mask === null ? 0 : mask.dtype === bool ? 2 : 1;
    const count = product(query.shape.slice(0, -2));
    const calls = Array.from({ length: count }, (_, h) => [
      m,
      n,
      width,
      depth,
      at[0]! + places[0]![h]!,
      row(query),
      at[1]! + places[1]![h]!,
      row(key),
      at[2]! + places[2]![h]!,
      row(value),
      ...(wide === null ? [0, 0, 0, 0] : [kind, maskAt + maskPlaces![h]!, row(wide), last(wide)]),
      Number(causal),
      scale,
      ...rest(h),
      0,
    ]);
    threads.share(name, calls, COST * factor * count * m * n * (width + depth), {
      at: calls[0]!.length - 1,
      base,
      stride,
    });
    return true;
  }

  return {
    attention_forward(
      [out, shifts]: Pair,
      query: Tensor,
      key: Tensor,
      value: Tensor,
      mask: Maybe,
      causal: boolean,
      scale: number,
    ): void {
      if (suits(query, key, value, mask)) {
        operands.begin();
        const [to, kept] = [operands.output(out), operands.output(shifts)];
        const [m, depth] = out.shape.slice(-2) as [number, number];
        const rest = (h: number): number[] => [to + 4 * h * m * depth, kept + 8 * h * m];
        if (to >= 0 && kept >= 0 && run("attention", [query, key, value], mask, causal, scale, 1, rest)) {
          operands.end();
          return;
        }
      }
      (host["attention_forward"] as Kernel)([out, shifts], query, key, value, mask, causal, scale);
    },
    attention_backward(
      outs: Three,
      grad: Tensor,
      query: Tensor,
      key: Tensor,
      value: Tensor,
      mask: Maybe,
      out: Tensor,
      shifts: Tensor,
      causal: boolean,
      scale: number,
    ): void {
      if (suits(query, key, value, mask) && grad.contiguous_ && grad.dtype === float32) {
        operands.begin();
        const written = outs.map((tensor) => operands.output(tensor));
        const read = [out, shifts, grad].map((tensor) => operands.input(tensor));
        const sizes = [...outs, out, grad].map((tensor) => 4 * tensor.shape.at(-1)! * tensor.shape.at(-2)!);
        const m = query.shape.at(-2)!;
        const rest = (h: number): number[] => [
          read[0]! + h * sizes[3]!,
          read[1]! + 8 * h * m,
          read[2]! + h * sizes[4]!,
          ...written.map((to, i) => to + h * sizes[i]!),
        ];
        const found = [...written, ...read].every((address) => address >= 0);
        if (found && run("attentionBackward", [query, key, value], mask, causal, scale, 2.5, rest)) {
          operands.end();
          return;
        }
      }
      (host["attention_backward"] as Kernel)(outs, grad, query, key, value, mask, out, shifts, causal, scale);
    },
  };
}
