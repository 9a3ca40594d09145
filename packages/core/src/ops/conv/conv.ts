import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import { convolution } from "./convolution.ts";

const RANKS = [1, 2, 3] as const;

/** Runs `body` on a batch; a single image [C, ...] becomes a batch of one. */
function onBatch(name: string, input: Tensor, rank: number, body: (batch: Tensor) => Tensor): Tensor {
  if (input.ndim === rank + 1) return body(input.unsqueeze(0)).squeeze(0);
  if (input.ndim !== rank + 2) {
    throw new RuntimeError(
      `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${name}, but got input of size: [${input.shape.join(", ")}]`,
    );
  }
  return body(input);
}

function convolve(
  name: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride: readonly number[],
  padding: readonly number[],
  dilation: readonly number[],
  groups: number,
): Tensor {
  const none = new Array<number>(rank).fill(0);
  return onBatch(
    name,
    input,
    rank,
    (batch) => call(convolution, [batch, weight, bias, stride, padding, dilation, false, none, groups]) as Tensor,
  );
}

/** Padding that keeps the size; where it is odd, the right side gets one more and the input is padded first. */
function samePadding(input: Tensor, weight: Tensor, dilation: readonly number[]): [Tensor, number[]] {
  const totals = dilation.map((d, i) => d * (weight.shape[i + 2]! - 1));
  const left = totals.map((total) => Math.floor(total / 2));
  if (totals.every((total) => total % 2 === 0)) return [input, left];
  const extra = totals
    .map((total) => total % 2)
    .toReversed()
    .flatMap((n) => [0, n]);
  return [callOp("constant_pad_nd", input, extra, 0), left];
}

const SCHEMA_DOC = "`weight` is [O, C / groups, ...], `bias` [O].";

for (const rank of RANKS) {
  const name = `conv${rank}d`;
  const size = `int[${rank}]`;
  defineOp({
    schema: `${name}(Tensor input, Tensor weight, Tensor? bias=None, ${size} stride=1, ${size} padding=0, ${size} dilation=1, int groups=1) -> Tensor`,
    doc: `Convolution of input [N, C, ...] or [C, ...] with ${rank} spatial dimension${rank === 1 ? "" : "s"}. ${SCHEMA_DOC}`,
    variants: "function",
    out: false,
    decompose: (
      input: Tensor,
      weight: Tensor,
      bias: Tensor | null,
      stride: readonly number[],
      padding: readonly number[],
      dilation: readonly number[],
      groups: number,
    ) => convolve(name, rank, input, weight, bias, stride, padding, dilation, groups),
  });
  defineOp({
    schema: `${name}.padding(Tensor input, Tensor weight, Tensor? bias=None, ${size} stride=1, str padding="valid", ${size} dilation=1, int groups=1) -> Tensor`,
    doc: 'The same with padding "valid" (none) or "same" (the output has the input\'s size; stride must be 1).',
    variants: "function",
    out: false,
    decompose: (
      input: Tensor,
      weight: Tensor,
      bias: Tensor | null,
      stride: readonly number[],
      padding: string,
      dilation: readonly number[],
      groups: number,
    ) => {
      if (padding === "valid")
        return convolve(
          name,
          rank,
          input,
          weight,
          bias,
          stride,
          dilation.map(() => 0),
          dilation,
          groups,
        );
      if (padding !== "same") throw new RuntimeError(`Invalid padding string: '${padding}'`);
      if (stride.some((s) => s !== 1))
        throw new RuntimeError("padding='same' is not supported for strided convolutions");
      const [padded, left] = samePadding(input, weight, dilation);
      return convolve(name, rank, padded, weight, bias, stride, left, dilation, groups);
    },
  });
  const transposed = `conv_transpose${rank}d`;
  defineOp({
    schema: `${transposed}(Tensor input, Tensor weight, Tensor? bias=None, ${size} stride=1, ${size} padding=0, ${size} output_padding=0, int groups=1, ${size} dilation=1) -> Tensor`,
    doc: `Transposed convolution with ${rank} spatial dimension${rank === 1 ? "" : "s"}: the gradient of a convolution with respect to its input. \`weight\` is [C, O / groups, ...].`,
    variants: "function",
    out: false,
    decompose: (
      input: Tensor,
      weight: Tensor,
      bias: Tensor | null,
      stride: readonly number[],
      padding: readonly number[],
      output_padding: readonly number[],
      groups: number,
      dilation: readonly number[],
    ) => {
      output_padding.forEach((extra, d) => {
        if (extra >= Math.max(stride[d]!, dilation[d]!)) {
          throw new RuntimeError("output padding must be smaller than either stride or dilation");
        }
      });
      return onBatch(
        transposed,
        input,
        rank,
        (batch) =>
          call(convolution, [batch, weight, bias, stride, padding, dilation, true, output_padding, groups]) as Tensor,
      );
    },
  });
}

defineOp({
  schema: "conv_tbc(Tensor input, Tensor weight, Tensor bias, int pad=0) -> Tensor",
  doc: "One-dimensional convolution of input [time, batch, channels] with weight [width, in, out].",
  variants: "function",
  decompose: (input: Tensor, weight: Tensor, bias: Tensor, pad: number) =>
    convolve("conv1d", 1, input.permute([1, 2, 0]), weight.permute([2, 1, 0]), bias, [1], [pad], [1], 1).permute([
      2, 0, 1,
    ]),
});
