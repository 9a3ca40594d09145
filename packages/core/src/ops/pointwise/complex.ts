import { defineOp } from "../../dispatch/op.ts";
import { bfloat16, type DType, scalarTypeName, toComplex, toReal } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { callOp, I } from "./formulas.ts";

/** Parts of complex tensors that PyTorch spells as properties. */
export interface TensorParts {
  /** The real part: a view of complex tensors, real ones themselves. */
  readonly real: Tensor;
  /**
   * The imaginary part: a view.
   * @throws RuntimeError for real tensors
   */
  readonly imag: Tensor;
}

for (const name of ["real", "imag"]) {
  Object.defineProperty(Tensor.prototype, name, {
    get(this: Tensor) {
      return callOp(name, this);
    },
    configurable: true,
  });
}

defineOp({
  schema: "view_as_real(Tensor input) -> Tensor",
  doc: "The real and imaginary parts as a last dimension of size 2: a view.",
  variants: "function",
  check: (input: Tensor) => {
    if (!input.dtype.is_complex) throw new RuntimeError("view_as_real is only supported for complex tensors");
  },
  view: (input: Tensor) =>
    reinterpret(
      input,
      toReal(input.dtype),
      [...input.shape, 2],
      [...input.strides.map((s) => 2 * s), 1],
      2 * input.offset,
    ),
  derivative: { input: (g: Tensor) => callOp("view_as_complex", g.contiguous()) },
});

defineOp({
  schema: "view_as_complex(Tensor input) -> Tensor",
  doc: "Complex numbers made of a last dimension of size 2: a view.",
  variants: "function",
  check: ({ dtype, shape, strides, offset }: Tensor) => {
    if (dtype.category !== 2 || dtype === bfloat16) {
      throw new RuntimeError(
        `view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: ${scalarTypeName(dtype)}`,
      );
    }
    if (shape.length === 0) throw new RuntimeError("Input tensor must have one or more dimensions");
    if (shape.at(-1) !== 2) throw new RuntimeError("Tensor must have a last dimension of size 2");
    if (strides.at(-1) !== 1) throw new RuntimeError("Tensor must have a last dimension with stride 1");
    if (strides.slice(0, -1).some((s) => s % 2 !== 0)) {
      throw new RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension");
    }
    if (offset % 2 !== 0) throw new RuntimeError("Tensor must have a storage_offset divisible by 2");
  },
  view: (input: Tensor) =>
    reinterpret(
      input,
      toComplex(input.dtype),
      input.shape.slice(0, -1),
      input.strides.slice(0, -1).map((s) => s / 2),
      input.offset / 2,
    ),
  derivative: { input: (g: Tensor) => callOp("view_as_real", g) },
});

/** The memory of `input` seen with another dtype and layout. */
function reinterpret(
  input: Tensor,
  dtype: DType,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): Tensor {
  const out = new Tensor(input.storage, dtype, shape, strides, offset);
  out.versionCell = input.versionCell;
  return out;
}

defineOp({
  schema: "real(Tensor input) -> Tensor",
  doc: "The real part: a view of complex tensors, real ones themselves.",
  variants: "function",
  out: false,
  decompose: (input: Tensor) => (input.dtype.is_complex ? callOp("view_as_real", input).select(-1, 0) : input),
});

defineOp({
  schema: "imag(Tensor input) -> Tensor",
  doc: "The imaginary part of a complex tensor: a view.",
  variants: "function",
  out: false,
  decompose: (input: Tensor) => {
    if (!input.dtype.is_complex) {
      throw new RuntimeError("imag is not implemented for tensors with non-complex dtypes.");
    }
    return callOp("view_as_real", input).select(-1, 1);
  },
});

defineOp({
  schema: "_conj(Tensor input) -> Tensor",
  doc: "The complex conjugate.",
  variants: "internal",
  gradName: "ConjBackward0",
  expr: "conj(a)",
  derivative: { input: (g: Tensor) => g.conj() },
});

defineOp({
  schema: "conj(Tensor input) -> Tensor",
  doc: "The complex conjugate; real tensors themselves. Unlike PyTorch's it is computed at once, not a lazy view.",
  out: false,
  decompose: (input: Tensor) => (input.dtype.is_complex ? callOp("_conj", input) : input),
});

defineOp({
  schema: "_conj_physical(Tensor input) -> Tensor",
  doc: "The complex conjugate.",
  variants: "internal",
  gradName: "ConjPhysicalBackward0",
  expr: "conj(a)",
  derivative: { input: (g: Tensor) => g.conj() },
});

defineOp({
  schema: "conj_physical(Tensor input) -> Tensor",
  doc: "The complex conjugate; real tensors themselves.",
  decompose: (input: Tensor) => (input.dtype.is_complex ? callOp("_conj_physical", input) : input),
  inplace: "function",
});

for (const name of ["resolve_conj", "resolve_neg"]) {
  defineOp({
    schema: `${name}(Tensor input) -> Tensor`,
    doc: "`input` itself: no tensor holds an operation that is still to be done.",
    out: false,
    decompose: (input: Tensor) => input,
  });
}

defineOp({
  schema: "angle(Tensor input) -> Tensor",
  doc: "The argument of complex numbers, in radians; pi for negative real ones.",
  expr: "angle(a)",
  promote: "float_real",
  derivative: {
    input: [
      (g: Tensor, input: Tensor) => {
        if (!input.dtype.is_complex) return g.new_zeros(g.shape);
        return callOp("where", input.eq(0), 0, g.mul(input).div(input.abs().pow(2)).mul(I));
      },
      "input",
    ],
  },
});

function checkParts(input: Tensor, other: Tensor): void {
  const floating = ({ dtype }: Tensor): boolean => dtype.category === 2 && dtype !== bfloat16;
  if (!floating(input) || !floating(other)) {
    throw new RuntimeError(
      `Expected both inputs to be Half, Float or Double tensors but got ${scalarTypeName(input.dtype)} and ${scalarTypeName(other.dtype)}`,
    );
  }
  if (input.dtype !== other.dtype) {
    throw new RuntimeError(
      `Expected object of scalar type ${scalarTypeName(input.dtype)} but got scalar type ${scalarTypeName(other.dtype)} for second argument`,
    );
  }
}

defineOp({
  schema: "complex(Tensor real, Tensor imag) -> Tensor",
  doc: "Complex numbers of real and imaginary parts.",
  variants: "function",
  check: checkParts,
  expr: "complex(a, b)",
  promote: "complex",
  derivative: { real: (g: Tensor) => callOp("real", g), imag: (g: Tensor) => callOp("imag", g) },
});

defineOp({
  schema: "polar(Tensor abs, Tensor angle) -> Tensor",
  doc: "Complex numbers of absolute values and angles in radians.",
  variants: "function",
  check: checkParts,
  expr: "complex(a * cos(b), a * sin(b))",
  promote: "complex",
  derivative: {
    abs: [(g: Tensor, result: Tensor) => callOp("real", g.conj().mul(result.sgn())), "result"],
    angle: [(g: Tensor, result: Tensor) => callOp("real", g.conj().mul(result.mul(I))), "result"],
  },
});
