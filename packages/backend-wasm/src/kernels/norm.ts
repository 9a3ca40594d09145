import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { areFloat32 } from "./views.ts";

/** Elements below which the host's loops are as fast. */
const FEW = 1025;

type Three = readonly [Tensor, Tensor, Tensor];

/** Layer normalisation of dense float32 rows, and its gradients. */
export function normKernels(engine: Engine): Kernels {
  const { exports, operands, host } = engine;

  /** Addresses of outputs, then of inputs (0 for null); null when the host has to compute. */
  function locate(outs: Three, inputs: readonly (Tensor | null)[]): number[] | null {
    const tensors = [...outs, ...inputs];
    if (outs[0].numel() < FEW || !areFloat32(...tensors)) return null;
    if (!tensors.every((tensor) => tensor === null || tensor.contiguous_)) return null;
    operands.begin();
    const at = tensors.map((tensor, i) => {
      if (tensor === null) return 0;
      return i < 3 ? operands.output(tensor) : operands.input(tensor);
    });
    return at.some((address) => address < 0) ? null : at;
  }

  return {
    layer_norm_forward(
      outs: Three,
      input: Tensor,
      weight: Tensor | null,
      bias: Tensor | null,
      size: number,
      eps: number,
    ): void {
      const at = locate(outs, [input, weight, bias]);
      if (at === null) {
        (host["layer_norm_forward"] as Kernel)(outs, input, weight, bias, size, eps);
        return;
      }
      const [out, mean, rstd, x, w, b] = at as [number, number, number, number, number, number];
      exports.layerNorm(input.numel() / size, size, x, w, b, out, mean, rstd, eps);
      operands.end();
    },
    layer_norm_backward(
      outs: Three,
      grad: Tensor,
      input: Tensor,
      mean: Tensor,
      rstd: Tensor,
      weight: Tensor | null,
      size: number,
    ): void {
      const at = locate(outs, [grad, input, mean, rstd, weight]);
      if (at === null) {
        (host["layer_norm_backward"] as Kernel)(outs, grad, input, mean, rstd, weight, size);
        return;
      }
      const [dx, dw, db, g, x, m, r, w] = at as [number, number, number, number, number, number, number, number];
      exports.layerNormBackward(input.numel() / size, size, g, x, m, r, w, dx, dw, db);
      operands.end();
    },
  };
}
