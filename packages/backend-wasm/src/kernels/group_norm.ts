import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { product } from "./views.ts";
import { widened } from "./widen.ts";

type Maybe = Tensor | null;
type Three = readonly [Tensor, Tensor, Tensor];

/** Elements below which the host's loops are as fast. */
const FEW = 512;
/** Nanoseconds for an element. */
const COST = 0.8;

/** Group normalisation of [N, C, ...], and its gradients: float32, and halves by way of it. */
export function groupNormKernels(engine: Engine): Kernels {
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

  function forward(outs: readonly Tensor[], inputs: readonly Maybe[], groups: number, eps: number): boolean {
    const at = locate(outs, inputs);
    if (at === null) return false;
    const [out, mean, rstd, x, w, b] = at as [number, number, number, number, number, number];
    const { shape } = inputs[0]!;
    const sizes = [groups, shape[1]! / groups, product(shape.slice(2))];
    const calls = threads
      .split(shape[0]! * groups, COST * product(shape))
      .map(([from, to]) => [from, to, ...sizes, x, w, b, out, mean, rstd, eps]);
    threads.run("groupNorm", calls);
    operands.end();
    return true;
  }

  function backward(outs: readonly Tensor[], inputs: readonly Maybe[], groups: number): boolean {
    const { shape } = inputs[1]!;
    const [batch, channels] = shape as readonly [number, number];
    const plane = product(shape.slice(2));
    const planes = batch * channels;
    const at = locate(outs, inputs);
    const sums = heap.scratch(16 * planes);
    if (at === null || sums < 0) return false;
    const [dx, dw, db, g, x, mean, rstd, w] = at as [number, number, number, number, number, number, number, number];
    const products = sums + 8 * planes;
    const cost = COST * product(shape);
    const parts = threads.split(planes, cost).map(([from, to]) => {
      const skip = 4 * from * plane;
      return [to - from, plane, g + skip, x + skip, sums + 8 * from, products + 8 * from];
    });
    threads.run("planeSums", parts);
    const sizes = [groups, channels / groups, plane];
    const calls = threads
      .split(batch * groups, cost)
      .map(([from, to]) => [from, to, ...sizes, g, x, mean, rstd, w, sums, products, dx]);
    threads.run("groupNormBackward", calls);
    const all = [batch, groups, channels / groups, mean, rstd, sums, products, dw, db];
    threads.run("groupNormParameters", [all]);
    operands.end();
    return true;
  }

  return {
    group_norm_forward(outs: Three, input: Tensor, weight: Maybe, bias: Maybe, groups: number, eps: number): void {
      if (
        !widened(engine, FEW, outs, [input, weight, bias], (targets, inputs) => forward(targets, inputs, groups, eps))
      )
        (host["group_norm_forward"] as Kernel)(outs, input, weight, bias, groups, eps);
    },
    group_norm_backward(
      outs: Three,
      grad: Tensor,
      input: Tensor,
      mean: Tensor,
      rstd: Tensor,
      weight: Maybe,
      groups: number,
    ): void {
      const inputs = [grad, input, mean, rstd, weight];
      if (!widened(engine, FEW, outs, inputs, (targets, sources) => backward(targets, sources, groups)))
        (host["group_norm_backward"] as Kernel)(outs, grad, input, mean, rstd, weight, groups);
    },
  };
}
