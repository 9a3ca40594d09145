import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { numelOf, wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Product summed over `dims1` of `a` and `dims2` of `b`; the remaining dimensions of both follow each other. */
function contract(a: Tensor, b: Tensor, dims1: readonly number[], dims2: readonly number[]): Tensor {
  if (dims1.length !== dims2.length) throw new RuntimeError("both dimension lists should have same length");
  const left = dims1.map((d) => wrapDim(d, a.ndim));
  const right = dims2.map((d) => wrapDim(d, b.ndim));
  let [t1, t2] = [a, b];
  let size = 1;
  for (const [i, d1] of left.entries()) {
    const d2 = right[i]!;
    const [s1, s2] = [a.shape[d1]!, b.shape[d2]!];
    if (s2 === 1) t1 = t1.sum(d1, { keepdim: true });
    else if (s1 === 1) t2 = t2.sum(d2, { keepdim: true });
    else {
      if (s1 !== s2) {
        throw new RuntimeError(
          `contracted dimensions need to match, but first has size ${s1} in dim ${d1} and second has size ${s2} in dim ${d2}`,
        );
      }
      size *= s1;
    }
  }
  const free1 = [...a.shape.keys()].filter((d) => !left.includes(d));
  const free2 = [...b.shape.keys()].filter((d) => !right.includes(d));
  const rows = free1.map((d) => a.shape[d]!);
  const columns = free2.map((d) => b.shape[d]!);
  const matrix1 = t1.permute([...free1, ...left]).reshape([numelOf(rows), size]);
  const matrix2 = t2.permute([...right, ...free2]).reshape([size, numelOf(columns)]);
  return matrix1.mm(matrix2).reshape([...rows, ...columns]);
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

defineOp({
  schema: "tensordot(Tensor a, Tensor b, int dims=2) -> Tensor",
  doc: "The product summed over the last `dims` dimensions of `a` and the first of `b`, or over two lists of dimensions.",
  variants: "function",
  decompose: (a: Tensor, b: Tensor, dims: number) => {
    if (dims < 0) throw new RuntimeError(`tensordot expects dims >= 0, but got dims=${dims}`);
    if (dims > Math.min(a.ndim, b.ndim)) {
      throw new RuntimeError(`tensordot expects dims < ndim_a or ndim_b, but got dims=${dims}`);
    }
    return contract(a, b, range(a.ndim - dims, a.ndim), range(0, dims));
  },
});

defineOp({
  schema: "tensordot.lists(Tensor a, Tensor b, Any dims) -> Tensor",
  doc: "The product summed over two lists of dimensions.",
  variants: "function",
  decompose: (a: Tensor, b: Tensor, dims: readonly [readonly number[], readonly number[]]) =>
    contract(a, b, dims[0], dims[1]),
});

defineOp({
  schema: "kron(Tensor input, Tensor other) -> Tensor",
  doc: "The Kronecker product.",
  decompose: (input: Tensor, other: Tensor) => {
    const rank = Math.max(input.ndim, other.ndim);
    const pad = (t: Tensor): number[] => [...new Array<number>(rank - t.ndim).fill(1), ...t.shape];
    const [a, b] = [pad(input), pad(other)];
    const left = input.reshape(a.flatMap((s) => [s, 1]));
    const right = other.reshape(b.flatMap((s) => [1, s]));
    return left.mul(right).reshape(a.map((s, d) => s * b[d]!));
  },
});

/** Cost-optimal order of a product of matrices (dynamic programming over sizes). */
function chain(matrices: readonly Tensor[]): Tensor {
  const n = matrices.length;
  const sizes = [matrices[0]!.shape[0]!, ...matrices.map((m) => m.shape[1]!)];
  const cost = matrices.map(() => new Array<number>(n).fill(0));
  const cut = matrices.map(() => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      cost[i]![j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const total = cost[i]![k]! + cost[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        if (total < cost[i]![j]!) {
          cost[i]![j] = total;
          cut[i]![j] = k;
        }
      }
    }
  }
  const product = (i: number, j: number): Tensor =>
    i === j ? matrices[i]! : product(i, cut[i]![j]!).mm(product(cut[i]![j]! + 1, j));
  return product(0, n - 1);
}

defineOp({
  schema: "chain_matmul(Tensor... matrices) -> Tensor",
  doc: "The product of two or more matrices in the cheapest order.",
  variants: "function",
  decompose: (matrices: readonly Tensor[]) => {
    if (matrices.length === 0) throw new RuntimeError("chain_matmul(): Expected one or more matrices");
    for (const m of matrices) {
      if (m.ndim !== 2) throw new RuntimeError(`Tensor dimension is ${m.ndim}, expected 2 instead.`);
    }
    return chain(matrices);
  },
});
