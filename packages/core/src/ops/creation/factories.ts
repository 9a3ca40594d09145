import { CPU, type Device, device as toDevice } from "../../device.ts";
import { allocate } from "../../dispatch/allocate.ts";
import { get_default_device, tableOf } from "../../dispatch/backend.ts";
import { defineOp } from "../../dispatch/op.ts";
import { type DType, get_default_dtype, int64, type Scalar, scalarDtype } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const TAIL =
  "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool requires_grad=False, bool pin_memory=False";
const LIKE_TAIL = `${TAIL}, MemoryFormat? memory_format=None`;

/** A tensor filled with `value`. */
export function filled(
  size: readonly number[],
  value: Scalar,
  dtype: DType | null,
  device: Device | null,
  requires_grad: boolean,
): Tensor {
  const out = allocate([...size], dtype ?? get_default_dtype(), device ?? get_default_device());
  if (value !== 0 || out.storage.device !== CPU) tableOf(out.device).get("fill")(out, value);
  if (requires_grad) out.requires_grad = true;
  return out;
}

type Tail = [DType | null, unknown, Device | null, boolean, boolean];

defineOp({
  schema: `empty(int... size, *, ${TAIL}, MemoryFormat? memory_format=None) -> Tensor`,
  doc: "A tensor whose contents are not defined.",
  variants: "function",
  decompose: (size: readonly number[], ...[dtype, , device, requires_grad]: Tail) =>
    filled(size, 0, dtype, device, requires_grad),
});

defineOp({
  schema: `zeros(int... size, *, ${TAIL}) -> Tensor`,
  doc: "A tensor of zeros.",
  example: 'import { zeros } from "@tt/core";\nzeros(2, 3).shape; // [2, 3]',
  variants: "function",
  decompose: (size: readonly number[], ...[dtype, , device, requires_grad]: Tail) =>
    filled(size, 0, dtype, device, requires_grad),
});

defineOp({
  schema: `ones(int... size, *, ${TAIL}) -> Tensor`,
  doc: "A tensor of ones.",
  variants: "function",
  decompose: (size: readonly number[], ...[dtype, , device, requires_grad]: Tail) =>
    filled(size, 1, dtype, device, requires_grad),
});

defineOp({
  schema: `full(int[1] size, Scalar fill_value, *, ${TAIL}) -> Tensor`,
  doc: "A tensor filled with `fill_value`: a number gives the default dtype, a bigint int64, a boolean bool.",
  variants: "function",
  decompose: (size: readonly number[], value: Scalar, ...[dtype, , device, requires_grad]: Tail) =>
    filled(
      size,
      value,
      dtype ?? (typeof value === "number" ? get_default_dtype() : scalarDtype(value)),
      device,
      requires_grad,
    ),
});

for (const [name, value] of [
  ["empty", 0],
  ["zeros", 0],
  ["ones", 1],
] as const) {
  defineOp({
    schema: `${name}_like(Tensor input, *, ${LIKE_TAIL}) -> Tensor`,
    doc: `As \`${name}\`, with the shape, dtype and device of \`input\`.`,
    variants: "function",
    out: false,
    decompose: (input: Tensor, ...[dtype, , device, requires_grad]: Tail) =>
      filled(input.shape, value, dtype ?? input.dtype, device ?? input.device, requires_grad),
  });
  defineOp({
    schema: `new_${name}(Tensor input, int... size, ${TAIL.replace("ScalarType", "*, ScalarType")}) -> Tensor`,
    doc: `As \`${name}\`, with the dtype and device of this tensor.`,
    variants: "method",
    out: false,
    decompose: (input: Tensor, size: readonly number[], ...[dtype, , device, requires_grad]: Tail) =>
      filled(size, value, dtype ?? input.dtype, device ?? input.device, requires_grad),
  });
}

defineOp({
  schema: `full_like(Tensor input, Scalar fill_value, *, ${LIKE_TAIL}) -> Tensor`,
  doc: "As `full`, with the shape, dtype and device of `input`.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, value: Scalar, ...[dtype, , device, requires_grad]: Tail) =>
    filled(input.shape, value, dtype ?? input.dtype, device ?? input.device, requires_grad),
});

defineOp({
  schema: `new_full(Tensor input, int[1] size, Scalar fill_value, *, ${TAIL}) -> Tensor`,
  doc: "As `full`, with the dtype and device of this tensor.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, size: readonly number[], value: Scalar, ...[dtype, , device, requires_grad]: Tail) =>
    filled(size, value, dtype ?? input.dtype, device ?? input.device, requires_grad),
});

defineOp({
  schema: `empty_strided(int[] size, int[] stride, *, ${TAIL}) -> Tensor`,
  doc: "A tensor with the given sizes and strides (in elements) whose contents are not defined.",
  variants: "function",
  out: false,
  decompose: (size: readonly number[], stride: readonly number[], ...[dtype, , device, requires_grad]: Tail) =>
    strided(size, stride, dtype, device, requires_grad),
});

defineOp({
  schema: `new_empty_strided(Tensor input, int[] size, int[] stride, *, ${TAIL}) -> Tensor`,
  doc: "As `empty_strided`, with the dtype and device of this tensor.",
  variants: "method",
  out: false,
  decompose: (
    input: Tensor,
    size: readonly number[],
    stride: readonly number[],
    ...[dtype, , device, requires_grad]: Tail
  ) => strided(size, stride, dtype ?? input.dtype, device ?? input.device, requires_grad),
});

/** Memory for the sizes and strides, which may leave gaps. */
function strided(
  size: readonly number[],
  stride: readonly number[],
  dtype: DType | null,
  device: Device | null,
  requires_grad: boolean,
): Tensor {
  const extent = size.includes(0) ? 0 : size.reduce((sum, n, i) => sum + (n - 1) * stride[i]!, 1);
  const own = filled([extent], 0, dtype, device, false).as_strided(size, stride).detach();
  if (requires_grad) own.requires_grad = true;
  return own;
}

defineOp({
  schema: `arange(Scalar start, Scalar? end=None, Scalar step=1, *, ${TAIL}) -> Tensor`,
  doc: "Numbers from `start` up to, not including, `end` in steps of `step`; `arange(end)` starts at 0. int64 when all three are integral.",
  example: 'import { arange } from "@tt/core";\narange(1, 6, 2).tolist(); // [1, 3, 5]',
  variants: "function",
  decompose: (first: Scalar, last: Scalar | null, step: Scalar, ...[dtype, , device, requires_grad]: Tail) => {
    const [start, end] = last === null ? [0, first] : [first, last];
    const kind = dtype ?? ([start, end, step].every((x) => scalarDtype(x).category < 2) ? int64 : get_default_dtype());
    const bounds = [Number(start), Number(end), Number(step)];
    // PyTorch counts steps of int64 with truncated bounds, of other integers with the given ones.
    const [a, b, s] = (kind === int64 ? bounds.map(Math.trunc) : bounds) as [number, number, number];
    if (s === 0 || (kind.category < 2 && Math.trunc(s) === 0)) throw new RuntimeError("step must be nonzero");
    if (!Number.isFinite(a) || !Number.isFinite(b)) throw new RuntimeError(`unsupported range: ${a} -> ${b}`);
    if ((s > 0 && b < a) || (s < 0 && b > a)) {
      throw new RuntimeError("upper bound and larger bound inconsistent with step sign");
    }
    const host = allocate([Math.ceil((b - a) / s)], kind, toDevice("cpu"));
    tableOf(host.device).get("arange")(host, ...(kind.category < 2 ? [Math.trunc(a), Math.trunc(s)] : [a, s]));
    const out = host.to(device ?? get_default_device());
    if (requires_grad) out.requires_grad = true;
    return out;
  },
});
