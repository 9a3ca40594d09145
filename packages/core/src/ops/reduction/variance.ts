import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { toReal } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { reducedShape, wrapDims } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { restoreDims } from "../helpers.ts";

type Dims = readonly number[] | null;

function varBackward(g: Tensor, input: Tensor, dim: Dims, correction: number | null, keepdim: boolean): Tensor {
  const dims = wrapDims(dim, input.ndim);
  const count = dims.reduce((n, d) => n * input.shape[d]!, 1) - (correction ?? 1);
  const spread = input.sub(dims.length === 0 ? input : input.mean(dims, true));
  return restoreDims(g, dim, keepdim, input.ndim)
    .mul(2 / count)
    .mul(spread);
}

function stdBackward(
  g: Tensor,
  input: Tensor,
  dim: Dims,
  correction: number | null,
  keepdim: boolean,
  result: Tensor,
): Tensor {
  const toVar = g.div(result.mul(2)).masked_fill(result.eq(0), 0);
  return varBackward(toVar, input, dim, correction, keepdim);
}

function meanBackward(g: Tensor, input: Tensor, dim: Dims, keepdim: boolean): Tensor {
  const count = wrapDims(dim, input.ndim).reduce((n, d) => n * input.shape[d]!, 1);
  return restoreDims(g, dim, keepdim, input.ndim).expand(input.shape).div(count);
}

const ARGS = ["input", "dim", "correction", "keepdim"];

for (const kind of ["var", "std"] as const) {
  const what = kind === "var" ? "variance" : "standard deviation";
  const spread = kind === "var" ? "variance" : "deviation";
  const node = kind === "var" ? "Var" : "Std";
  const checkFloat = ({ dtype }: Tensor): void => {
    if (dtype.category < 2) throw new RuntimeError("std and var only support floating point and complex dtypes");
  };
  const kernelArgs = (input: Tensor, dim: Dims, correction: number | null): readonly unknown[] => [
    input,
    wrapDims(dim, input.ndim),
    correction ?? 1,
  ];
  const shapeOf = (input: Tensor, dim: Dims, keepdim: boolean): number[] =>
    reducedShape(input.shape, wrapDims(dim, input.ndim), keepdim);

  // The overloads of PyTorch, tried in this order; the last one computes.
  const doc = `The ${what} of all elements or along \`dim\`, with \`correction\` subtracted from the count (1 unless \`unbiased\` is false).`;
  shortcuts(kind, doc, "Tensor", () => plain);
  const plain: Op = defineOp({
    schema: `${kind}.correction(Tensor input, int[1]? dim=None, *, float? correction=None, bool keepdim=False) -> Tensor`,
    doc,
    gradName: `${node}Backward0`,
    kernel: `${kind}.correction`,
    check: checkFloat,
    meta: (input: Tensor, dim: Dims, _correction: number | null, keepdim: boolean) => ({
      shape: shapeOf(input, dim, keepdim),
      dtype: toReal(input.dtype),
    }),
    kernelArgs,
    derivative: {
      input: kind === "var" ? [varBackward, ...ARGS] : [stdBackward, ...ARGS, "result"],
    },
  });

  const docMean = `The ${what} and the mean of all elements or along \`dim\`.`;
  shortcuts(`${kind}_mean`, docMean, `(Tensor ${spread}, Tensor mean)`, () => withMean);
  const withMean: Op = defineOp({
    schema: `${kind}_mean.correction(Tensor input, int[1]? dim=None, *, float? correction=None, bool keepdim=False) -> (Tensor ${spread}, Tensor mean)`,
    doc: docMean,
    variants: "function",
    out: false,
    gradName: `${node}MeanBackward0`,
    kernel: `${kind}_mean.correction`,
    check: checkFloat,
    meta: (input: Tensor, dim: Dims, _correction: number | null, keepdim: boolean) => {
      const shape = shapeOf(input, dim, keepdim);
      return [
        { shape, dtype: toReal(input.dtype) },
        { shape, dtype: input.dtype },
      ];
    },
    kernelArgs,
    derivative: {
      input: [
        (
          [g, gMean]: (Tensor | null)[],
          input: Tensor,
          dim: Dims,
          correction: number | null,
          keepdim: boolean,
          result: Tensor,
        ) => {
          const backward = kind === "var" ? varBackward : stdBackward;
          const toSpread = g ? backward(g, input, dim, correction, keepdim, result) : null;
          const mean = gMean ? meanBackward(gMean, input, dim, keepdim) : null;
          return toSpread === null ? mean : mean === null ? toSpread : toSpread.add(mean);
        },
        ...ARGS,
        spread,
      ],
    },
  });
}

/** The overloads with `unbiased`, which stands for a correction of 1 or 0. */
function shortcuts(name: string, doc: string, returns: string, op: () => Op): void {
  const variants = name.endsWith("_mean") ? "function" : "both";
  const out = returns === "Tensor";
  defineOp({
    schema: `${name}(Tensor input, bool unbiased=True) -> ${returns}`,
    doc,
    variants,
    out: false,
    decompose: (input: Tensor, unbiased: boolean) => call(op(), [input, null, unbiased ? 1 : 0, false]),
  });
  defineOp({
    schema: `${name}.dim(Tensor input, int[1]? dim, bool unbiased=True, bool keepdim=False) -> ${returns}`,
    doc,
    variants,
    out,
    decompose: (input: Tensor, dim: Dims, unbiased: boolean, keepdim: boolean) =>
      call(op(), [input, dim, unbiased ? 1 : 0, keepdim]),
  });
}
