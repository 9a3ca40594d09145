import { CPU, type Device } from "../../device.ts";
import { call } from "../../dispatch/call.ts";
import { allocate } from "../../dispatch/allocate.ts";
import { copyInto } from "../../dispatch/execute.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import {
  bfloat16,
  bool,
  complex64,
  complex128,
  type DType,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  type Scalar,
  uint8,
} from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { broadcastPair, channelsLastStrides, isChannelsLast, sameShape } from "../../layout.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { viewOf } from "../helpers.ts";

/** A fresh tensor with the elements of `input`; strides follow the memory format. */
function duplicate(input: Tensor, dtype: DType, device: Device, memory_format: string | null = null): Tensor {
  let out = allocate(input.shape, dtype, device);
  const last =
    memory_format === "channels_last" ||
    memory_format === "channels_last_3d" ||
    (memory_format !== "contiguous_format" &&
      input.ndim >= 4 &&
      !input.contiguous_ &&
      isChannelsLast(input.shape, input.strides));
  if (last) out = viewOf(out, out.shape, channelsLastStrides(out.shape));
  copyInto(out, input);
  return out;
}

defineOp({
  schema: "clone(Tensor input, *, MemoryFormat? memory_format=None) -> Tensor",
  doc: "A copy of the elements in memory of its own; gradients pass through.",
  out: false,
  decompose: (input: Tensor, memory_format: string | null) =>
    duplicate(input, input.dtype, input.device, memory_format),
  derivative: { input: (g) => g },
});

const toCopy: Op = defineOp({
  schema: "_to_copy(Tensor input, ScalarType dtype, Device device, MemoryFormat? memory_format=None) -> Tensor",
  doc: "A copy with another dtype or on another device.",
  variants: "internal",
  gradName: "ToCopyBackward0",
  decompose: (input: Tensor, dtype: DType, device: Device, memory_format: string | null) =>
    duplicate(input, dtype, device, memory_format),
  // The engine casts a gradient to its input's dtype and device.
  derivative: { input: (g) => g },
});

defineOp({
  schema: "copy_(Tensor input, Tensor src, bool non_blocking=False) -> Tensor",
  doc: "Overwrites this tensor with the elements of `src`, broadcasting and converting.",
  variants: "method",
  kernel: "copy",
  check: (input: Tensor, src: Tensor) => {
    if (sameShape(input.shape, src.shape)) return;
    const shape = broadcastPair(input.shape, src.shape);
    if (sameShape(input.shape, shape)) return;
    throw new RuntimeError(
      `output with shape [${input.shape.join(", ")}] doesn't match the broadcast shape [${shape.join(", ")}]`,
    );
  },
  mutates: true,
  anyDevice: true,
  gradName: "CopyBackwards",
  derivative: { input: (g) => g.new_zeros(g.shape), src: (g) => g },
});

defineOp({
  schema: "fill_(Tensor input, Scalar value) -> Tensor",
  doc: "Overwrites every element with `value`.",
  kernel: "fill",
  mutates: true,
  gradName: "FillBackward0",
  derivative: { input: (g) => g.new_zeros(g.shape) },
});

defineOp({
  schema: "zero_(Tensor input) -> Tensor",
  doc: "Overwrites every element with 0.",
  kernel: "fill",
  kernelArgs: (input: Tensor) => [input, 0],
  mutates: true,
  gradName: "ZeroBackward0",
  derivative: { input: (g) => g.new_zeros(g.shape) },
});

/** `input` itself when it already has that dtype and device, else a recorded copy. */
function convert(input: Tensor, dtype: DType, device: Device, copy: boolean, memory_format: string | null): Tensor {
  if (!copy && input.dtype === dtype && input.device === device && hasFormat(input, memory_format)) return input;
  return call(toCopy, [input, dtype, device, memory_format]) as Tensor;
}

function hasFormat(input: Tensor, memory_format: string | null): boolean {
  if (memory_format === null || memory_format === "preserve_format") return true;
  return memory_format === "contiguous_format" ? input.contiguous_ : isChannelsLast(input.shape, input.strides);
}

defineOp({
  schema:
    "to(Tensor input, ScalarType dtype, bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None) -> Tensor",
  doc: "This tensor with another dtype; itself when nothing changes.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, dtype: DType, _non_blocking: boolean, copy: boolean, memory_format: string | null) =>
    convert(input, dtype, input.device, copy, memory_format),
});

defineOp({
  schema:
    "to.device(Tensor input, Device? device=None, ScalarType? dtype=None, bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None) -> Tensor",
  doc: "This tensor on another device, with another dtype; itself when nothing changes.",
  variants: "method",
  out: false,
  decompose: (
    input: Tensor,
    device: Device | null,
    dtype: DType | null,
    _non_blocking: boolean,
    copy: boolean,
    memory_format: string | null,
  ) => convert(input, dtype ?? input.dtype, device ?? input.device, copy, memory_format),
});

defineOp({
  schema:
    "to.other(Tensor input, Tensor other, bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None) -> Tensor",
  doc: "This tensor with the dtype and device of `other`.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, other: Tensor, _non_blocking: boolean, copy: boolean, memory_format: string | null) =>
    convert(input, other.dtype, other.device, copy, memory_format),
});

defineOp({
  schema: 'contiguous(Tensor input, *, MemoryFormat memory_format="contiguous_format") -> Tensor',
  doc: "This tensor when its elements lie in row-major order (or in `memory_format`), else a copy that does.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, memory_format: string) => {
    if (memory_format === "channels_last" || memory_format === "channels_last_3d") {
      const rank = memory_format === "channels_last" ? 4 : 5;
      if (input.ndim !== rank) throw new RuntimeError(`required rank ${rank} tensor to use ${memory_format} format`);
      return isChannelsLast(input.shape, input.strides) ? input : input.clone({ memory_format });
    }
    return input.contiguous_ ? input : input.clone({ memory_format: "contiguous_format" });
  },
});

const casts: readonly (readonly [string, DType])[] = [
  ["float", float32],
  ["double", float64],
  ["half", float16],
  ["bfloat16", bfloat16],
  ["int", int32],
  ["long", int64],
  ["short", int16],
  ["char", int8],
  ["byte", uint8],
  ["bool", bool],
  ["cfloat", complex64],
  ["cdouble", complex128],
];

for (const [name, dtype] of casts) {
  defineOp({
    schema: `${name}(Tensor input, *, MemoryFormat? memory_format=None) -> Tensor`,
    doc: `This tensor as torch.${dtype.name}.`,
    variants: "method",
    out: false,
    decompose: (input: Tensor, memory_format: string | null) =>
      convert(input, dtype, input.device, false, memory_format),
  });
}

defineOp({
  schema: "cpu(Tensor input, *, MemoryFormat? memory_format=None) -> Tensor",
  doc: "This tensor in host memory.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, memory_format: string | null) => convert(input, input.dtype, CPU, false, memory_format),
});

defineOp({
  schema: "type_as(Tensor input, Tensor other) -> Tensor",
  synonyms: { tensor: "other" },
  doc: "This tensor with the dtype of `other`.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, other: Tensor) => convert(input, other.dtype, input.device, false, null),
});

defineOp({
  schema: "fill_.Tensor(Tensor input, Tensor value) -> Tensor",
  doc: "Overwrites every element with the 0-d tensor `value`.",
  kernel: "copy",
  mutates: true,
  gradName: "FillBackward1",
  check: (_input: Tensor, value: Tensor | Scalar) => {
    if (value instanceof Tensor && value.ndim !== 0) {
      throw new RuntimeError(
        `fill_ only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions.`,
      );
    }
  },
  derivative: { input: (g) => g.new_zeros(g.shape), value: (g) => g.sum() },
});
