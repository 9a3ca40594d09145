import type { Kernels } from "../../dispatch/backend.ts";
import {
  fold,
  gridSample,
  gridSampleBackward,
  pad,
  padBackward,
  unfold,
  upsample,
  upsampleBackward,
} from "../resize/index.ts";
import type { GridSampleParams } from "../resize/grid_sample.ts";
import type { ArrayView } from "../view.ts";

/** Kernels that move pixels: `(out, input, params)`. */
export const resizeKernels: Kernels = {
  im2col: unfold,
  col2im: fold,
  pad,
  pad_backward: padBackward,
  upsample,
  upsample_backward: upsampleBackward,
  grid_sample: gridSample,
  grid_sample_backward(
    [gradInput, gradGrid]: readonly [ArrayView, ArrayView],
    grad: ArrayView,
    input: ArrayView,
    grid: ArrayView,
    params: GridSampleParams,
  ): void {
    gridSampleBackward(gradInput, gradGrid, grad, input, grid, params);
  },
};
