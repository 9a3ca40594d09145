import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int64 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { floating } from "../pointwise/formulas.ts";
import { checkRank, pooledShape, type WindowShape } from "./window.ts";

type Sizes = readonly number[];

/** Elements of [..., spatial] at flat spatial `indices`. */
function gatherSpatial(input: Tensor, indices: Tensor, rank: number): Tensor {
  const lead = input.shape.slice(0, -rank);
  const flat = input.reshape([...lead, input.shape.slice(-rank).reduce((a, b) => a * b, 1)]);
  const at = indices.reshape([...lead, indices.shape.slice(-rank).reduce((a, b) => a * b, 1)]);
  return flat.gather(-1, at).reshape(indices.shape);
}

/** Adds a pool's output gradient at the indices it chose. */
export const maxPoolBackward: Op = defineOp({
  schema: "_max_pool_backward(Tensor grad_output, Tensor indices, int[] input_shape, int rank) -> Tensor",
  doc: "Gradient of a maximum pooling.",
  variants: "internal",
  gradName: "MaxPool2DWithIndicesBackwardBackward0",
  kernel: "max_pool_backward",
  meta: (grad: Tensor, _indices: Tensor, shape: Sizes) => metaLike(grad, shape),
  kernelArgs: (grad: Tensor, indices: Tensor, _shape: Sizes, rank: number) => [grad, indices, rank],
  derivative: {
    grad_output: [(g: Tensor, indices: Tensor, rank: number) => gatherSpatial(g, indices, rank), "indices", "rank"],
  },
});

const backward =
  (rank: number) =>
  (g: Tensor, indices: Tensor, shape: Sizes): Tensor =>
    call(maxPoolBackward, [g, indices, shape, rank]) as Tensor;

function shapeOf(
  rank: number,
  kernel_size: Sizes,
  stride: Sizes,
  padding: Sizes,
  dilation: Sizes,
  ceil_mode: boolean,
): WindowShape {
  if (stride.length !== 0 && stride.length !== rank) {
    throw new RuntimeError(`max_pool${rank}d: stride must either be omitted, a single int, or a tuple of ${rank} ints`);
  }
  return { kernel_size, stride: stride.length === 0 ? kernel_size : stride, padding, dilation, ceil_mode };
}

const pools = new Map<number, Op>();
const adaptive = new Map<number, Op>();

for (const rank of [2, 3] as const) {
  const size = `int[${rank}]`;
  const name = `max_pool${rank}d`;
  pools.set(
    rank,
    defineOp({
      schema: `${name}_with_indices(Tensor input, ${size} kernel_size, ${size} stride=[], ${size} padding=0, ${size} dilation=1, bool ceil_mode=False) -> (Tensor result, Tensor indices)`,
      doc: "Maximum over sliding windows, and where it was found (flat in the spatial dimensions).",
      variants: "internal",
      gradName: `MaxPool${rank}DWithIndicesBackward0`,
      check: floating(name),
      kernel: "max_pool",
      meta: (input: Tensor, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: boolean) => {
        const shape = pooledShape(name, input, shapeOf(rank, kernel, stride, padding, dilation, ceil));
        return [metaLike(input, shape), metaLike(input, shape, int64)];
      },
      kernelArgs: (input: Tensor, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: boolean) => [
        input,
        shapeOf(rank, kernel, stride, padding, dilation, ceil),
      ],
      derivative: { input: [backward(rank), "indices", "input.shape"] },
    }),
  );
  defineOp({
    schema: `${name}(Tensor input, ${size} kernel_size, ${size} stride=[], ${size} padding=0, ${size} dilation=1, bool ceil_mode=False) -> Tensor`,
    doc: `Maximum over sliding windows of input [N, C, ...] or [C, ...]; \`stride\` is the window's size unless given.`,
    variants: "function",
    out: false,
    decompose: (...args: [Tensor, ...unknown[]]) => (call(pools.get(rank)!, args) as Tensor[])[0],
  });
  const adaptivePool = defineOp({
    schema: `adaptive_max_pool${rank}d(Tensor input, int[] output_size) -> (Tensor result, Tensor indices)`,
    doc: "Maximum over windows that divide the input evenly into `output_size` parts, and where it was found.",
    variants: "internal",
    gradName: `AdaptiveMaxPool${rank}DBackward0`,
    check: floating(`adaptive_max_pool${rank}d`),
    kernel: "adaptive_max_pool",
    meta: (input: Tensor, output: Sizes) => {
      checkRank(`adaptive_max_pool${rank}d`, input, rank);
      if (output.length !== rank) {
        throw new RuntimeError(`adaptive_max_pool${rank}d(): internal error: output_size.size() must be ${rank}`);
      }
      const shape = [...input.shape.slice(0, -rank), ...output];
      return [metaLike(input, shape), metaLike(input, shape, int64)];
    },
    kernelArgs: (input: Tensor) => [input, rank],
    derivative: { input: [backward(rank), "indices", "input.shape"] },
  });
  adaptive.set(rank, adaptivePool);
  defineOp({
    schema: `fractional_max_pool${rank}d(Tensor input, ${size} kernel_size, ${size} output_size, Tensor random_samples) -> (Tensor result, Tensor indices)`,
    doc: "Maximum over windows at pseudo-random places (Graham 2014), and where it was found.",
    variants: "internal",
    gradName: `FractionalMaxPool${rank}DBackward0`,
    kernel: "fractional_max_pool",
    meta: (input: Tensor, kernel: Sizes, output: Sizes) => {
      checkRank(`fractional_max_pool${rank}d`, input, rank);
      output.forEach((o, d) => {
        const s = input.shape[input.ndim - rank + d]!;
        if (o + kernel[d]! - 1 > s) {
          throw new RuntimeError(
            `fractional_max_pool${rank}d(): pool ${"TWH".slice(-rank)[d]} ${kernel[d]} too large relative to input ${s}`,
          );
        }
      });
      const shape = [...input.shape.slice(0, -rank), ...output];
      return [metaLike(input, shape), metaLike(input, shape, int64)];
    },
    kernelArgs: (input: Tensor, kernel: Sizes, _output: Sizes, samples: Tensor) => [input, samples, kernel],
    derivative: { input: [backward(rank), "indices", "input.shape"] },
  });
}

function pool1d(
  input: Tensor,
  kernel: Sizes,
  stride: Sizes,
  padding: Sizes,
  dilation: Sizes,
  ceil: boolean,
): [Tensor, Tensor] {
  if (input.ndim !== 2 && input.ndim !== 3) {
    throw new RuntimeError(`max_pool1d() Expected 2D or 3D input tensor, but got [${input.shape.join(", ")}]`);
  }
  const wide = (sizes: Sizes, fill: number): Sizes => (sizes.length === 0 ? [] : [fill, ...sizes]);
  const args = [input.unsqueeze(-2), wide(kernel, 1), wide(stride, 1), wide(padding, 0), wide(dilation, 1), ceil];
  const [out, indices] = call(pools.get(2)!, args) as [Tensor, Tensor];
  return [out.squeeze(-2), indices.squeeze(-2)];
}

defineOp({
  schema:
    "max_pool1d(Tensor input, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] dilation=1, bool ceil_mode=False) -> Tensor",
  doc: "Maximum over sliding windows of input [N, C, L] or [C, L]; `stride` is the window's size unless given.",
  variants: "function",
  out: false,
  decompose: (...args: [Tensor, Sizes, Sizes, Sizes, Sizes, boolean]) => pool1d(...args)[0],
});

defineOp({
  schema:
    "max_pool1d_with_indices(Tensor input, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] dilation=1, bool ceil_mode=False) -> (Tensor result, Tensor indices)",
  doc: "As `max_pool1d`, with the positions of the maxima.",
  variants: "function",
  out: false,
  decompose: (...args: [Tensor, Sizes, Sizes, Sizes, Sizes, boolean]) => pool1d(...args),
});

defineOp({
  schema: "adaptive_max_pool1d(Tensor input, int[1] output_size) -> (Tensor result, Tensor indices)",
  doc: "Maximum over windows that divide the input evenly, and where it was found.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, output: Sizes) => {
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw new RuntimeError(
        `adaptive_max_pool1d() Expected 2D or 3D input tensor, but got [${input.shape.join(", ")}]`,
      );
    }
    const [out, indices] = call(adaptive.get(2)!, [input.unsqueeze(-2), [1, output[0]!]]) as [Tensor, Tensor];
    return [out.squeeze(-2), indices.squeeze(-2)];
  },
});

for (const rank of [2, 3] as const) {
  defineOp({
    schema: `max_unpool${rank}d(Tensor input, Tensor indices, int[] output_size) -> Tensor`,
    doc: "Puts elements back where a maximum pooling found them, zeros elsewhere.",
    variants: "internal",
    gradName: `MaxUnpool${rank}DBackward0`,
    kernel: "max_unpool",
    meta: (input: Tensor, indices: Tensor, output: Sizes) => {
      if (indices.dtype !== int64) throw new RuntimeError("elements in indices should be type int64");
      if (indices.shape.length !== input.ndim || indices.shape.some((s, d) => s !== input.shape[d])) {
        throw new RuntimeError(
          `Expected shape of indices to be same as that of the input tensor ([${input.shape.join(", ")}]) but got indices tensor with shape: [${indices.shape.join(", ")}]`,
        );
      }
      if (output.length !== rank) {
        throw new RuntimeError(
          `There should be exactly ${rank} elements in output_size, but got ${output.length} elements.`,
        );
      }
      checkRank(`max_unpool${rank}d`, input, rank);
      return metaLike(input, [...input.shape.slice(0, -rank), ...output]);
    },
    kernelArgs: (input: Tensor, indices: Tensor) => [input, indices, rank],
    derivative: { input: [(g: Tensor, indices: Tensor) => gatherSpatial(g, indices, rank), "indices"] },
  });
}
