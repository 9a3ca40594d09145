import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Engine } from "../../engine.ts";
import { makeMultiply } from "./multiply.ts";

/** Multiplications below which the host's loops are as fast. */
const WORTHWHILE = 4096;

/** Matrix products, on which all others rest: packed and blocked, from operands with any steps. */
export function matmulKernels(engine: Engine): Kernels {
  const { host } = engine;
  const multiply = makeMultiply(engine);
  const least = engine.few(WORTHWHILE);

  const pays = (out: Tensor, a: Tensor): boolean => {
    const terms = a.shape[a.ndim - 1]!;
    return terms > 0 && out.numel() * terms >= least;
  };

  return {
    mm(out: Tensor, a: Tensor, b: Tensor): void {
      if (!pays(out, a) || !multiply(out, a, b, null, 1, 0)) (host["mm"] as Kernel)(out, a, b);
    },
    bmm(out: Tensor, a: Tensor, b: Tensor): void {
      if (!pays(out, a) || !multiply(out, a, b, null, 1, 0)) (host["bmm"] as Kernel)(out, a, b);
    },
    addmm(out: Tensor, bias: Tensor, a: Tensor, b: Tensor, beta: unknown, alpha: unknown): void {
      if (
        pays(out, a) &&
        typeof beta === "number" &&
        typeof alpha === "number" &&
        multiply(out, a, b, bias, alpha, beta)
      )
        return;
      (host["addmm"] as Kernel)(out, bias, a, b, beta, alpha);
    },
  };
}
