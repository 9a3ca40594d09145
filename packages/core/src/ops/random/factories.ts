import type { Device } from "../../device.ts";
import { defineOp } from "../../dispatch/op.ts";
import { type DType, get_default_dtype, int64 } from "../../dtype/index.ts";
import { contiguousStrides } from "../../layout.ts";
import type { Generator } from "../../random/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { filled } from "../creation/factories.ts";

const TAIL =
  "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool requires_grad=False, bool pin_memory=False";
const LIKE_TAIL = `${TAIL}, MemoryFormat? memory_format=None`;
type Tail = [dtype: DType | null, layout: unknown, device: Device | null, requires_grad: boolean, pin_memory: boolean];

function drawn(
  size: readonly number[],
  dtype: DType | null,
  device: Device | null,
  requires_grad: boolean,
  draw: (out: Tensor) => void,
): Tensor {
  const out = filled(size, 0, dtype, device, false);
  draw(out);
  if (requires_grad) out.requires_grad = true;
  return out;
}

/** Numbers in the shape of `input`, drawn in the order of its memory if that has neither gaps nor overlaps. */
function drawnLike(input: Tensor, [dtype, , device, requires_grad]: Tail, draw: (out: Tensor) => void): Tensor {
  const { shape, strides } = input;
  const order = shape.map((_, d) => d).sort((a, b) => strides[b]! - strides[a]! || a - b);
  const sizes = order.map((d) => shape[d]!);
  const steps = contiguousStrides(sizes);
  const dense = order.every((d, i) => strides[d] === steps[i] || shape[d]! < 2);
  const ordered = filled(dense ? sizes : shape, 0, dtype ?? input.dtype, device ?? input.device, false);
  const out = dense ? ordered.permute(shape.map((_, d) => order.indexOf(d))).detach() : ordered;
  draw(out);
  if (requires_grad) out.requires_grad = true;
  return out;
}

for (const [name, method, what] of [
  ["rand", "uniform_", "uniform numbers of [0, 1)"],
  ["randn", "normal_", "standard normal numbers"],
] as const) {
  defineOp({
    schema: `${name}(int... size, *, Generator? generator=None, ${TAIL}) -> Tensor`,
    doc: `A tensor of ${what}.`,
    variants: "function",
    decompose: (size: readonly number[], generator: Generator | null, ...[dtype, , device, requires_grad]: Tail) =>
      drawn(size, dtype, device, requires_grad, (out) => out[method](0, 1, { generator })),
  });
  defineOp({
    schema: `${name}_like(Tensor input, *, ${LIKE_TAIL}) -> Tensor`,
    doc: `A tensor of ${what} with the shape, dtype and device of \`input\`.`,
    variants: "function",
    out: false,
    decompose: (input: Tensor, ...tail: Tail) => drawnLike(input, tail, (out) => out[method]()),
  });
}

defineOp({
  schema: `randint.low(int low, int high, int[] size, *, Generator? generator=None, ${TAIL}) -> Tensor`,
  doc: "A tensor of integers of [low, high); int64 unless `dtype` says otherwise.",
  variants: "function",
  decompose: (
    low: number,
    high: number,
    size: readonly number[],
    generator: Generator | null,
    ...[dtype, , device, requires_grad]: Tail
  ) => drawn(size, dtype ?? int64, device, requires_grad, (out) => out.random_(low, high, { generator })),
});

defineOp({
  schema: `randint(int high, int[] size, *, Generator? generator=None, ${TAIL}) -> Tensor`,
  doc: "A tensor of integers of [0, high).",
  variants: "function",
  decompose: (
    high: number,
    size: readonly number[],
    generator: Generator | null,
    ...[dtype, , device, requires_grad]: Tail
  ) => drawn(size, dtype ?? int64, device, requires_grad, (out) => out.random_(0, high, { generator })),
});

defineOp({
  schema: `randint_like(Tensor input, int high, *, ${LIKE_TAIL}) -> Tensor`,
  doc: "A tensor of integers of [0, high) with the shape, dtype and device of `input`.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, high: number, ...tail: Tail) => drawnLike(input, tail, (out) => out.random_(0, high)),
});

defineOp({
  schema: `randint_like.low_dtype(Tensor input, int low, int high, *, ${LIKE_TAIL}) -> Tensor`,
  doc: "A tensor of integers of [low, high) with the shape, dtype and device of `input`.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, low: number, high: number, ...tail: Tail) =>
    drawnLike(input, tail, (out) => out.random_(low, high)),
});

/** Normal numbers of standard deviation `std` in the shape of `like`. */
function normalLike(like: Tensor, std: number, generator: Generator | null): Tensor {
  return drawn(like.shape, like.dtype, like.device, false, (out) => out.normal_(0, std, { generator }));
}

const noGradient = (g: Tensor): Tensor => g.new_zeros(g.shape);

// The order of operations is PyTorch's: a scalar deviation goes into the draw, a tensor multiplies it.
defineOp({
  schema: "normal.Tensor_Tensor(Tensor mean, Tensor std, *, Generator? generator=None) -> Tensor",
  doc: "Normal numbers with a mean and standard deviation for each element.",
  variants: "function",
  decompose: (mean: Tensor, std: Tensor, generator: Generator | null) =>
    normalLike(mean.detach().add(std.detach()), 1, generator).mul(std.detach()).add(mean.detach()),
  derivative: { mean: noGradient, std: noGradient },
});

defineOp({
  schema: "normal.Tensor_float(Tensor mean, float std=1, *, Generator? generator=None) -> Tensor",
  doc: "Normal numbers with a mean for each element.",
  variants: "function",
  decompose: (mean: Tensor, std: number, generator: Generator | null) =>
    normalLike(mean.detach(), std, generator).add(mean.detach()),
  derivative: { mean: noGradient },
});

defineOp({
  schema: "normal.float_Tensor(float mean, Tensor std, *, Generator? generator=None) -> Tensor",
  doc: "Normal numbers with a standard deviation for each element.",
  variants: "function",
  decompose: (mean: number, std: Tensor, generator: Generator | null) =>
    normalLike(std.detach(), 1, generator).mul(std.detach()).add(mean),
  derivative: { std: noGradient },
});

defineOp({
  schema: `normal.float_float(float mean, float std, int[] size, *, Generator? generator=None, ${TAIL}) -> Tensor`,
  doc: "Normal numbers in a tensor of `size`.",
  variants: "function",
  decompose: (
    mean: number,
    std: number,
    size: readonly number[],
    generator: Generator | null,
    ...[dtype, , device, requires_grad]: Tail
  ) => drawn(size, dtype ?? get_default_dtype(), device, requires_grad, (out) => out.normal_(mean, std, { generator })),
});
