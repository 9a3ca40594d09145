import { float32, type Kernel, type Kernels, type Tensor } from "@tt/core";
import type { Engine } from "../../engine.ts";
import { areFloat32, dense, viewOf } from "../../kernels/views.ts";
import type { Bridge } from "../bridge.ts";

/** Multiplications below which a call costs more than it computes. */
const FEW = 32 ** 3;

/** Matrix products of float32 by XNNPACK, which wants dense operands; of a batch, one after another. */
export function matmul(engine: Engine, bridge: Bridge, ours: Kernels): Kernels {
  const suits = (out: Tensor, ...tensors: readonly Tensor[]): boolean =>
    areFloat32(out, ...tensors) && out.contiguous_ && out.numel() > 0 && out.numel() * tensors[0]!.shape.at(-1)! >= FEW;

  function mm(out: Tensor, a: Tensor, b: Tensor, bias: Tensor | null): boolean {
    const as = (tensor: Tensor): readonly [Tensor, readonly number[]] => [tensor, [1, ...tensor.shape]];
    const operands = { a: as(dense(engine, a)), b: as(dense(engine, b)) };
    const plain = { transposeA: false, transposeB: false };
    const shape = [1, ...out.shape];
    if (bias === null) return bridge.run(engine, "BatchMatMul", out, operands, plain, shape);
    return bridge.run(engine, "_FusedMatMul", out, { ...operands, bias }, { ...plain, activation: "linear" }, shape);
  }

  /** One matrix of a batch. */
  const matrix = (tensor: Tensor, i: number): Tensor =>
    viewOf(tensor, tensor.shape.slice(1), tensor.strides.slice(1), i * tensor.strides[0]!);

  return {
    mm(out: Tensor, a: Tensor, b: Tensor): void {
      if (!suits(out, a, b) || !mm(out, a, b, null)) (ours["mm"] as Kernel)(out, a, b);
    },
    bmm(out: Tensor, a: Tensor, b: Tensor): void {
      const batch = out.shape[0]!;
      const each = (): boolean => {
        for (let i = 0; i < batch; i++) if (!mm(matrix(out, i), matrix(a, i), matrix(b, i), null)) return false;
        return true;
      };
      if (!suits(out, a, b) || out.numel() * a.shape[2]! < FEW * batch || !each()) (ours["bmm"] as Kernel)(out, a, b);
    },
    addmm(out: Tensor, bias: Tensor, a: Tensor, b: Tensor, beta: unknown, alpha: unknown): void {
      const row = bias.ndim === 1 && bias.shape[0] === out.shape[1] && bias.contiguous_ && bias.dtype === float32;
      if (!suits(out, a, b) || !row || beta !== 1 || alpha !== 1 || !mm(out, a, b, bias))
        (ours["addmm"] as Kernel)(out, bias, a, b, beta, alpha);
    },
  };
}
