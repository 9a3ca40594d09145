import { defineOp } from "../../dispatch/op.ts";
import { scalarTypeName, type Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { sameShape } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj, scaled } from "../helpers.ts";
import { checkExpands, checkProduct, sameDtype } from "./checks.ts";

/** `beta * input + alpha * product`; `input` is not read when `beta` is 0, so its nan do not spread. */
function blend(input: Tensor, product: Tensor, beta: Scalar, alpha: Scalar): Tensor {
  const [b, a] = product.dtype.category === 1 ? [whole(beta), whole(alpha)] : [beta, alpha];
  const term = a === 1 ? product : product.mul(a);
  if (b === 0) return term;
  return (b === 1 ? input : input.mul(b)).add(term);
}

/** Factors of integer tensors lose their fraction, as in PyTorch. */
const whole = (factor: Scalar): Scalar => (typeof factor === "number" ? Math.trunc(factor) : factor);

function checkInput(name: string, input: Tensor, other: Tensor): void {
  if (input.dtype !== other.dtype) {
    throw new RuntimeError(
      `${name}: expected scalar type ${scalarTypeName(other.dtype)} but found ${scalarTypeName(input.dtype)}`,
    );
  }
}

defineOp({
  schema: "addmm(Tensor input, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
  doc: "`beta * input + alpha * (mat1 @ mat2)`; `input` broadcasts to the product's shape.",
  inplace: true,
  kernel: "addmm",
  kernelArgs: (input: Tensor, mat1: Tensor, mat2: Tensor, beta: Scalar, alpha: Scalar) =>
    input.dtype.category === 1 ? [input, mat1, mat2, whole(beta), whole(alpha)] : [input, mat1, mat2, beta, alpha],
  meta: (input: Tensor, mat1: Tensor, mat2: Tensor) => {
    if (mat1.ndim !== 2) throw new RuntimeError(`mat1 must be a matrix, got ${mat1.ndim}-D tensor`);
    if (mat2.ndim !== 2) throw new RuntimeError(`mat2 must be a matrix, got ${mat2.ndim}-D tensor`);
    if (mat1.dtype !== mat2.dtype) throw new RuntimeError("mat1 and mat2 must have the same dtype");
    checkProduct(mat1, mat2);
    checkInput("addmm", input, mat1);
    const shape = [mat1.shape[0]!, mat2.shape[1]!];
    checkExpands(input, shape);
    return { shape, dtype: mat1.dtype };
  },
  derivative: {
    input: [(g, beta) => scaled(g, beta), "beta"],
    mat1: [(g: Tensor, mat2: Tensor, alpha) => scaled(g.mm(conj(mat2).t()), alpha), "mat2", "alpha"],
    mat2: [(g: Tensor, mat1: Tensor, alpha) => scaled(conj(mat1).t().mm(g), alpha), "mat1", "alpha"],
  },
});

defineOp({
  schema: "addmv(Tensor input, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
  doc: "`beta * input + alpha * (mat @ vec)`.",
  inplace: "function",
  check: (input: Tensor, mat: Tensor, vec: Tensor) => {
    if (mat.ndim !== 2 || vec.ndim !== 1 || input.ndim > 1) {
      throw new RuntimeError(`vector + matrix @ vector expected, got ${input.ndim}, ${mat.ndim}, ${vec.ndim}`);
    }
    if (mat.shape[1] !== vec.shape[0] || (input.numel() !== 1 && input.shape[0] !== mat.shape[0])) {
      throw new RuntimeError(
        `size mismatch, got input (${input.numel()}), mat (${mat.shape.join("x")}), vec (${vec.shape[0]})`,
      );
    }
    sameDtype(mat, vec);
    checkInput("addmv", input, mat);
  },
  decompose: (input: Tensor, mat: Tensor, vec: Tensor, beta: Scalar, alpha: Scalar) =>
    blend(input, mat.mv(vec), beta, alpha),
  derivative: {
    input: [(g, beta) => scaled(g, beta), "beta"],
    mat: [(g: Tensor, vec: Tensor, alpha) => scaled(g.unsqueeze(1).mm(conj(vec).unsqueeze(0)), alpha), "vec", "alpha"],
    vec: [(g: Tensor, mat: Tensor, alpha) => scaled(conj(mat).t().mv(g), alpha), "mat", "alpha"],
  },
});

defineOp({
  schema: "addr(Tensor input, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
  doc: "`beta * input + alpha * outer(vec1, vec2)`.",
  inplace: true,
  check: (_input: Tensor, vec1: Tensor, vec2: Tensor) => {
    if (vec1.ndim !== 1) throw new RuntimeError(`addr: Expected 1-D argument vec1, but got ${vec1.ndim}-D`);
    if (vec2.ndim !== 1) throw new RuntimeError(`addr: Expected 1-D argument vec2, but got ${vec2.ndim}-D`);
  },
  decompose: (input: Tensor, vec1: Tensor, vec2: Tensor, beta: Scalar, alpha: Scalar) => {
    checkExpands(input, [vec1.shape[0]!, vec2.shape[0]!]);
    if (vec1.dtype.category === 0 && input.dtype.category === 0) {
      const product = vec1.outer(vec2).logical_and(vec1.new_full([], Boolean(alpha)));
      return beta ? product.logical_or(input) : product;
    }
    return blend(input, vec1.outer(vec2), beta, alpha);
  },
  derivative: {
    input: [(g, beta) => scaled(g, beta), "beta"],
    vec1: [(g: Tensor, vec2: Tensor, alpha) => scaled(g.mv(conj(vec2).to(g.dtype)), alpha), "vec2", "alpha"],
    vec2: [(g: Tensor, vec1: Tensor, alpha) => scaled(g.t().mv(conj(vec1).to(g.dtype)), alpha), "vec1", "alpha"],
  },
});

defineOp({
  schema: "baddbmm(Tensor input, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
  doc: "`beta * input + alpha * (batch1 @ batch2)` for batches of matrices.",
  inplace: true,
  check: (input: Tensor, batch1: Tensor, batch2: Tensor) => {
    checkInput("baddbmm", input, batch1);
    if (batch1.ndim === 3 && batch2.ndim === 3)
      checkExpands(input, [batch1.shape[0]!, batch1.shape[1]!, batch2.shape[2]!]);
  },
  decompose: (input: Tensor, batch1: Tensor, batch2: Tensor, beta: Scalar, alpha: Scalar) =>
    blend(input, batch1.bmm(batch2), beta, alpha),
  derivative: {
    input: [(g, beta) => scaled(g, beta), "beta"],
    batch1: [
      (g: Tensor, batch2: Tensor, alpha) => scaled(g.bmm(conj(batch2).transpose(1, 2)), alpha),
      "batch2",
      "alpha",
    ],
    batch2: [
      (g: Tensor, batch1: Tensor, alpha) => scaled(conj(batch1).transpose(1, 2).bmm(g), alpha),
      "batch1",
      "alpha",
    ],
  },
});

defineOp({
  schema: "addbmm(Tensor input, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
  doc: "`beta * input + alpha *` the sum of the products of a batch of matrices.",
  check: (input: Tensor, batch1: Tensor, batch2: Tensor) => {
    checkInput("addbmm", input, batch1);
    if (batch1.ndim === 3 && batch2.ndim === 3) checkExpands(input, [batch1.shape[1]!, batch2.shape[2]!]);
  },
  decompose: (input: Tensor, batch1: Tensor, batch2: Tensor, beta: Scalar, alpha: Scalar) =>
    blend(input, batch1.bmm(batch2).sum(0, { dtype: batch1.dtype }), beta, alpha),
  derivative: {
    input: [(g, beta) => scaled(g, beta), "beta"],
    batch1: [
      (g: Tensor, batch2: Tensor, alpha, shape: readonly number[]) =>
        scaled(
          g.unsqueeze(0).expand([shape[0]!, shape[1]!, batch2.shape[2]!]).bmm(conj(batch2).transpose(1, 2)),
          alpha,
        ),
      "batch2",
      "alpha",
      "batch1.shape",
    ],
    batch2: [
      (g: Tensor, batch1: Tensor, alpha, shape: readonly number[]) =>
        scaled(
          conj(batch1)
            .transpose(1, 2)
            .bmm(g.unsqueeze(0).expand([shape[0]!, batch1.shape[1]!, shape[2]!])),
          alpha,
        ),
      "batch1",
      "alpha",
      "batch2.shape",
    ],
  },
});

defineOp({
  schema: "addbmm_(Tensor input, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
  doc: "`addbmm` into this tensor, which takes the result's shape.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, batch1: Tensor, batch2: Tensor, beta: Scalar, alpha: Scalar) => {
    const result = input.addbmm(batch1, batch2, { beta, alpha });
    if (!sameShape(result.shape, input.shape)) input.resize_(result.shape);
    return input.copy_(result);
  },
});
