import { defineOp } from "../../dispatch/op.ts";
import { bool, type DType, resultType, type Scalar, scalarTypeName, uint8 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { callOp, isComplex, zero } from "./formulas.ts";

type Operand = Tensor | Scalar;

defineOp({
  schema: "where(Tensor condition, Tensor|Scalar input, Tensor|Scalar other) -> Tensor",
  synonyms: { x: "input", y: "other" },
  doc: "`input` where `condition` holds, else `other`, with broadcasting and type promotion.",
  example:
    'import { tensor, where } from "@tt/core";\nconst x = tensor([-1, 2]);\nwhere(x.gt(0), x, 0).tolist(); // [0, 2]',
  variants: "function",
  check: (condition: Tensor) => {
    if (condition.dtype !== bool && condition.dtype !== uint8) {
      throw new RuntimeError(
        `where expected condition to be a boolean tensor, but got a tensor with dtype ${scalarTypeName(condition.dtype)}`,
      );
    }
  },
  expr: "bool(a) ? b : c",
  derivative: {
    input: [(g: Tensor, condition: Tensor) => callOp("where", condition, g, 0), "condition"],
    other: [(g: Tensor, condition: Tensor) => callOp("where", condition, 0, g), "condition"],
  },
});

defineOp({
  schema: "where.self(Tensor input, Tensor condition, Tensor other) -> Tensor",
  synonyms: { y: "other" },
  doc: "This tensor where `condition` holds, else `other`.",
  variants: "method",
  out: false,
  decompose: (input: Tensor, condition: Tensor, other: Tensor) => callOp("where", condition, input, other),
});

defineOp({
  schema: "where.condition(Tensor condition) -> Tensor[]",
  doc: "The indices of nonzero elements, one tensor for each dimension.",
  variants: "function",
  out: false,
  decompose: (condition: Tensor) => callOp("nonzero.numpy", condition, true),
});

function checkMask(input: Tensor, mask: Tensor, value: Operand): void {
  if (mask.dtype !== bool && mask.dtype !== uint8) {
    throw new RuntimeError(`masked_fill_ only supports boolean masks, but got mask with dtype ${mask.dtype.name}`);
  }
  const overflow = (type: string): RuntimeError =>
    new RuntimeError(`value cannot be converted to type ${type} without overflow`);
  if (isComplex(value) && !input.dtype.is_complex) throw overflow(C_NAMES[input.dtype.name] ?? input.dtype.name);
  const bits = input.dtype.category === 1 ? input.dtype.itemsize * 8 : 0;
  if (bits > 0 && bits < 64 && !(value instanceof Tensor)) {
    const signed = input.dtype !== uint8;
    const number = Math.trunc(Number(value));
    const limit = 2 ** (signed ? bits - 1 : bits);
    if (number >= limit || number < -limit) throw overflow(C_NAMES[input.dtype.name]!);
  }
}

const C_NAMES: Readonly<Record<string, string>> = {
  uint8: "uint8_t",
  int8: "int8_t",
  int16: "int16_t",
  int32: "int",
  int64: "int64_t",
  float32: "float",
  float64: "double",
  float16: "at::Half",
  bfloat16: "at::BFloat16",
};

defineOp({
  schema: "masked_fill.Scalar(Tensor input, Tensor mask, Scalar value) -> Tensor",
  doc: "`value` where `mask` holds, else `input`; keeps the dtype of `input`.",
  gradName: "MaskedFillBackward0",
  out: false,
  check: checkMask,
  expr: "bool(b) ? value : a",
  derivative: { input: [(g: Tensor, mask: Tensor) => callOp("masked_fill.Scalar", g, mask, 0), "mask"] },
  inplace: true,
});

defineOp({
  schema: "masked_fill.Tensor(Tensor input, Tensor mask, Tensor value) -> Tensor",
  doc: "`value`, a 0-d tensor, where `mask` holds, else `input`; keeps the dtype of `input`.",
  gradName: "MaskedFillBackward1",
  out: false,
  check: (input: Tensor, mask: Tensor, value: Tensor) => {
    if (value.ndim > 0) {
      throw new RuntimeError(
        `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
      );
    }
    checkMask(input, mask, value);
  },
  decompose: (input: Tensor, mask: Tensor, value: Tensor) => callOp("where", mask, value.to(input.dtype), input),
  derivative: {
    input: [(g: Tensor, mask: Tensor) => callOp("masked_fill.Scalar", g, mask, 0), "mask"],
    value: [(g: Tensor, mask: Tensor) => callOp("where", mask, g, 0), "mask"],
  },
  inplace: true,
});

defineOp({
  schema: "fill.Scalar(Tensor input, Scalar value) -> Tensor",
  doc: "A tensor like `input` with `value` everywhere.",
  variants: "function",
  gradName: "FillBackward0",
  out: false,
  decompose: (input: Tensor, value: Scalar) => input.detach().clone().fill_(value),
  derivative: { input: zero },
});

defineOp({
  schema: "fill.Tensor(Tensor input, Tensor value) -> Tensor",
  doc: "A tensor like `input` with the 0-d tensor `value` everywhere.",
  variants: "function",
  gradName: "FillBackward1",
  out: false,
  decompose: (input: Tensor, value: Tensor) => input.detach().clone().fill_(value),
  derivative: { input: zero, value: (g: Tensor) => g.sum() },
});

defineOp({
  schema: "result_type(Tensor|Scalar tensor1, Tensor|Scalar tensor2) -> ScalarType",
  doc: "The dtype of arithmetic between the two.",
  variants: "function",
  out: false,
  decompose: (tensor1: Operand, tensor2: Operand): DType => resultType([tensor1, tensor2]),
});
