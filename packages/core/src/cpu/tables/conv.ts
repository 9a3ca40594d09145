import type { Kernels } from "../../dispatch/backend.ts";
import { convBackwardInput, convBackwardWeight, convForward } from "../conv/index.ts";
import type { ConvParams } from "../conv/geometry.ts";
import type { ArrayView } from "../view.ts";

/** A transposed convolution is the gradient of a plain one, and the other way round. */
export const convKernels: Kernels = {
  convolution(
    out: ArrayView,
    input: ArrayView,
    weight: ArrayView,
    bias: ArrayView | null,
    params: ConvParams,
    transposed: boolean,
  ): void {
    if (transposed) convBackwardInput(out, input, weight, params, bias);
    else convForward(out, input, weight, bias, params);
  },
  convolution_input(out: ArrayView, grad: ArrayView, weight: ArrayView, params: ConvParams, transposed: boolean): void {
    if (transposed) convForward(out, grad, weight, null, params);
    else convBackwardInput(out, grad, weight, params);
  },
  convolution_weight(out: ArrayView, grad: ArrayView, input: ArrayView, params: ConvParams, transposed: boolean): void {
    if (transposed) convBackwardWeight(out, input, grad, params);
    else convBackwardWeight(out, grad, input, params);
  },
};
