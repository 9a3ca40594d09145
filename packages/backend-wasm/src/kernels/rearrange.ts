import type { Kernels, Tensor } from "@tt/core";
import { allocate, type Bound, findOp, type Op } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { dense, product } from "./views.ts";

/** Elements up to which the ops these come from are as fast. */
const FEW = 256;

/** Elements moved as they are: joined, reversed, or cut along a diagonal. */
export function rearrangeKernels(engine: Engine): Kernels {
  const { exports, operands } = engine;

  /** Kernel of a composite op: computes by its own parts where `run` gives null. */
  function fused(name: string, run: (...args: never[]) => Tensor | null): Kernels {
    let op: Op | undefined;
    return {
      [name]: (_out: null, ...args: Bound[]): unknown =>
        run(...(args as never[])) ?? (op ??= findOp(name)!).composite!.decompose(...args),
    };
  }

  function cat(tensors: readonly Tensor[], dim: number): Tensor | null {
    const { dtype, ndim, shape, device } = tensors[0]!;
    const at = dim < 0 ? dim + ndim : dim;
    if (at < 0 || at >= ndim) return null;
    let [total, elements] = [0, 0];
    for (const tensor of tensors) {
      if (tensor.dtype !== dtype || !tensor.contiguous_ || tensor.ndim !== ndim) return null;
      if (tensor.shape.some((s, d) => d !== at && s !== shape[d])) return null;
      total += tensor.shape[at]!;
      elements += tensor.numel();
    }
    return elements < engine.few(FEW) ? null : join(tensors, allocate(shape.with(at, total), dtype, device), at);
  }

  /** Puts dense tensors one after another along dimension `at` of `out`. */
  function join(tensors: readonly Tensor[], out: Tensor, at: number): Tensor | null {
    const outer = product(out.shape.slice(0, at));
    const row = (out.numel() / outer) * out.dtype.itemsize;
    let done = 0;
    for (const tensor of tensors) {
      if (tensor.numel() === 0) continue;
      operands.begin();
      const [to, from] = [operands.output(out), operands.input(tensor)];
      if (to < 0 || from < 0) return null;
      const bytes = (tensor.numel() / outer) * out.dtype.itemsize;
      exports.spreadBlocks(outer, bytes, from, to + done, row);
      operands.end();
      done += bytes;
    }
    return out;
  }

  function stack(tensors: readonly Tensor[], dim: number): Tensor | null {
    const { dtype, shape, device } = tensors[0]!;
    const at = dim < 0 ? dim + shape.length + 1 : dim;
    if (at < 0 || at > shape.length || tensors.length * tensors[0]!.numel() < engine.few(FEW)) return null;
    if (tensors.some((tensor) => tensor.dtype !== dtype || !tensor.contiguous_)) return null;
    return join(tensors, allocate(shape.toSpliced(at, 0, tensors.length), dtype, device), at);
  }

  function reversed(input: Tensor, dim: number): Tensor | null {
    const out = allocate(input.shape, input.dtype, input.device);
    operands.begin();
    const [to, from] = [operands.output(out), operands.input(input)];
    if (to < 0 || from < 0) return null;
    const block = product(input.shape.slice(dim + 1)) * input.dtype.itemsize;
    exports.reverseBlocks(product(input.shape.slice(0, dim)), input.shape[dim]!, block, from, to);
    operands.end();
    return out;
  }

  function flip(input: Tensor, dims: readonly number[]): Tensor | null {
    const rank = input.ndim;
    const all = dims.map((d) => (d < 0 ? d + rank : d));
    if (input.numel() < engine.few(FEW) || all.length === 0 || new Set(all).size < all.length) return null;
    if (all.some((d) => !(d >= 0 && d < rank))) return null;
    let out: Tensor | null = dense(engine, input);
    for (const d of all) out = out === null ? null : reversed(out, d);
    return out;
  }

  function triangle(given: Tensor, diagonal: number, upper: boolean): Tensor | null {
    if (given.numel() < engine.few(FEW)) return null;
    const input = dense(engine, given);
    const out = allocate(input.shape, input.dtype, input.device);
    const [rows, columns] = input.shape.slice(-2) as [number, number];
    operands.begin();
    const [to, from] = [operands.output(out), operands.input(input)];
    if (to < 0 || from < 0) return null;
    const shift = Math.max(-rows, Math.min(columns, diagonal));
    exports.triangle(input.numel() / (rows * columns), rows, columns, input.dtype.itemsize, shift, upper, from, to);
    operands.end();
    return out;
  }

  return {
    ...fused("cat", cat),
    ...fused("stack", stack),
    ...fused("flip", flip),
    ...fused("tril", (input: Tensor, diagonal: number) => triangle(input, diagonal, false)),
    ...fused("triu", (input: Tensor, diagonal: number) => triangle(input, diagonal, true)),
  };
}
