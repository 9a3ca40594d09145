import { defineOp } from "../../dispatch/op.ts";
import { int64, resultType, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { broadcastPair } from "../../layout.ts";
import { fromArray } from "../../tensor/literal.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { floatDtype } from "../helpers.ts";
import { callOp } from "../pointwise/formulas.ts";

/** The norm along `dim`, taken as `eps` where it is less; its gradient is the norm's everywhere. */
function boundedNorm(x: Tensor, dim: number, eps: number): Tensor {
  const norm: Tensor = callOp("_vector_norm", x, 2, [dim], true, null);
  const plain = norm.detach();
  return norm.add(plain.clamp_min(eps).sub(plain));
}

defineOp({
  schema: "cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor",
  doc: "Cosine of the angle between vectors along `dim`; the norms are not taken below `eps`.",
  variants: "function",
  out: false,
  decompose: (x1: Tensor, x2: Tensor, dim: number, eps: number) => {
    const dtype = resultType([x1, x2]);
    if (!dtype.is_floating_point) {
      throw new RuntimeError(
        `expected common dtype to be floating point, yet common dtype is ${scalarTypeName(dtype)}`,
      );
    }
    const shape = broadcastPair(x1.shape, x2.shape);
    const [a, b] = [x1, x2].map((x) => x.to(dtype).expand(shape)) as [Tensor, Tensor];
    return a
      .div(boundedNorm(a, dim, eps))
      .mul(b.div(boundedNorm(b, dim, eps)))
      .sum(dim);
  },
});

/** The p-norm along the last dimension whose gradient at 0 is 0. */
function lastNorm(difference: Tensor, p: number, keepdim = false): Tensor {
  return callOp("norm", difference.to(floatDtype(difference.dtype)), p, [-1], keepdim, null);
}

/** {@link lastNorm} of pairs' differences; the number of unlike entries (p = 0) has gradient 0. */
function pairNorm(difference: Tensor, p: number): Tensor {
  const norm = lastNorm(difference, p);
  return p === 0 && difference.requires_grad ? norm.add(difference.nan_to_num(0, 0, 0).mul(0).sum(-1)) : norm;
}

defineOp({
  schema: "pairwise_distance(Tensor x1, Tensor x2, float p=2, float eps=1e-06, bool keepdim=False) -> Tensor",
  doc: "The p-norm of x1 - x2 + eps along the last dimension.",
  variants: "function",
  out: false,
  decompose: (x1: Tensor, x2: Tensor, p: number, eps: number, keepdim: boolean) =>
    lastNorm(x1.sub(x2).add(eps), p, keepdim),
});

/** Both members of every pair i < j of n. */
function pairs(n: number): Tensor[] {
  const lists: bigint[][] = [[], []];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      lists[0]!.push(BigInt(i));
      lists[1]!.push(BigInt(j));
    }
  }
  return lists.map((list) => fromArray(BigInt64Array.from(list), int64, [list.length]));
}

defineOp({
  schema: "pdist(Tensor input, float p=2) -> Tensor",
  doc: "Distances between all pairs of rows, the upper triangle row by row.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, p: number) => {
    if (input.ndim !== 2) throw new RuntimeError(`pdist only supports 2D tensors, got: ${input.ndim}D`);
    if (input.dtype.category !== 2) throw new RuntimeError("pdist only supports floating-point dtypes");
    if (p < 0) throw new RuntimeError("pdist only supports non-negative p values");
    const [first, second] = pairs(input.shape[0]!).map((at) => input.index_select(0, at.to(input.device)));
    return pairNorm(first!.sub(second!), p);
  },
});

defineOp({
  schema: "cdist(Tensor x1, Tensor x2, float p=2, str? compute_mode=None) -> Tensor",
  doc: "Distances between each row of x1 [..., P, M] and each of x2 [..., R, M].",
  variants: "function",
  out: false,
  decompose: (x1: Tensor, x2: Tensor, p: number) => {
    for (const [name, x] of [
      ["X1", x1],
      ["X2", x2],
    ] as const) {
      if (x.ndim < 2) throw new RuntimeError(`cdist only supports at least 2D tensors, ${name} got: ${x.ndim}D`);
    }
    if (x1.shape.at(-1) !== x2.shape.at(-1)) {
      throw new RuntimeError(
        `X1 and X2 must have the same number of columns. X1: ${x1.shape.at(-1)} X2: ${x2.shape.at(-1)}`,
      );
    }
    if (p < 0) throw new RuntimeError("cdist only supports non-negative p values");
    return pairNorm(x1.unsqueeze(-2).sub(x2.unsqueeze(-3)), p);
  },
});
