import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { widened } from "./widen.ts";

/** Elements below which the host's loops are as fast. */
const FEW = 1025;
/** Rows whose shares of the gradients of weight and bias are added up by themselves, and most such blocks. */
const BLOCK = 32;
const BLOCKS = 16;
/** Nanoseconds for an element. */
const FORWARD = 0.8;
const BACKWARD = 1.5;

type Maybe = Tensor | null;
type Three = readonly [Tensor, Tensor, Tensor];

/** Layer normalisation, and its gradients: float32, and halves by way of it. */
export function normKernels(engine: Engine): Kernels {
  const { heap, operands, host, threads } = engine;

  /** Addresses of outputs, then of inputs (0 for null). */
  function locate(outs: readonly Tensor[], inputs: readonly Maybe[]): number[] | null {
    operands.begin();
    const at = [
      ...outs.map((tensor) => operands.output(tensor)),
      ...inputs.map((tensor) => (tensor === null ? 0 : operands.input(tensor))),
    ];
    return at.some((address) => address < 0) ? null : at;
  }

  /** Blocks of rows in any order, then the sums of their shares, so that results do not depend on the threads. */
  function backward(rows: number, n: number, at: readonly number[]): boolean {
    const [dx, dw, db, g, x, mean, rstd, w] = at as [number, number, number, number, number, number, number, number];
    const block = Math.max(BLOCK, Math.ceil(rows / BLOCKS));
    const blocks = Math.ceil(rows / block);
    if (blocks < 2) {
      threads.run("layerNormBackward", [[rows, n, g, x, mean, rstd, w, dx, dw, db]]);
      return true;
    }
    const shares = heap.scratch(8 * blocks * n);
    if (shares < 0) return false;
    const calls = Array.from({ length: blocks }, (_, i) => {
      const from = i * block;
      const skip = 4 * from * n;
      const share = shares + 4 * i * n;
      const places = [mean + 4 * from, rstd + 4 * from, w, dx + skip, share, share + 4 * blocks * n];
      return [Math.min(block, rows - from), n, g + skip, x + skip, ...places];
    });
    threads.share("layerNormBackward", calls, BACKWARD * rows * n);
    threads.run("sumColumns", [[blocks, n, 4 * n, shares, dw, 1]]);
    threads.run("sumColumns", [[blocks, n, 4 * n, shares + 4 * blocks * n, db, 1]]);
    return true;
  }

  function forward(
    outs: readonly Tensor[],
    inputs: readonly Maybe[],
    rows: number,
    size: number,
    eps: number,
  ): boolean {
    const at = locate(outs, inputs);
    if (at === null) return false;
    const [out, mean, rstd, x, w, b] = at as [number, number, number, number, number, number];
    const calls = threads.split(rows, FORWARD * rows * size).map(([from, to]) => {
      const skip = 4 * from * size;
      return [to - from, size, x + skip, w, b, out + skip, mean + 4 * from, rstd + 4 * from, eps];
    });
    threads.run("layerNorm", calls);
    operands.end();
    return true;
  }

  return {
    layer_norm_forward(outs: Three, input: Tensor, weight: Maybe, bias: Maybe, size: number, eps: number): void {
      const rows = input.numel() / size;
      if (!widened(engine, FEW, outs, [input, weight, bias], (to, from) => forward(to, from, rows, size, eps)))
        (host["layer_norm_forward"] as Kernel)(outs, input, weight, bias, size, eps);
    },
    layer_norm_backward(
      outs: Three,
      grad: Tensor,
      input: Tensor,
      mean: Tensor,
      rstd: Tensor,
      weight: Maybe,
      size: number,
    ): void {
      const done = widened(engine, FEW, outs, [grad, input, mean, rstd, weight], (to, from) => {
        const at = locate(to, from);
        if (at === null || !backward(input.numel() / size, size, at)) return false;
        operands.end();
        return true;
      });
      if (!done) (host["layer_norm_backward"] as Kernel)(outs, grad, input, mean, rstd, weight, size);
    },
  };
}
