import type { Kernels, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { numelOf } from "../queue/view.ts";
import { nllLoss, nllLossBackward, type NllSpec } from "../wgsl/loss/nll_loss.ts";
import { planFor } from "./cache.ts";

type Pair = readonly [Tensor, Tensor];

/** Losses with kernels of their own: `(out, input, target, ...)`. */
export function lossKernels(engine: Engine): Kernels {
  const specOf = (x: Tensor, weight: Tensor | null, reduction: NllSpec["reduction"], ignore: number): NllSpec => ({
    batch: x.ndim === 1 ? 1 : x.shape[0]!,
    classes: x.shape[x.ndim === 1 ? 0 : 1]!,
    plane: numelOf(x.shape.slice(2)),
    weight: weight !== null,
    reduction,
    ignore,
  });
  return {
    nll_loss_forward(
      [out, total]: Pair,
      x: Tensor,
      target: Tensor,
      weight: Tensor | null,
      reduction: NllSpec["reduction"],
      ignore: number,
    ): void {
      const plan = planFor("nll_loss", specOf(x, weight, reduction, ignore), nllLoss);
      engine.run(plan, { x, target, ...(weight !== null && { weight }), out, total });
    },
    nll_loss_backward(
      out: Tensor,
      grad: Tensor,
      target: Tensor,
      weight: Tensor | null,
      total: Tensor,
      reduction: NllSpec["reduction"],
      ignore: number,
    ): void {
      if (out.numel() === 0) return;
      const plan = planFor("nll_loss_backward", specOf(out, weight, reduction, ignore), nllLossBackward);
      engine.run(plan, { grad, target, ...(weight !== null && { weight }), total, out });
    },
  };
}
