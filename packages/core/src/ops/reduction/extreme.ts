import { type Bound, defineOp } from "../../dispatch/op.ts";
import { bool, type DType, int64, scalarTypeName, uint8 } from "../../dtype/index.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { reducedShape, wrapDim, wrapDims } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { reducedMeta, restoreDims } from "../helpers.ts";
import { keep } from "../pointwise/formulas.ts";
import { evenlyDistributed, selectedBackward } from "./selecting.ts";

type Dims = readonly number[] | null;

/** Throws where a reduction without identity meets no elements. */
function checkFilled(name: string, input: Tensor, dims: readonly number[] | null): void {
  if (dims === null) {
    if (input.numel() > 0) return;
    throw new (name.startsWith("arg") ? IndexError : RuntimeError)(
      `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
    );
  }
  for (const dim of wrapDims(dims, input.ndim)) {
    if (input.shape[dim] === 0) throw new IndexError(`${name}(): Expected reduction dim ${dim} to have non-zero size.`);
  }
}

function checkReal(name: string, { dtype }: Tensor): void {
  if (dtype.is_complex) throw new RuntimeError(`"${name}" not implemented for '${scalarTypeName(dtype)}'`);
}

for (const [name, kind] of [
  ["max", "amax"],
  ["min", "amin"],
] as const) {
  const extremum = name === "max" ? "largest" : "smallest";
  const node = name === "max" ? "Max" : "Min";

  defineOp({
    schema: `${name}(Tensor input) -> Tensor`,
    doc: `The ${extremum} element; along \`dim\` the ${extremum} elements and their indices; with \`other\` the ${extremum === "largest" ? "larger" : "smaller"} of each pair.`,
    example: `import { tensor, ${name} } from "@tt/core";\nconst [values, indices] = ${name}(tensor([[1, 5], [7, 3]]), 1);\nvalues.tolist(); // ${name === "max" ? "[5, 7]" : "[1, 3]"}`,
    gradName: `${node}Backward1`,
    kernel: kind,
    check: (input: Tensor) => {
      checkReal(`${name}_all`, input);
      checkFilled(name, input, null);
    },
    meta: (input: Tensor) => ({ shape: [], dtype: input.dtype }),
    kernelArgs: (input: Tensor) => [input, wrapDims(null, input.ndim)],
    derivative: { input: [evenlyDistributed, "input", "result"] },
  });

  defineOp({
    schema: `${name}.dim(Tensor input, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)`,
    doc: `The ${extremum} elements along \`dim\` and the indices of their first occurrences.`,
    gradName: `${node}Backward0`,
    kernel: `${name}.dim`,
    strictOut: true,
    check: (input: Tensor, dim: number) => {
      checkReal(`${name}_cpu`, input);
      checkFilled(name, input, [dim]);
    },
    meta: (input: Tensor, dim: number, keepdim: boolean) => {
      const shape = reducedShape(input.shape, wrapDims([dim], input.ndim), keepdim);
      return [
        { shape, dtype: input.dtype },
        { shape, dtype: int64 },
      ];
    },
    kernelArgs: (input: Tensor, dim: number) => [input, wrapDims([dim], input.ndim)],
    derivative: { input: [selectedBackward, "dim", "indices", "input.shape", "keepdim"] },
  });

  defineOp({
    schema: `${kind}(Tensor input, int[1] dim=[], bool keepdim=False) -> Tensor`,
    doc: `The ${extremum} elements along \`dim\` (all dimensions by default); a gradient is shared by equals.`,
    kernel: kind,
    strictOut: true,
    check: (input: Tensor, dim: Dims) => {
      checkReal(`${kind}_cpu`, input);
      if (input.ndim > 64) throw new RuntimeError("only tensors with up to 64 dims are supported");
      if (input.numel() === 0) {
        if (dim === null || dim.length === 0) {
          throw new IndexError(
            `${kind}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
          );
        }
        checkFilled(kind, input, dim);
      }
    },
    meta: (input: Tensor, dim: Dims, keepdim: boolean) => reducedMeta(input, dim, keepdim, input.dtype),
    kernelArgs: (input: Tensor, dim: Dims) => [input, wrapDims(dim, input.ndim)],
    derivative: { input: [sharedBackward, "input", "dim", "keepdim", "result"] },
  });

  defineOp({
    schema: `arg${name}(Tensor input, int? dim=None, bool keepdim=False) -> Tensor`,
    doc: `The index of the first ${extremum} element, along \`dim\` or in the flattened tensor.`,
    kernel: `arg${name}`,
    check: (input: Tensor, dim: number | null) => {
      checkReal(`arg${name}_cpu`, input);
      if (input.dtype === bool) throw new RuntimeError(`"arg${name}_cpu" not implemented for 'Bool'`);
      checkFilled(`arg${name}`, input, dim === null ? null : [dim]);
    },
    meta: (input: Tensor, dim: number | null, keepdim: boolean) =>
      reducedMeta(input, dim === null ? null : [dim], keepdim, int64),
    kernelArgs: (input: Tensor, dim: number | null) => [input, wrapDims(dim === null ? null : [dim], input.ndim)],
  });
}

/** Gradient of an extreme along dims: equal shares for all elements that reach it. */
function sharedBackward(g: Tensor, input: Tensor, dim: Dims, keepdim: boolean, result: Tensor): Tensor {
  const rank = input.ndim;
  const mask = input.eq(restoreDims(result, dim, keepdim, rank));
  const count = mask.sum(wrapDims(dim, rank), true);
  return keep(restoreDims(g, dim, keepdim, rank).div(count), mask);
}

defineOp({
  schema: "aminmax(Tensor input, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)",
  doc: "The smallest and the largest element, of all or along `dim`.",
  strictOut: true,
  decompose: (input: Tensor, dim: number | null, keepdim: boolean) => {
    if (input.ndim > 64) throw new RuntimeError("only tensors with up to 64 dims are supported");
    const dims = dim === null ? [] : [dim];
    if (dim === null ? input.numel() === 0 : input.shape[wrapDim(dim, input.ndim)] === 0) {
      throw new RuntimeError(
        "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.",
      );
    }
    const found = [input.amin(dims, keepdim), input.amax(dims, keepdim)];
    // PyTorch keeps a dimension that a number does not have.
    return input.ndim === 0 && dim !== null && keepdim ? found.map((x) => x.reshape([1])) : found;
  },
});

const truth = (input: Tensor): DType => (input.dtype === uint8 ? uint8 : bool);

for (const [name, doc] of [
  ["all", "Whether all elements are true (not zero), of the tensor or along `dim`."],
  ["any", "Whether some element is true (not zero), of the tensor or along `dim`."],
] as const) {
  defineOp({
    schema: `${name}(Tensor input) -> Tensor`,
    doc,
    kernel: name,
    meta: (input: Tensor) => ({ shape: [], dtype: truth(input) }),
    kernelArgs: (input: Tensor) => [input, wrapDims(null, input.ndim)],
  });
  for (const [overload, type] of [
    ["dim", "int"],
    ["dims", "int[]?"],
  ] as const) {
    const dims = (dim: Bound): Dims => (typeof dim === "number" ? [dim] : dim);
    defineOp({
      schema: `${name}.${overload}(Tensor input, ${type} dim, bool keepdim=False) -> Tensor`,
      doc,
      kernel: name,
      meta: (input: Tensor, dim: Bound, keepdim: boolean) => reducedMeta(input, dims(dim), keepdim, truth(input)),
      kernelArgs: (input: Tensor, dim: Bound) => [input, wrapDims(dims(dim), input.ndim)],
    });
  }
}

defineOp({
  schema: "count_nonzero(Tensor input, int[1]? dim=None) -> Tensor",
  doc: "How many elements are not zero, of the tensor or along `dim`.",
  out: false,
  kernel: "count_nonzero",
  meta: (input: Tensor, dim: Dims) => reducedMeta(input, dim, false, int64),
  kernelArgs: (input: Tensor, dim: Dims) => [input, wrapDims(dim, input.ndim)],
});
