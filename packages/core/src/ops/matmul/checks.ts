import { scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { broadcastPair } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Both operands of a product need one dtype, which is not bool. */
export function sameDtype(a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(
      `expected m1 and m2 to have the same dtype, but got: ${scalarTypeName(a.dtype)} != ${scalarTypeName(b.dtype)}`,
    );
  }
  if (a.dtype.category === 0) throw new RuntimeError(`"addmm_impl_cpu_" not implemented for 'Bool'`);
}

/** Two matrices that can be multiplied. */
export function checkProduct(a: Tensor, b: Tensor): void {
  if (a.shape[1] !== b.shape[0]) {
    throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${a.shape.join("x")} and ${b.shape.join("x")})`);
  }
  sameDtype(a, b);
}

/** Throws unless `input` broadcasts to `shape`. */
export function checkExpands(input: Tensor, shape: readonly number[]): void {
  if (input.ndim <= shape.length) {
    const out = broadcastPair(input.shape, shape);
    if (out.every((s, i) => s === shape[i])) return;
  }
  throw new RuntimeError(
    `The expanded size of the tensor (${shape.at(-1)}) must match the existing size (${input.shape.at(-1)}) at non-singleton dimension ${shape.length - 1}.  Target sizes: [${shape.join(", ")}].  Tensor sizes: [${input.shape.join(", ")}]`,
  );
}
