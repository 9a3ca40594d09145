import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { areFloat32 } from "./views.ts";

/** Elements below which the host's loops are as fast. */
const FEW = 256;
/** Nanoseconds for an element. */
const COST = 2;

/** Softmax and its logarithm along the last dimension of dense float32 tensors, with their gradients. */
export function softmaxKernels(engine: Engine): Kernels {
  const { heap, operands, host, threads } = engine;

  function suits(tensors: readonly Tensor[], dim: number): boolean {
    const out = tensors[0]!;
    return (
      out.numel() >= FEW &&
      dim === out.ndim - 1 &&
      areFloat32(...tensors) &&
      tensors.every((tensor) => tensor.contiguous_)
    );
  }

  function run(
    tensors: readonly Tensor[],
    dim: number,
    body: (rows: number, n: number, at: readonly number[]) => boolean | void,
  ): boolean {
    if (!suits(tensors, dim)) return false;
    operands.begin();
    const at = tensors.map((tensor, i) => (i === 0 ? operands.output(tensor) : operands.input(tensor)));
    if (at.some((address) => address < 0)) return false;
    const n = tensors[0]!.shape[dim]!;
    if (body(tensors[0]!.numel() / n, n, at) === false) return false;
    operands.end();
    return true;
  }

  /** Calls `name` for pieces of the rows; `at` are addresses of dense rows of n. */
  function byRows(
    name: "softmax" | "softmaxBackward" | "logSoftmaxBackward",
    rows: number,
    n: number,
    ...at: number[]
  ): void {
    const calls = threads.split(rows, COST * rows * n);
    threads.run(
      name,
      calls.map(([from, to]) => [to - from, n, ...at.map((address) => address + 4 * n * from)]),
    );
  }

  return {
    _softmax(out: Tensor, input: Tensor, dim: number): void {
      if (!run([out, input], dim, (rows, n, [y, x]) => byRows("softmax", rows, n, x!, y!)))
        (host["_softmax"] as Kernel)(out, input, dim);
    },
    _log_softmax(out: Tensor, input: Tensor, dim: number): void {
      const done = run([out, input], dim, (rows, n, [y, x]) => {
        const work = heap.scratch(8 * rows);
        if (work < 0) return false;
        const pieces = threads.split(rows, COST * rows * n);
        threads.run(
          "shiftRows",
          pieces.map(([from, to]) => [to - from, n, x! + 4 * n * from, y! + 4 * n * from, work + 8 * from]),
        );
        const sums = new Float64Array(heap.memory.buffer, work, rows);
        for (let i = 0; i < rows; i++) sums[i] = Math.log(sums[i]!);
        threads.run(
          "subtractRows",
          pieces.map(([from, to]) => [to - from, n, y! + 4 * n * from, work + 8 * from]),
        );
      });
      if (!done) (host["_log_softmax"] as Kernel)(out, input, dim);
    },
    _softmax_backward_data(out: Tensor, grad: Tensor, output: Tensor, dim: number): void {
      const done = run([out, grad, output], dim, (rows, n, [x, g, y]) =>
        byRows("softmaxBackward", rows, n, g!, y!, x!),
      );
      if (!done) (host["_softmax_backward_data"] as Kernel)(out, grad, output, dim);
    },
    _log_softmax_backward_data(out: Tensor, grad: Tensor, output: Tensor, dim: number): void {
      const done = run([out, grad, output], dim, (rows, n, [x, g, y]) =>
        byRows("logSoftmaxBackward", rows, n, g!, y!, x!),
      );
      if (!done) (host["_log_softmax_backward_data"] as Kernel)(out, grad, output, dim);
    },
  };
}
