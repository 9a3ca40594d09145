import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { broadcastPair, wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { callOp } from "../pointwise/formulas.ts";
import { batchOf, checkSquare } from "./checks.ts";
import { torchForm } from "./forms.ts";

const cross: Op = defineOp({
  schema: "linalg_cross(Tensor input, Tensor other, *, int dim=-1) -> Tensor",
  doc: "The cross product of vectors of length 3 along `dim`; other dimensions broadcast.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor, b: Tensor, dim: number) => {
    if (a.ndim !== b.ndim) throw new RuntimeError("linalg.cross: inputs must have the same number of dimensions.");
    const [m, n] = [a.shape[wrapDim(dim, a.ndim)], b.shape[wrapDim(dim, b.ndim)]];
    if (m !== 3 || n !== 3) {
      throw new RuntimeError(`linalg.cross: inputs dimension ${dim} must have length 3. Got ${m} and ${n}`);
    }
  },
  decompose: (a: Tensor, b: Tensor, dim: number) => {
    const shape = broadcastPair(a.shape, b.shape);
    const [x, y] = [a.detach().expand(shape), b.detach().expand(shape)];
    return x
      .roll(-1, dim)
      .mul(y.roll(-2, dim))
      .sub(x.roll(-2, dim).mul(y.roll(-1, dim)));
  },
  derivative: {
    input: [(g: Tensor, b: Tensor, dim: number) => call(cross, [conj(b), g, dim]) as Tensor, "other", "dim"],
    other: [(g: Tensor, a: Tensor, dim: number) => call(cross, [g, conj(a), dim]) as Tensor, "input", "dim"],
  },
});

defineOp({
  schema: "cross(Tensor input, Tensor other, int? dim=None) -> Tensor",
  doc: "The cross product along `dim`, by default the first dimension of size 3.",
  decompose: (a: Tensor, b: Tensor, dim: number | null) => {
    const at = dim ?? a.shape.indexOf(3);
    if (dim === null && at < 0) throw new RuntimeError("no dimension of size 3 in input");
    return call(cross, [a, b, at]);
  },
});

defineOp({
  schema: "linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor",
  doc: "The dot products of vectors along `dim`, the first ones conjugated.",
  namespace: "linalg",
  variants: "function",
  decompose: (x: Tensor, y: Tensor, dim: number) => {
    for (const { dtype } of [x, y]) {
      if (dtype.category < 2) {
        throw new RuntimeError(
          `linalg.vecdot: Expected a floating point or complex tensor as input. Got ${scalarTypeName(dtype)}`,
        );
      }
    }
    if (x.dtype !== y.dtype) {
      throw new RuntimeError(
        `linalg.vecdot: Expected x and y to have the same dtype, but found x of type ${scalarTypeName(x.dtype)} and y of type ${scalarTypeName(y.dtype)} instead`,
      );
    }
    if (x.ndim === 1 && y.ndim === 1) return callOp("vdot", x, y);
    return conj(x).mul(y).sum(dim);
  },
});

defineOp({
  schema: "linalg_matmul(Tensor input, Tensor other) -> Tensor",
  doc: "`torch.matmul`.",
  namespace: "linalg",
  variants: "function",
  decompose: (a: Tensor, b: Tensor) => a.matmul(b),
});

defineOp({
  schema: "linalg_diagonal(Tensor A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor",
  doc: "A view of the diagonals of matrices.",
  namespace: "linalg",
  variants: "function",
  out: false,
  decompose: (a: Tensor, offset: number, dim1: number, dim2: number) => a.diagonal(offset, dim1, dim2),
});

defineOp({
  schema: "linalg_multi_dot(Tensor[] tensors) -> Tensor",
  doc: "The product of two or more matrices in the cheapest order; the first and the last may be vectors.",
  namespace: "linalg",
  variants: "function",
  decompose: (tensors: readonly Tensor[]) => {
    const count = tensors.length;
    if (count < 2) throw new RuntimeError(`multi_dot(): expected at least 2 tensors but got ${count}`);
    const matrices = tensors.map((tensor, i) => {
      const end = i === 0 || i === count - 1;
      if (tensor.ndim === 1 && end) return i === 0 ? tensor.unsqueeze(0) : tensor.unsqueeze(-1);
      if (tensor.ndim === 2) return tensor;
      throw new RuntimeError(
        end
          ? `multi_dot(): the ${i === 0 ? "first" : "last"} tensor must be 1D or 2D but got ${tensor.ndim}D`
          : `multi_dot(): tensor ${i} must be 2D but got ${tensor.ndim}D`,
      );
    });
    for (let i = 1; i < count; i++) {
      if (tensors[i]!.dtype !== tensors[0]!.dtype) {
        throw new RuntimeError(
          `multi_dot(): all tensors must have be the same dtype but tensor 0 is ${scalarTypeName(tensors[0]!.dtype)} and tensor ${i} ${scalarTypeName(tensors[i]!.dtype)}`,
        );
      }
      const [a, b] = [matrices[i - 1]!, matrices[i]!];
      if (a.shape[1] !== b.shape[0]) {
        throw new RuntimeError(
          `multi_dot(): tensors ${i - 1} and ${i} with shapes [${a.shape.join(", ")}] and [${b.shape.join(", ")}] cannot be multiplied`,
        );
      }
    }
    const product = callOp("chain_matmul", matrices);
    const shape = [
      ...(tensors[0]!.ndim === 1 ? [] : [product.shape[0]!]),
      ...(tensors.at(-1)!.ndim === 1 ? [] : [product.shape[1]!]),
    ];
    return product.reshape(shape);
  },
});

defineOp({
  schema: "linalg_vander(Tensor x, *, int? N=None) -> Tensor",
  doc: "Vandermonde matrices: row i holds the powers 0 to N - 1 of x[..., i].",
  namespace: "linalg",
  variants: "function",
  out: false,
  decompose: (input: Tensor, columns: number | null) => {
    const x = input.ndim === 0 ? input.unsqueeze(0) : input;
    const n = columns ?? x.shape.at(-1)!;
    if (n <= 1) throw new RuntimeError("N must be greater than 1.");
    if (x.dtype.category === 0) throw new RuntimeError("linalg.vander: Expected a non-boolean tensor");
    const repeated = x
      .unsqueeze(-1)
      .expand([...x.shape, n - 1])
      .cumprod(-1);
    return callOp("cat", [repeated.new_ones([...x.shape, 1]), repeated], -1);
  },
});

/** Identity matrices that have a gradient, of 0, where `a` has one. */
function identity(a: Tensor): Tensor {
  const eye = callOp("eye", a.shape.at(-1)!, a.dtype, null, a.device, false, false);
  return callOp("where", a.new_zeros([]).bool(), a, eye);
}

/** a^n for n > 0 with about log2(n) products. */
function power(a: Tensor, n: number): Tensor {
  if (n === 1) return a.clone();
  if (n === 3) return a.matmul(a).matmul(a);
  let square: Tensor | null = null;
  let result: Tensor | null = null;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    square = square === null ? a : square.matmul(square);
    if (rest % 2 === 1) result = result === null ? square : result.matmul(square);
  }
  return result!;
}

defineOp({
  schema: "linalg_matrix_power(Tensor A, int n) -> Tensor",
  doc: "The n-th power of square matrices; negative powers are those of the inverse.",
  namespace: "linalg",
  variants: "function",
  check: (a: Tensor) => checkSquare("linalg.matrix_power", a),
  decompose: (a: Tensor, n: number) => {
    if (n === 0) return identity(a);
    return n > 0 ? power(a, n) : power(callOp("linalg_inv", a), -n);
  },
});

torchForm("matrix_power(Tensor input, int n) -> Tensor", "linalg_matrix_power", "The n-th power of square matrices.");

const exponential: Op = defineOp({
  schema: "linalg_matrix_exp(Tensor A) -> Tensor",
  doc: "The exponential of square matrices (Higham 2005).",
  namespace: "linalg",
  variants: "function",
  kernel: "linalg_matrix_exp",
  meta: (a: Tensor) => {
    checkSquare("linalg.matrix_exp", a);
    if (a.dtype.category < 2) {
      throw new RuntimeError(
        `linalg.matrix_exp: Expected a floating point or complex tensor as input. Got ${scalarTypeName(a.dtype)}`,
      );
    }
    return { shape: a.shape, dtype: a.dtype };
  },
  derivative: {
    A: [
      (g: Tensor, a: Tensor) => {
        // The upper right block of exp [[A^H, G], [0, A^H]] (Mathias 1996).
        const n = a.shape.at(-1)!;
        const top = callOp("cat", [a.mH, g], -1);
        const bottom = callOp("cat", [a.new_zeros([...batchOf(a), n, n]), a.mH], -1);
        const block = call(exponential, [callOp("cat", [top, bottom], -2)]) as Tensor;
        return block.narrow(-2, 0, n).narrow(-1, n, n);
      },
      "A",
    ],
  },
});

torchForm("matrix_exp(Tensor A) -> Tensor", "linalg_matrix_exp", "The exponential of square matrices.");
