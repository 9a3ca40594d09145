import { bfloat16, float16, float32, type Kernel, type Kernels, type Tensor } from "@tt/core";
import { allocate, parseExpr, type Program } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import type { MapInto } from "./map.ts";
import { AMAX, type RunFold, SUM } from "./reduce/fold.ts";
import { dense, product, viewOf } from "./views.ts";

/** Elements below which the host's loops are as fast. */
const FEW = 256;
/** Nanoseconds for an element. */
const COST = 2;

const EXP: Program = parseExpr("exp(a - b)");
const QUOTIENT: Program = parseExpr("a / b");
const LOG: Program = parseExpr("a - b - log(c)");
const PRODUCT: Program = parseExpr("a * b");
const BACKWARD: Program = parseExpr("a * (b - c)");
const LOG_BACKWARD: Program = parseExpr("a - exp(b) * c");

/** Softmax and its logarithm along any dimension, with their gradients. */
export function softmaxKernels(engine: Engine, fold: RunFold, map: MapInto): Kernels {
  const { exports, heap, operands, host, threads } = engine;

  /** float32 tensors: `name` for rows along the last dimension, `columns` with its flag for others. */
  function single(
    name: "softmax" | "logSoftmax" | "softmaxBackward" | "logSoftmaxBackward",
    columns: "softmaxColumns" | "softmaxColumnsBackward",
    log: boolean,
    tensors: readonly Tensor[],
    dim: number,
  ): boolean {
    const out = tensors[0]!;
    const n = out.shape[dim]!;
    const inner = product(out.shape.slice(dim + 1));
    const outer = out.numel() / n / inner;
    operands.begin();
    const at = tensors.map((tensor, i) => (i === 0 ? operands.output(tensor) : operands.input(tensor)));
    if (at.some((address) => address < 0)) return false;
    const inputs = at.slice(1);
    if (inner === 1) {
      const calls = threads.split(outer, COST * out.numel()).map(([from, to]) => {
        const skip = 4 * n * from;
        return [to - from, n, ...inputs.map((address) => address + skip), at[0]! + skip];
      });
      threads.run(name, calls);
    } else {
      const stride = (exports.columnScratch() + 63) & ~63;
      const base = heap.scratch(threads.count * stride);
      if (base < 0) return false;
      const calls = threads
        .split(exports.columnStrips(outer, inner), COST * out.numel())
        .map(([from, to]) => [Number(log), from, to, n, inner, ...inputs, at[0]!, 0]);
      threads.run(columns, calls, { at: calls[0]!.length - 1, base, stride });
    }
    operands.end();
    return true;
  }

  /** Results for every slice along `dim`, which broadcast over it. */
  const slices = (like: Tensor, dim: number): Tensor => allocate(like.shape.with(dim, 1), like.dtype, like.device);

  /** By reductions and element-wise loops, in any dtype. */
  function composed(out: Tensor, input: Tensor, dim: number, log: boolean): boolean {
    const [most, sums] = [slices(input, dim), slices(input, dim)];
    if (!fold(AMAX, most, input, [dim])) return false;
    const powers = log ? allocate(input.shape, input.dtype, input.device) : out;
    map(EXP, input.dtype, powers, [input, most], []);
    if (!fold(SUM, sums, powers, [dim])) return false;
    if (log) map(LOG, input.dtype, out, [input, most, sums], []);
    else map(QUOTIENT, input.dtype, out, [powers, sums], []);
    return true;
  }

  function composedBackward(out: Tensor, grad: Tensor, output: Tensor, dim: number, log: boolean): boolean {
    const sums = slices(grad, dim);
    const terms = log ? grad : allocate(grad.shape, grad.dtype, grad.device);
    if (!log) map(PRODUCT, grad.dtype, terms, [grad, output], []);
    if (!fold(SUM, sums, terms, [dim])) return false;
    if (log) map(LOG_BACKWARD, grad.dtype, out, [grad, output, sums], []);
    else map(BACKWARD, grad.dtype, out, [output, grad, sums], []);
    return true;
  }

  /** Dense tensors of float32 as they are, halves converted; `composed` does the others. */
  function kernel(
    name: string,
    run: (tensors: readonly Tensor[], dim: number) => boolean,
    other: (out: Tensor, inputs: readonly Tensor[], dim: number) => boolean,
  ): Kernel {
    return (given: Tensor, ...args: unknown[]): void => {
      const isScalar = given.ndim === 0;
      const line = (tensor: Tensor): Tensor => (isScalar ? viewOf(tensor, [1], [1]) : tensor);
      const [out, ...inputs] = [given, ...(args.slice(0, -1) as Tensor[])].map(line) as [Tensor, ...Tensor[]];
      const dim = isScalar ? 0 : (args.at(-1) as number);
      const done = ((): boolean => {
        const { dtype } = out;
        if (out.numel() < engine.few(FEW) || out.numel() === 0) return false;
        if (!out.contiguous_ || inputs.some((input) => input.dtype !== dtype)) return false;
        if (dtype === float32) return run([out, ...inputs.map((input) => dense(engine, input))], dim);
        if (dtype !== float16 && dtype !== bfloat16) return other(out, inputs, dim);
        const [wide, ...rest] = [out, ...inputs].map((tensor, i) => {
          const copy = allocate(tensor.shape, float32, tensor.device);
          if (i > 0) engine.copy(copy, tensor);
          return copy;
        }) as [Tensor, ...Tensor[]];
        if (!run([wide, ...rest], dim)) return false;
        engine.copy(out, wide);
        return true;
      })();
      if (!done) (host[name] as Kernel)(given, ...args);
    };
  }

  return {
    _softmax: kernel(
      "_softmax",
      (tensors, dim) => single("softmax", "softmaxColumns", false, tensors, dim),
      (out, [input], dim) => composed(out, input!, dim, false),
    ),
    _log_softmax: kernel(
      "_log_softmax",
      (tensors, dim) => single("logSoftmax", "softmaxColumns", true, tensors, dim),
      (out, [input], dim) => composed(out, input!, dim, true),
    ),
    _softmax_backward_data: kernel(
      "_softmax_backward_data",
      (tensors, dim) => single("softmaxBackward", "softmaxColumnsBackward", false, tensors, dim),
      (out, [grad, output], dim) => composedBackward(out, grad!, output!, dim, false),
    ),
    _log_softmax_backward_data: kernel(
      "_log_softmax_backward_data",
      (tensors, dim) => single("logSoftmaxBackward", "softmaxColumnsBackward", true, tensors, dim),
      (out, [grad, output], dim) => composedBackward(out, grad!, output!, dim, true),
    ),
  };
}
