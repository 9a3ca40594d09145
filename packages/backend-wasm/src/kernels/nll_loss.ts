import { bfloat16, float16, float32, float64, int64, type Kernel, type Kernels, type Tensor } from "@tt/core";
import { allocate } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { fillDense } from "./pattern.ts";
import { dense, product } from "./views.ts";

type Maybe = Tensor | null;

/** Elements below which the host's loops are as fast. */
const FEW = 256;

/** Negative log likelihood and its gradient, in any floating dtype; targets out of range are left to the host's error. */
export function nllKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host } = engine;

  /** The tensor, dense, halves as float32. */
  function single(tensor: Tensor): Tensor {
    if (tensor.dtype !== float16 && tensor.dtype !== bfloat16) return dense(engine, tensor);
    const wide = allocate(tensor.shape, float32, tensor.device);
    engine.copy(wide, tensor);
    return wide;
  }

  function suits(input: Tensor, target: Tensor, weight: Maybe): boolean {
    const { dtype } = input;
    if (input.numel() < engine.few(FEW) || input.numel() === 0 || target.dtype !== int64) return false;
    return dtype.is_floating_point && (weight === null || weight.dtype === dtype);
  }

  /** Examples, classes and places of an example. */
  const sizesOf = ({ shape }: Tensor): readonly [number, number, number] =>
    shape.length === 1 ? [1, shape[0]!, 1] : [shape[0]!, shape[1]!, product(shape.slice(2))];

  /** Stores a number as the only element. */
  function store(out: Tensor, value: number): void {
    if (!fillDense(engine, out, value)) (host["fill"] as Kernel)(out, value);
  }

  function forward(
    [out, total]: readonly [Tensor, Tensor],
    given: Tensor,
    targets: Tensor,
    weights: Maybe,
    reduction: string,
    ignore: number,
  ): boolean {
    if (!suits(given, targets, weights) || !out.contiguous_) return false;
    const [x, target, weight] = [single(given), dense(engine, targets), weights && single(weights)];
    const summed = reduction !== "none";
    const losses = summed || x.dtype === out.dtype ? out : allocate(out.shape, x.dtype, out.device);
    operands.begin();
    const results = operands.reserve(16);
    const to = summed ? results : operands.output(losses);
    const at = [operands.input(x), operands.input(target), weight === null ? 0 : operands.input(weight)];
    if (results < 0 || to < 0 || at.some((address) => address < 0)) return false;
    const double = Number(x.dtype === float64);
    if (exports.nllLoss(double, ...sizesOf(x), ...at, ignore, Number(summed), to, results + 8) === 0) return false;
    const [sum, all] = new Float64Array(heap.memory.buffer, results, 2) as unknown as [number, number];
    operands.end();
    if (summed) store(out, reduction === "mean" ? sum / all : sum);
    else if (losses !== out) engine.copy(out, losses);
    store(total, summed ? all : 0);
    return true;
  }

  function backward(
    out: Tensor,
    grad: Tensor,
    targets: Tensor,
    weights: Maybe,
    total: Tensor,
    reduction: string,
    ignore: number,
  ): boolean {
    if (!suits(out, targets, weights) || !out.contiguous_ || grad.dtype !== out.dtype) return false;
    const [g, target, weight] = [single(grad), dense(engine, targets), weights && single(weights)];
    const dx = g.dtype === out.dtype ? out : allocate(out.shape, g.dtype, out.device);
    const scale = reduction === "mean" ? 1 / Number(single(total).array[single(total).offset]) : 1;
    operands.begin();
    const [to, from] = [operands.output(dx), operands.input(g)];
    const at = [operands.input(target), weight === null ? 0 : operands.input(weight)];
    if (to < 0 || from < 0 || at.some((address) => address < 0)) return false;
    const double = Number(g.dtype === float64);
    const step = reduction === "none" ? g.dtype.itemsize : 0;
    if (exports.nllLossBackward(double, ...sizesOf(out), from, step, ...at, ignore, scale, to) === 0) return false;
    operands.end();
    if (dx !== out) engine.copy(out, dx);
    return true;
  }

  return {
    nll_loss_forward(
      outs: readonly [Tensor, Tensor],
      input: Tensor,
      target: Tensor,
      weight: Maybe,
      reduction: string,
      ignore: number,
    ): void {
      if (!forward(outs, input, target, weight, reduction, ignore))
        (host["nll_loss_forward"] as Kernel)(outs, input, target, weight, reduction, ignore);
    },
    nll_loss_backward(
      out: Tensor,
      grad: Tensor,
      target: Tensor,
      weight: Maybe,
      total: Tensor,
      reduction: string,
      ignore: number,
    ): void {
      if (!backward(out, grad, target, weight, total, reduction, ignore))
        (host["nll_loss_backward"] as Kernel)(out, grad, target, weight, total, reduction, ignore);
    },
  };
}
