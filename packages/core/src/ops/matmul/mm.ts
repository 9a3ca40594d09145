import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";
import { checkProduct, sameDtype } from "./checks.ts";

defineOp({
  schema: "mm(Tensor input, Tensor mat2) -> Tensor",
  doc: "The product of two matrices, [n, m] and [m, p].",
  kernel: "mm",
  meta: (input: Tensor, mat2: Tensor) => {
    if (input.ndim !== 2) throw new RuntimeError("self must be a matrix");
    if (mat2.ndim !== 2) throw new RuntimeError("mat2 must be a matrix");
    checkProduct(input, mat2);
    return { shape: [input.shape[0]!, mat2.shape[1]!], dtype: input.dtype };
  },
  derivative: {
    input: [(g, mat2: Tensor) => g.mm(conj(mat2).t()), "mat2"],
    mat2: [(g, input: Tensor) => conj(input).t().mm(g), "input"],
  },
});

defineOp({
  schema: "bmm(Tensor input, Tensor mat2) -> Tensor",
  synonyms: { batch2: "mat2" },
  doc: "The products of two batches of matrices, [b, n, m] and [b, m, p].",
  kernel: "bmm",
  meta: (input: Tensor, mat2: Tensor) => {
    if (input.ndim !== 3) throw new RuntimeError("batch1 must be a 3D tensor");
    if (mat2.ndim !== 3) throw new RuntimeError("batch2 must be a 3D tensor");
    sameDtype(input, mat2);
    const [batch, rows, inner] = input.shape as readonly [number, number, number];
    if (mat2.shape[0] !== batch || mat2.shape[1] !== inner) {
      throw new RuntimeError(
        `Expected size for first two dimensions of batch2 tensor to be: [${batch}, ${inner}] but got: [${mat2.shape[0]}, ${mat2.shape[1]}].`,
      );
    }
    return { shape: [batch, rows, mat2.shape[2]!], dtype: input.dtype };
  },
  derivative: {
    input: [(g, mat2: Tensor) => g.bmm(conj(mat2).transpose(1, 2)), "mat2"],
    mat2: [(g, input: Tensor) => conj(input).transpose(1, 2).bmm(g), "input"],
  },
});

defineOp({
  schema: "mv(Tensor input, Tensor vec) -> Tensor",
  doc: "The product of a matrix [n, m] and a vector [m].",
  check: (input: Tensor, vec: Tensor) => {
    if (input.ndim !== 2 || vec.ndim !== 1) {
      throw new RuntimeError(`vector + matrix @ vector expected, got 1, ${input.ndim}, ${vec.ndim}`);
    }
    if (input.shape[1] !== vec.shape[0]) {
      throw new RuntimeError(
        `size mismatch, got ${input.shape[0]}, ${input.shape[0]}x${input.shape[1]},${vec.shape[0]}`,
      );
    }
    sameDtype(input, vec);
  },
  decompose: (input: Tensor, vec: Tensor) => input.mm(vec.unsqueeze(1)).view([input.shape[0]!]),
  derivative: {
    input: [(g: Tensor, vec: Tensor) => g.unsqueeze(1).mm(conj(vec).unsqueeze(0)), "vec"],
    vec: [(g: Tensor, input: Tensor) => conj(input).t().mv(g), "input"],
  },
});

function checkVectors(name: string, a: Tensor, b: Tensor): void {
  if (a.ndim !== 1 || b.ndim !== 1) {
    throw new RuntimeError(`1D tensors expected, but got ${a.ndim}D and ${b.ndim}D tensors`);
  }
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(
      `${name} : expected both vectors to have same dtype, but found ${a.dtype.name} and ${b.dtype.name}`,
    );
  }
  if (a.shape[0] !== b.shape[0]) {
    throw new RuntimeError(
      `inconsistent tensor size, expected tensor [${a.shape[0]}] and src [${b.shape[0]}] to have the same number of elements, but got ${a.shape[0]} and ${b.shape[0]} elements respectively`,
    );
  }
}

defineOp({
  schema: "dot(Tensor input, Tensor tensor) -> Tensor",
  synonyms: { other: "tensor" },
  doc: "The sum of products of two vectors' elements.",
  check: (input: Tensor, tensor: Tensor) => checkVectors("dot", input, tensor),
  decompose: (input: Tensor, tensor: Tensor) => input.unsqueeze(0).mm(tensor.unsqueeze(1)).view([]),
  derivative: {
    input: [(g: Tensor, tensor: Tensor) => g.mul(conj(tensor)), "tensor"],
    tensor: [(g: Tensor, input: Tensor) => g.mul(conj(input)), "input"],
  },
});

defineOp({
  schema: "vdot(Tensor input, Tensor other) -> Tensor",
  doc: "As `dot`, with the first vector conjugated.",
  check: (input: Tensor, other: Tensor) => checkVectors("vdot", input, other),
  decompose: (input: Tensor, other: Tensor) => conj(input).unsqueeze(0).mm(other.unsqueeze(1)).view([]),
  derivative: {
    input: [(g: Tensor, other: Tensor) => conj(g).mul(other), "other"],
    other: [(g: Tensor, input: Tensor) => g.mul(input), "input"],
  },
});

defineOp({
  schema: "outer(Tensor input, Tensor vec2) -> Tensor",
  doc: "The matrix of products of two vectors' elements.",
  aliases: ["ger"],
  check: (input: Tensor, vec2: Tensor) => {
    for (const [i, v] of [input, vec2].entries()) {
      if (v.ndim !== 1)
        throw new RuntimeError(`outer: Expected 1-D argument ${i === 0 ? "self" : "vec2"}, but got ${v.ndim}-D`);
    }
  },
  decompose: (input: Tensor, vec2: Tensor) => input.unsqueeze(1).mul(vec2),
});

defineOp({
  schema: "inner(Tensor input, Tensor other) -> Tensor",
  doc: "Sums of products along the last dimensions of both tensors.",
  decompose: (input: Tensor, other: Tensor) => {
    if (input.ndim === 0 || other.ndim === 0) return input.mul(other);
    if (input.shape.at(-1) !== other.shape.at(-1)) {
      throw new RuntimeError(
        `inner() the last dimension must match on both input tensors but got shapes [${input.shape.join(", ")}] and [${other.shape.join(", ")}]`,
      );
    }
    const shape = [...input.shape.slice(0, -1), ...other.shape.slice(0, -1)];
    const size = input.shape.at(-1)!;
    return input
      .reshape([rows(input), size])
      .mm(other.reshape([rows(other), size]).t())
      .reshape(shape);
  },
});

const rows = (tensor: Tensor): number => tensor.shape.slice(0, -1).reduce((n, s) => n * s, 1);
