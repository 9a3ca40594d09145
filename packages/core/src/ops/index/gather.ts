import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int64, type Scalar, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { broadcastPair, wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { cat } from "../join/cat.ts";

const rankOf = (x: Tensor): number => Math.max(x.ndim, 1);
const sizeAt = (x: Tensor, d: number): number => (x.ndim === 0 ? 1 : x.shape[d]!);

function checkIndex(name: string, index: Tensor): void {
  if (index.numel() > 0 && index.dtype !== int64) throw new RuntimeError(`${name}(): Expected dtype int64 for index`);
}

function checkGather(input: Tensor, dim: number, index: Tensor): void {
  const at = wrapDim(dim, input.ndim);
  checkIndex("gather", index);
  if (index.numel() === 0) return;
  if (rankOf(index) !== rankOf(input)) {
    throw new RuntimeError("Index tensor must have the same number of dimensions as input tensor");
  }
  for (let d = 0; d < rankOf(input); d++) {
    if (d !== at && sizeAt(index, d) > sizeAt(input, d)) {
      throw new RuntimeError(
        `Size does not match at dimension ${d} expected index [${index.shape.join(", ")}] to be smaller than self [${input.shape.join(", ")}] apart from dimension ${at}`,
      );
    }
  }
}

defineOp({
  schema: "gather(Tensor input, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor",
  doc: "Elements of `input` at `index` along `dim`: `out[i][j] = input[index[i][j]][j]` for `dim` 0.",
  example:
    'import { tensor, int64 } from "@tt/core";\ntensor([[1, 2], [3, 4]]).gather(1, tensor([[0, 0], [1, 0]], { dtype: int64 })).tolist(); // [[1, 1], [4, 3]]',
  kernel: "gather",
  strictOut: true,
  check: checkGather,
  meta: (input: Tensor, _dim: number, index: Tensor) => metaLike(input, index.shape),
  kernelArgs: (input: Tensor, dim: number, index: Tensor) => [input, wrapDim(dim, input.ndim), index],
  derivative: {
    input: [
      (g: Tensor, shape: readonly number[], dim: number, index: Tensor) =>
        g.new_zeros(shape).scatter_add(dim, index, g),
      "input.shape",
      "dim",
      "index",
    ],
  },
});

/** Checks that hold for every scatter; `src` is null for numbers. */
function checkScatter(name: string, input: Tensor, dim: number, index: Tensor, src: Tensor | null): void {
  const at = wrapDim(dim, input.ndim);
  checkIndex(name, index);
  if (src !== null && src.dtype !== input.dtype) {
    throw new RuntimeError(`${name}(): Expected self.dtype to be equal to src.dtype`);
  }
  if (index.numel() === 0) return;
  if (rankOf(index) !== rankOf(input)) {
    throw new RuntimeError("Index tensor must have the same number of dimensions as self tensor");
  }
  if (src !== null && rankOf(index) !== rankOf(src)) {
    throw new RuntimeError("Index tensor must have the same number of dimensions as src tensor");
  }
  for (let d = 0; d < rankOf(input); d++) {
    const wide = d !== at && sizeAt(index, d) > sizeAt(input, d);
    if (wide || (src !== null && sizeAt(index, d) > sizeAt(src, d))) {
      const beyond = src === null ? "" : ` and to be smaller size than src [${src.shape.join(", ")}]`;
      throw new RuntimeError(
        `Expected index [${index.shape.join(", ")}] to be smaller than self [${input.shape.join(", ")}] apart from dimension ${at}${beyond}`,
      );
    }
  }
}

/** How a scatter kernel combines: `null` overwrites. */
type ScatterMode = null | "sum" | "prod" | "mean" | "amax" | "amin";

/** Arguments of the "scatter" kernel: (input, dim, index, src or number, mode, include_self). */
const kernelArgs =
  (mode: ScatterMode) =>
  (input: Tensor, dim: number, index: Tensor, src: Tensor | Scalar): readonly unknown[] => [
    input,
    wrapDim(dim, input.ndim),
    index,
    src,
    mode,
    true,
  ];

defineOp({
  schema: "scatter.src(Tensor input, int dim, Tensor index, Tensor src) -> Tensor",
  doc: "The tensor with elements at `index` along `dim` replaced by those of `src`, the inverse of `gather`.",
  inplace: true,
  kernel: "scatter",
  aliasable: true,
  check: (input: Tensor, dim: number, index: Tensor, src: Tensor) => checkScatter("scatter", input, dim, index, src),
  meta: (input: Tensor) => metaLike(input),
  kernelArgs: kernelArgs(null),
  derivative: {
    input: [(g: Tensor, dim, index) => g.scatter(dim, index, 0), "dim", "index"],
    src: [(g: Tensor, dim, index, shape) => gathered(g, dim, index, shape), "dim", "index", "src.shape"],
  },
});

/** The gradient of `src`, which may be larger than the index: elements beyond it had no effect. */
function gathered(g: Tensor, dim: number, index: Tensor, shape: readonly number[]): Tensor {
  const part = g.gather(dim, index);
  if (index.ndim === shape.length && index.shape.every((s, d) => s === shape[d])) return part;
  let out = part;
  for (let d = shape.length - 1; d >= 0; d--) {
    const missing = shape[d]! - out.shape[d]!;
    if (missing <= 0) continue;
    out = call(cat, [[out, out.new_zeros(out.shape.with(d, missing))], d]) as Tensor;
  }
  return out;
}

defineOp({
  schema: "scatter.value(Tensor input, int dim, Tensor index, Scalar value) -> Tensor",
  doc: "The tensor with elements at `index` along `dim` replaced by `value`.",
  inplace: true,
  gradName: "ScatterBackward1",
  kernel: "scatter",
  aliasable: true,
  check: (input: Tensor, dim: number, index: Tensor) => checkScatter("scatter", input, dim, index, null),
  meta: (input: Tensor) => metaLike(input),
  kernelArgs: kernelArgs(null),
  derivative: { input: [(g: Tensor, dim, index) => g.scatter(dim, index, 0), "dim", "index"] },
});

function reduction(reduce: string): ScatterMode {
  if (reduce === "add") return "sum";
  if (reduce === "multiply") return "prod";
  throw new RuntimeError("reduce argument must be either add or multiply.");
}

for (const [overload, source] of [
  ["reduce", "Tensor src"],
  ["value_reduce", "Scalar value"],
] as const) {
  defineOp({
    schema: `scatter.${overload}(Tensor input, int dim, Tensor index, ${source}, *, str reduce) -> Tensor`,
    doc: 'The tensor with elements at `index` along `dim` combined with the source by `reduce`, "add" or "multiply".',
    inplace: true,
    kernel: "scatter",
    aliasable: true,
    check: (input: Tensor, dim: number, index: Tensor, src: Tensor | Scalar) =>
      checkScatter("scatter", input, dim, index, typeof src === "object" && "ndim" in src ? src : null),
    meta: (input: Tensor) => metaLike(input),
    kernelArgs: (input: Tensor, dim: number, index: Tensor, src: Tensor | Scalar, reduce: string) => [
      input,
      wrapDim(dim, input.ndim),
      index,
      src,
      reduction(reduce),
      true,
    ],
  });
}

export const scatterAdd: Op = defineOp({
  schema: "scatter_add(Tensor input, int dim, Tensor index, Tensor src) -> Tensor",
  doc: "The tensor with the elements of `src` added at `index` along `dim`.",
  inplace: true,
  kernel: "scatter",
  aliasable: true,
  check: (input: Tensor, dim: number, index: Tensor, src: Tensor) => checkScatter("scatter", input, dim, index, src),
  meta: (input: Tensor) => metaLike(input),
  kernelArgs: kernelArgs("sum"),
  derivative: {
    input: (g) => g,
    src: [(g: Tensor, dim, index, shape) => gathered(g, dim, index, shape), "dim", "index", "src.shape"],
  },
});

defineOp({
  schema: "take_along_dim(Tensor input, Tensor indices, int? dim=None) -> Tensor",
  doc: "Elements at `indices` along `dim`, the other dimensions broadcast; of the flattened tensor without `dim`.",
  check: (input: Tensor, indices: Tensor, dim: number | null) => {
    if (indices.dtype !== int64) {
      throw new RuntimeError(
        `torch.take_along_dim(): dtype of indices should be Long but got ${scalarTypeName(indices.dtype)}`,
      );
    }
    if (dim !== null && rankOf(input) !== rankOf(indices)) {
      throw new RuntimeError(
        `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${input.ndim} dimensions for input, and ${indices.ndim} dimensions for indices`,
      );
    }
  },
  decompose: (input: Tensor, indices: Tensor, dim: number | null) => {
    if (dim === null) return input.reshape([-1]).gather(0, indices.reshape([-1]));
    const at = wrapDim(dim, input.ndim);
    if (input.ndim === 0) return input.gather(at, indices);
    const others = broadcastPair(input.shape.with(at, 1), indices.shape.with(at, 1));
    return input
      .expand(others.with(at, input.shape[at]!))
      .gather(at, indices.expand(others.with(at, indices.shape[at]!)));
  },
});
