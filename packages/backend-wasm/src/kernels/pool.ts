import { float32, int64, type Kernel, type Kernels, type Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { areFloat32, dense, product } from "./views.ts";

interface WindowParams {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** Maximum pooling of float32 in two dimensions, and the gradient of every maximum pooling. */
export function poolKernels(engine: Engine): Kernels {
  const { exports, operands, host } = engine;

  function pool(out: Tensor, indices: Tensor, source: Tensor, p: WindowParams): boolean {
    if (p.kernel_size.length !== 2 || !areFloat32(out, source) || !out.contiguous_ || out.numel() === 0) return false;
    const input = dense(engine, source);
    operands.begin();
    const [x, y, at] = [operands.input(input), operands.output(out), operands.output(indices)];
    if (x < 0 || y < 0 || at < 0) return false;
    const [height, width] = input.shape.slice(-2) as [number, number];
    const [rows, columns] = out.shape.slice(-2) as [number, number];
    const { kernel_size: k, stride: s, padding: b, dilation: d } = p;
    const planes = product(input.shape.slice(0, -2));
    const side = [...k, ...s].every((n) => n === 2) && b.every((n) => n === 0) && d.every((n) => n === 1);
    if (side && 2 * rows <= height && 2 * columns <= width)
      exports.maxPool2(planes, height, width, rows, columns, x, y, at);
    else {
      exports.maxPool(
        planes,
        height,
        width,
        rows,
        columns,
        k[0]!,
        k[1]!,
        s[0]!,
        s[1]!,
        b[0]!,
        b[1]!,
        d[0]!,
        d[1]!,
        x,
        y,
        at,
      );
    }
    operands.end();
    return true;
  }

  function backward(gradInput: Tensor, gradOutput: Tensor, indices: Tensor, rank: number): boolean {
    if (
      !areFloat32(gradInput, gradOutput) ||
      indices.dtype !== int64 ||
      !gradInput.contiguous_ ||
      gradOutput.numel() === 0
    )
      return false;
    const [grad, found] = [dense(engine, gradOutput), dense(engine, indices)];
    operands.begin();
    const [g, at, x] = [operands.input(grad), operands.input(found), operands.output(gradInput)];
    if (g < 0 || at < 0 || x < 0) return false;
    const planes = product(gradInput.shape.slice(0, -rank));
    exports.maxPoolBackward(planes, grad.numel() / planes, gradInput.numel() / planes, g, at, x);
    operands.end();
    return true;
  }

  return {
    max_pool(outs: readonly [Tensor, Tensor], input: Tensor, params: WindowParams): void {
      if (input.dtype !== float32 || !pool(outs[0], outs[1], input, params))
        (host["max_pool"] as Kernel)(outs, input, params);
    },
    max_pool_backward(gradInput: Tensor, gradOutput: Tensor, indices: Tensor, rank: number): void {
      if (!backward(gradInput, gradOutput, indices, rank))
        (host["max_pool_backward"] as Kernel)(gradInput, gradOutput, indices, rank);
    },
  };
}
