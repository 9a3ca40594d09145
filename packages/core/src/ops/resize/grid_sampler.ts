import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { notImplemented } from "../pointwise/formulas.ts";

const backward: Op = defineOp({
  schema:
    "_grid_sampler_backward(Tensor grad_output, Tensor input, Tensor grid, str mode, str padding_mode, bool align_corners) -> (Tensor, Tensor)",
  doc: "Gradients of `grid_sampler`.",
  variants: "internal",
  kernel: "grid_sample_backward",
  meta: (_grad: Tensor, input: Tensor, grid: Tensor) => [metaLike(input), metaLike(grid)],
  kernelArgs: (
    grad: Tensor,
    input: Tensor,
    grid: Tensor,
    mode: string,
    padding_mode: string,
    align_corners: boolean,
  ) => [grad, input, grid, { mode, padding_mode, align_corners }],
  derivative: {
    grad_output: notImplemented("grid_sampler_backward"),
    input: notImplemented("grid_sampler_backward"),
    grid: notImplemented("grid_sampler_backward"),
  },
});

/** Samples an image at the points of a grid. */
defineOp({
  schema: "_grid_sampler(Tensor input, Tensor grid, str mode, str padding_mode, bool align_corners) -> Tensor",
  doc: "An image [N, C, (D,) H, W] sampled at the points of a grid [N, (D',) H', W', 2 or 3].",
  variants: "internal",
  gradName: ([input]) => `GridSampler${(input as Tensor).ndim - 2}DBackward0`,
  kernel: "grid_sample",
  meta: (input: Tensor, grid: Tensor) => metaLike(input, [...input.shape.slice(0, 2), ...grid.shape.slice(1, -1)]),
  kernelArgs: (input: Tensor, grid: Tensor, mode: string, padding_mode: string, align_corners: boolean) => [
    input,
    grid,
    { mode, padding_mode, align_corners },
  ],
  derivative: {
    "input, grid": [
      (g: Tensor, _needs, ...saved: unknown[]) => call(backward, [g, ...saved]) as Tensor[],
      "input",
      "grid",
      "mode",
      "padding_mode",
      "align_corners",
    ],
  },
});
