import { defineOp } from "../../dispatch/op.ts";
import { scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";

function sameDtype(a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(`expected m1 and m2 to have the same dtype, but got: ${scalarTypeName(a.dtype)} != ${scalarTypeName(b.dtype)}`);
  }
}

defineOp({
  schema: "mm(Tensor input, Tensor mat2) -> Tensor",
  doc: "The product of two matrices, [n, m] and [m, p].",
  kernel: "mm",
  meta: (input: Tensor, mat2: Tensor) => {
    if (input.ndim !== 2) throw new RuntimeError("self must be a matrix");
    if (mat2.ndim !== 2) throw new RuntimeError("mat2 must be a matrix");
    if (input.shape[1] !== mat2.shape[0]) {
      throw new RuntimeError(
        `mat1 and mat2 shapes cannot be multiplied (${input.shape.join("x")} and ${mat2.shape.join("x")})`,
      );
    }
    sameDtype(input, mat2);
    return { shape: [input.shape[0]!, mat2.shape[1]!], dtype: input.dtype };
  },
  derivative: {
    input: [(g, mat2: Tensor) => g.mm(conj(mat2).t()), "mat2"],
    mat2: [(g, input: Tensor) => conj(input).t().mm(g), "input"],
  },
});
