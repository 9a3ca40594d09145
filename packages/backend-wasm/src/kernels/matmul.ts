import { float32, type Kernel, type Kernels, type Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { broadcast } from "./views.ts";

/** Multiplications below which the host's loops are as fast. */
const WORTHWHILE = 8192;

/** Matrix products of float32: packed and blocked, operands with any strides. Other dtypes compute on the host's loops. */
export function matmulKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host } = engine;

  function multiply(out: Tensor, a: Tensor, b: Tensor, alpha: number, add: boolean): boolean {
    const rank = out.ndim;
    const m = out.shape[rank - 2]!;
    const n = out.shape[rank - 1]!;
    const k = a.shape[rank - 1]!;
    const batch = rank === 3 ? out.shape[0]! : 1;
    if (n > 1 && out.strides[rank - 1] !== 1) return false;
    operands.begin();
    const work = heap.scratch(exports.gemmScratch());
    const pa = operands.input(a);
    const pb = operands.input(b);
    const pc = operands.output(out);
    if (work < 0 || pa < 0 || pb < 0 || pc < 0) return false;
    const [aRow, aColumn, bRow, bColumn, cRow] = [
      4 * a.strides[rank - 2]!,
      4 * a.strides[rank - 1]!,
      4 * b.strides[rank - 2]!,
      4 * b.strides[rank - 1]!,
      4 * out.strides[rank - 2]!,
    ];
    for (let i = 0; i < batch; i++) {
      const at = rank === 3 ? 4 * i : 0;
      exports.gemm(
        m,
        n,
        k,
        pa + at * a.strides[0]!,
        aRow,
        aColumn,
        pb + at * b.strides[0]!,
        bRow,
        bColumn,
        pc + at * out.strides[0]!,
        cRow,
        alpha,
        add,
        work,
      );
    }
    operands.end();
    return true;
  }

  const suits = (out: Tensor, a: Tensor, b: Tensor): boolean => {
    if (out.dtype !== float32 || a.dtype !== float32 || b.dtype !== float32) return false;
    const terms = a.shape.at(-1)!;
    return terms > 0 && out.numel() * terms >= WORTHWHILE;
  };

  return {
    mm(out: Tensor, a: Tensor, b: Tensor): void {
      if (!suits(out, a, b) || !multiply(out, a, b, 1, false)) (host["mm"] as Kernel)(out, a, b);
    },
    bmm(out: Tensor, a: Tensor, b: Tensor): void {
      if (!suits(out, a, b) || !multiply(out, a, b, 1, false)) (host["bmm"] as Kernel)(out, a, b);
    },
    addmm(out: Tensor, bias: Tensor, a: Tensor, b: Tensor, beta: number, alpha: number): void {
      if (suits(out, a, b) && bias.dtype === float32 && beta === 1 && bias.storage !== out.storage) {
        (host["copy"] as Kernel)(out, broadcast(bias, out.shape));
        if (multiply(out, a, b, alpha, true)) return;
      }
      (host["addmm"] as Kernel)(out, bias, a, b, beta, alpha);
    },
  };
}
