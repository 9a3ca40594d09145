import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { broadcastPair, numelOf } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { unsafeView } from "../view/shape.ts";

const reviewed = (input: Tensor, size: readonly number[]): Tensor => call(unsafeView, [input, size]) as Tensor;

/** Whether the batch of `large` can be folded into the rows of one matrix product. */
function folds(large: Tensor, small: number): boolean {
  if (large.ndim < 3 || small < 1 || small > 2) return false;
  const { shape, strides } = large;
  return !(large.ndim === 3 && small === 2 && strides[2] !== 1 && strides[0] === shape[1]! * shape[2]!);
}

function folded(input: Tensor, other: Tensor): Tensor {
  const swap = other.ndim > input.ndim;
  const large = swap ? other.mT : input;
  const small = swap ? (input.ndim === 2 ? input.t() : input) : other;
  const rest = large.shape.slice(0, -1);
  const rows = large.reshape([numelOf(rest), large.shape.at(-1)!]);
  if (small.ndim === 1) return reviewed(rows.mv(small), rest);
  const out = reviewed(rows.mm(small), [...rest, small.shape[1]!]);
  return swap ? out.mT.contiguous() : out;
}

function batched(input: Tensor, other: Tensor): Tensor {
  const n = input.ndim > 1 ? input.shape.at(-2)! : 1;
  const inner = input.shape.at(-1)!;
  const vector = other.ndim === 1;
  const innerOther = vector ? other.shape[0]! : other.shape.at(-2)!;
  const p = vector ? 1 : other.shape.at(-1)!;
  const batch = broadcastPair(input.shape.slice(0, -2), other.shape.slice(0, Math.max(other.ndim - 2, 0)));
  const count = numelOf(batch);
  const left = input.expand([...batch, n, inner]).reshape([count, n, inner]);
  const right = vector
    ? other
        .expand([...batch, innerOther])
        .reshape([count, innerOther])
        .unsqueeze(2)
    : other.expand([...batch, innerOther, p]).reshape([count, innerOther, p]);
  const shape = [...batch, ...(input.ndim > 1 ? [n] : []), ...(vector ? [] : [p])];
  const product = left.bmm(right);
  return reviewed(vector ? product.squeeze(-1) : product, shape);
}

defineOp({
  schema: "matmul(Tensor input, Tensor other) -> Tensor",
  synonyms: { tensor2: "other" },
  doc: "The matrix product: dot product of vectors, product of matrices, products of batches of matrices that broadcast.",
  example: 'import { matmul, ones } from "@tt/core";\nmatmul(ones(2, 3), ones(5, 3, 4)).shape; // [5, 2, 4]',
  decompose: (input: Tensor, other: Tensor) => {
    const [a, b] = [input.ndim, other.ndim];
    if (a === 0 || b === 0) {
      throw new RuntimeError(`both arguments to matmul need to be at least 1D, but they are ${a}D and ${b}D`);
    }
    if (a === 1 && b === 1) return input.dot(other);
    if (a === 2 && b === 1) return input.mv(other);
    if (a === 1 && b === 2) return input.unsqueeze(0).mm(other).squeeze(0);
    if (a === 2 && b === 2) return input.mm(other);
    if (folds(input, b) || folds(other, a)) return folded(input, other);
    return batched(input, other);
  },
});

defineOp({
  schema: "linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor",
  doc: "`input @ weight.t() + bias`: input [..., in_features], weight [out_features, in_features], bias [out_features].",
  variants: "internal",
  decompose: (input: Tensor, weight: Tensor, bias: Tensor | null) => {
    if (bias === null) return input.matmul(weight.t());
    if (input.ndim === 2) return bias.addmm(input, weight.t());
    if (input.ndim === 3 && input.contiguous_) {
      const [a, b, inner] = input.shape as readonly [number, number, number];
      return bias.addmm(input.reshape([a * b, inner]), weight.t()).view([a, b, weight.shape[0]!]);
    }
    return input.matmul(weight.t()).add(bias);
  },
});

defineOp({
  schema: "bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor",
  doc: "`x1^T A x2 + bias` for each output feature: weight [out, in1, in2].",
  variants: "function",
  out: false,
  decompose: (input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null) => {
    if (input1.ndim !== input2.ndim) {
      throw new RuntimeError(`bilinear(): input dimensions do not match: got ${input1.ndim} and ${input2.ndim}`);
    }
    for (let d = 0; d < input1.ndim - 1; d++) {
      if (input1.shape[d] !== input2.shape[d]) {
        throw new RuntimeError(
          `bilinear(): input batch dimensions do not match at dim ${d}: got ${input1.shape[d]} and ${input2.shape[d]}`,
        );
      }
    }
    const [out, in1, in2] = weight.shape as readonly [number, number, number];
    if (input1.shape.at(-1) !== in1) {
      throw new RuntimeError(
        `bilinear(): input1 size does not match weight size: got ${input1.shape.at(-1)} but expected ${in1}`,
      );
    }
    if (input2.shape.at(-1) !== in2) {
      throw new RuntimeError(
        `bilinear(): input2 size does not match weight size: got ${input2.shape.at(-1)} but expected ${in2}`,
      );
    }
    if (bias !== null && bias.shape[0] !== out) {
      throw new RuntimeError(
        `bilinear(): bias size does not match weight size: got ${bias.shape[0]} but expected ${out}`,
      );
    }
    const rest = input1.shape.slice(0, -1);
    const rows = numelOf(rest);
    const left = input1.reshape([rows, in1]).mm(weight.permute([1, 0, 2]).reshape([in1, out * in2]));
    const product = left
      .view([rows, out, in2])
      .bmm(input2.reshape([rows, in2, 1]))
      .view([...rest, out]);
    return bias === null ? product : product.add(bias);
  },
});
