import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { areFloat32, dense, product } from "./views.ts";

type Three = readonly [Tensor, Tensor, Tensor];
type Four = readonly [Tensor, Tensor, Tensor, Tensor];
type Maybe = Tensor | null;

/** Elements below which the host's loops are as fast. */
const FEW = 1025;
/** Nanoseconds for an element. */
const FORWARD = 0.6;
const BACKWARD = 0.9;

/** Batch normalisation of float32 [N, C, ...]. */
export function batchNormKernels(engine: Engine): Kernels {
  const { operands, host, threads } = engine;

  /** Addresses of outputs and of dense inputs (0 for null), then sizes; null when the host has to compute. */
  function locate(outs: readonly Tensor[], inputs: readonly Maybe[]): number[] | null {
    if (outs[0]!.numel() < engine.few(FEW) || !areFloat32(...outs, ...inputs)) return null;
    if (!outs.every((tensor) => tensor.contiguous_)) return null;
    const rows = inputs.map((tensor) => tensor && dense(engine, tensor));
    operands.begin();
    const at = [
      ...outs.map((tensor) => operands.output(tensor)),
      ...rows.map((tensor) => (tensor === null ? 0 : operands.input(tensor))),
    ];
    return at.some((address) => address < 0) ? null : at;
  }

  /** Batch, channels and elements of a channel in one example, then channels in pieces. */
  function pieces({ shape }: Tensor, cost: number): readonly [readonly number[], ReturnType<typeof threads.split>] {
    const sizes = [shape[0]!, shape[1]!, product(shape.slice(2))];
    return [sizes, threads.split(shape[1]!, cost * product(shape))];
  }

  return {
    batch_norm_train(outs: Four, input: Tensor, weight: Maybe, bias: Maybe, eps: number): void {
      const at = locate(outs, [input, weight, bias]);
      if (at === null) {
        (host["batch_norm_train"] as Kernel)(outs, input, weight, bias, eps);
        return;
      }
      const [out, mean, invstd, variance, x, w, b] = at as [number, number, number, number, number, number, number];
      const [sizes, ranges] = pieces(input, FORWARD);
      threads.run(
        "batchNorm",
        ranges.map(([from, to]) => [from, to, ...sizes, x, w, b, out, mean, invstd, variance, eps]),
      );
      operands.end();
    },
    batch_norm_eval(
      out: Tensor,
      input: Tensor,
      weight: Maybe,
      bias: Maybe,
      mean: Tensor,
      variance: Tensor,
      eps: number,
    ): void {
      const at = locate([out], [input, weight, bias, mean, variance]);
      if (at === null) {
        (host["batch_norm_eval"] as Kernel)(out, input, weight, bias, mean, variance, eps);
        return;
      }
      const [y, x, w, b, m, v] = at as [number, number, number, number, number, number];
      const [sizes, ranges] = pieces(input, FORWARD / 2);
      threads.run(
        "batchNormEval",
        ranges.map(([from, to]) => [from, to, ...sizes, x, w, b, y, m, v, eps]),
      );
      operands.end();
    },
    batch_norm_backward(
      outs: Three,
      grad: Tensor,
      input: Tensor,
      weight: Maybe,
      mean: Tensor,
      spread: Tensor,
      training: boolean,
      eps: number,
    ): void {
      const at = locate(outs, [grad, input, weight, mean, spread]);
      if (at === null) {
        (host["batch_norm_backward"] as Kernel)(outs, grad, input, weight, mean, spread, training, eps);
        return;
      }
      const [dx, dw, db, g, x, w, m, s] = at as [number, number, number, number, number, number, number, number];
      const [sizes, ranges] = pieces(input, BACKWARD);
      threads.run(
        "batchNormBackward",
        ranges.map(([from, to]) => [from, to, ...sizes, g, x, w, m, s, dx, dw, db, training ? 1 : 0, eps]),
      );
      operands.end();
    },
  };
}
