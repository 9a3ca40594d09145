import { defineOp } from "../../dispatch/op.ts";
import { int64, scalarTypeName } from "../../dtype/index.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { reducedShape, wrapDim, wrapDims } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Meta } from "../../dispatch/op.ts";
import { evenlyDistributed, selectedBackward } from "../reduction/selecting.ts";

const notComplex = ({ dtype }: Tensor): void => {
  if (dtype.is_complex) throw new RuntimeError("Sort currently does not support complex dtypes on CPU");
};

/** Values and indices of one shape. */
const pair = (input: Tensor, shape: readonly number[]): readonly Meta[] => [
  { shape, dtype: input.dtype },
  { shape, dtype: int64 },
];

const sorted = {
  inplace: false,
  kernel: "sort",
  check: notComplex,
  meta: (input: Tensor) => pair(input, input.shape),
} as const;

defineOp({
  ...sorted,
  schema: "sort(Tensor input, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)",
  doc: "The elements in order along `dim`, and where they were; equal elements keep their order.",
  example: 'import { tensor, sort } from "@tt/core";\nsort(tensor([3, 1, 2]))[0].tolist(); // [1, 2, 3]',
  kernelArgs: (input: Tensor, dim: number, descending: boolean) => [input, wrapDim(dim, input.ndim), descending],
  derivative: {
    input: [
      (g, dim, indices, shape) => selectedBackward(g, dim, indices, shape, true),
      "dim",
      "indices",
      "input.shape",
    ],
  },
});

defineOp({
  ...sorted,
  schema:
    "sort.stable(Tensor input, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)",
  doc: "The elements in order along `dim`, and where they were; equal elements keep their order.",
  gradName: "SortBackward1",
  kernelArgs: (input: Tensor, _stable: boolean | null, dim: number, descending: boolean) => [
    input,
    wrapDim(dim, input.ndim),
    descending,
  ],
  derivative: {
    input: [
      (g, dim, indices, shape) => selectedBackward(g, dim, indices, shape, true),
      "dim",
      "indices",
      "input.shape",
    ],
  },
});

defineOp({
  schema: "argsort(Tensor input, int dim=-1, bool descending=False) -> Tensor",
  doc: "The indices that would sort the tensor along `dim`.",
  out: false,
  decompose: (input: Tensor, dim: number, descending: boolean) => input.detach().sort(dim, descending)[1],
});

defineOp({
  schema: "argsort.stable(Tensor input, *, bool stable, int dim=-1, bool descending=False) -> Tensor",
  doc: "The indices that would sort the tensor along `dim`; equal elements keep their order.",
  out: false,
  decompose: (input: Tensor, _stable: boolean, dim: number, descending: boolean) =>
    input.detach().sort(dim, descending)[1],
});

defineOp({
  schema: "msort(Tensor input) -> Tensor",
  doc: "The elements in order along the first dimension.",
  decompose: (input: Tensor) => input.sort(0)[0],
});

defineOp({
  schema:
    "topk(Tensor input, int k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)",
  doc: "The `k` largest (or smallest) elements along `dim`, best first, and their indices.",
  kernel: "topk",
  check: (input: Tensor, k: number, dim: number) => {
    notComplex(input);
    const size = input.ndim === 0 ? 1 : input.shape[wrapDim(dim, input.ndim)]!;
    if (k < 0 || k > size) throw new RuntimeError("selected index k out of range");
  },
  meta: (input: Tensor, k: number, dim: number) =>
    pair(input, input.ndim === 0 ? [] : input.shape.with(wrapDim(dim, input.ndim), k)),
  kernelArgs: (input: Tensor, k: number, dim: number, largest: boolean) => [
    input,
    k,
    wrapDim(dim, input.ndim),
    largest,
  ],
  derivative: {
    input: [
      (g, dim, indices, shape) => selectedBackward(g, dim, indices, shape, true),
      "dim",
      "indices",
      "input.shape",
    ],
  },
});

function checkFilled(name: string, input: Tensor, dim: number): void {
  if (input.dtype.is_complex) throw new RuntimeError(`"${name}" not implemented for '${scalarTypeName(input.dtype)}'`);
  const at = wrapDim(dim, input.ndim);
  if (input.ndim > 0 && input.shape[at] === 0) {
    throw new IndexError(`${name}(): Expected reduction dim ${at} to have non-zero size.`);
  }
}

const picked = (input: Tensor, dim: number, keepdim: boolean): readonly Meta[] =>
  pair(input, reducedShape(input.shape, wrapDims([dim], input.ndim), keepdim));

defineOp({
  schema: "kthvalue(Tensor input, int k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)",
  doc: "The `k`-th smallest elements along `dim`, counted from 1, and their indices.",
  kernel: "kthvalue",
  check: (input: Tensor, k: number, dim: number) => {
    checkFilled("kthvalue", input, dim);
    const at = wrapDim(dim, input.ndim);
    const size = input.ndim === 0 ? 1 : input.shape[at]!;
    if (k < 1 || k > size) throw new RuntimeError(`kthvalue(): selected number k out of range for dimension ${at}`);
  },
  meta: (input: Tensor, _k: number, dim: number, keepdim: boolean) => picked(input, dim, keepdim),
  kernelArgs: (input: Tensor, k: number, dim: number) => [input, k, wrapDim(dim, input.ndim)],
  derivative: { input: [selectedBackward, "dim", "indices", "input.shape", "keepdim"] },
});

defineOp({
  schema: "mode(Tensor input, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)",
  doc: "The most frequent elements along `dim`, the smallest of several, and the index of their last occurrence.",
  kernel: "mode",
  check: (input: Tensor, dim: number) => checkFilled("mode", input, dim),
  meta: picked,
  kernelArgs: (input: Tensor, dim: number) => [input, wrapDim(dim, input.ndim)],
  derivative: { input: [selectedBackward, "dim", "indices", "input.shape", "keepdim"] },
});

for (const name of ["median", "nanmedian"] as const) {
  const node = name === "median" ? "Median" : "Nanmedian";
  const what = name === "median" ? "the elements" : "the elements that are not nan";
  defineOp({
    schema: `${name}(Tensor input) -> Tensor`,
    doc: `The median of ${what} (the lower of two), of all or with its index along \`dim\`.`,
    kernel: name,
    check: ({ dtype }: Tensor) => {
      if (dtype.is_complex) throw new RuntimeError(`"${name}" not implemented for '${scalarTypeName(dtype)}'`);
    },
    meta: (input: Tensor) => ({ shape: [], dtype: input.dtype }),
    kernelArgs: (input: Tensor) => [input.detach().reshape([-1])],
    derivative: { input: [evenlyDistributed, "input", "result"] },
  });
  defineOp({
    schema: `${name}.dim(Tensor input, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)`,
    doc: `The medians of ${what} along \`dim\` (the lower of two), and their indices.`,
    gradName: `${node}Backward1`,
    kernel: `${name}.dim`,
    check: (input: Tensor, dim: number) => checkFilled(name, input, dim),
    meta: picked,
    kernelArgs: (input: Tensor, dim: number) => [input, wrapDim(dim, input.ndim)],
    derivative: { input: [selectedBackward, "dim", "indices", "input.shape", "keepdim"] },
  });
}
