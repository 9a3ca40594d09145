import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int32, int64, resultType, type Scalar, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { tensor } from "../../tensor/literal.ts";
import { Tensor } from "../../tensor/tensor.ts";

const list = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

function check(
  boundaries: Tensor,
  input: Tensor,
  _out_int32: boolean,
  right: boolean,
  side: string | null,
  sorter: Tensor | null,
): void {
  if (side !== null && side !== "left" && side !== "right") {
    throw new RuntimeError(`torch.searchsorted(): side can only be 'left' or 'right' but got ${side}`);
  }
  if (right && side === "left") {
    throw new RuntimeError(
      "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True",
    );
  }
  if (boundaries.ndim === 0 && input.ndim > 0) {
    throw new RuntimeError(
      `torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(${boundaries.ndim}) and input value's dim(${input.ndim}) numel(${input.numel()})`,
    );
  }
  const leading = boundaries.ndim === input.ndim && boundaries.shape.slice(0, -1).every((s, i) => s === input.shape[i]);
  if (boundaries.ndim !== 1 && !leading) {
    throw new RuntimeError(
      `torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor ${list(boundaries.shape)} and input value tensor ${list(input.shape)}`,
    );
  }
  if (boundaries.dtype !== input.dtype) {
    throw new RuntimeError(
      `torch.searchsorted(): boundary and input value tensors should have same dtype, but got boundary tensor dtype ${boundaries.dtype.name} and input value tensor dtype ${input.dtype.name}`,
    );
  }
  if (sorter === null) return;
  if (sorter.shape.length !== boundaries.shape.length || sorter.shape.some((s, i) => s !== boundaries.shape[i])) {
    throw new RuntimeError(
      `torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor ${list(boundaries.shape)}and got sorter tensor ${list(sorter.shape)}`,
    );
  }
  if (sorter.dtype !== int64) {
    throw new RuntimeError(
      `torch.searchsorted(): sorter must be a tensor of long dtype but got dtype ${scalarTypeName(sorter.dtype)}`,
    );
  }
}

const searchTensor: Op = defineOp({
  schema:
    "searchsorted.Tensor(Tensor sorted_sequence, Tensor input, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor",
  synonyms: { values: "input" },
  doc: "Where each value would go in the ascending last dimension of `sorted_sequence`: before equal elements, or behind them with `right`.",
  variants: "function",
  kernel: "searchsorted",
  check,
  meta: (_boundaries: Tensor, input: Tensor, out_int32: boolean) => ({
    shape: input.shape,
    dtype: out_int32 ? int32 : int64,
  }),
  kernelArgs: (
    boundaries: Tensor,
    input: Tensor,
    _out_int32: boolean,
    right: boolean,
    side: string | null,
    sorter: Tensor | null,
  ) => [boundaries, input, right || side === "right", sorter],
});

/** A number as a value to look for; the boundaries' dtype where it can hold it. */
const valueOf = (boundaries: Tensor, value: Scalar): Tensor =>
  tensor(value, { dtype: boundaries.dtype, device: boundaries.device });

defineOp({
  schema:
    "searchsorted.Scalar(Tensor sorted_sequence, Scalar input, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor",
  synonyms: { values: "input" },
  doc: "Where the number would go in the ascending vector `sorted_sequence`.",
  variants: "function",
  decompose: (boundaries: Tensor, input: Scalar, ...rest: unknown[]) =>
    call(searchTensor, [boundaries, valueOf(boundaries, input), ...rest]),
});

defineOp({
  schema:
    "isin(Tensor|Scalar elements, Tensor|Scalar test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor",
  doc: "Whether each of `elements` is among `test_elements`.",
  example:
    'import { tensor, isin } from "@tt/core";\nisin(tensor([1, 2, 3]), tensor([2])).tolist(); // [false, true, false]',
  variants: "function",
  decompose: (elements: Tensor | Scalar, test: Tensor | Scalar, _assume_unique: boolean, invert: boolean) => {
    const like = [elements, test].find((x) => x instanceof Tensor);
    if (like === undefined) {
      throw new RuntimeError("isin() received an invalid combination of arguments: one of them must be a tensor");
    }
    const x = elements instanceof Tensor ? elements : tensor(elements, { device: like.device });
    const set = test instanceof Tensor ? test : tensor(test, { device: like.device });
    const found = x.numel() * set.numel() <= 10_000 ? compared(x, set) : searched(x, set);
    return invert ? found.logical_not() : found;
  },
});

const compared = (x: Tensor, set: Tensor): Tensor =>
  x
    .unsqueeze(-1)
    .eq(set.reshape([-1]))
    .any(-1);

function searched(x: Tensor, set: Tensor): Tensor {
  const dtype = resultType([x, set]);
  const sorted = set.detach().to(dtype).reshape([-1]).sort()[0];
  const flat = x.detach().to(dtype).reshape([-1]);
  const at = (call(searchTensor, [sorted, flat, false, false, null, null]) as Tensor).clamp(0, sorted.numel() - 1);
  return sorted.index_select(0, at).eq(flat).reshape(x.shape);
}

defineOp({
  schema: "bucketize(Tensor|Scalar input, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor",
  doc: "The index of the bucket between ascending `boundaries` that each value falls into.",
  variants: "function",
  decompose: (input: Tensor | Scalar, boundaries: Tensor, out_int32: boolean, right: boolean) => {
    if (boundaries.ndim !== 1) {
      throw new RuntimeError(
        `torch.searchsorted(): boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim})`,
      );
    }
    const value = input instanceof Tensor ? input : valueOf(boundaries, input);
    return call(searchTensor, [boundaries, value, out_int32, right, null, null]);
  },
});
