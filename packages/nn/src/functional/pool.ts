import { type Bound, call, callOp, findOp } from "@tt/core/dispatch";
import { type Tensor, ValueError } from "@tt/core";
import { defineFunction } from "./define.ts";

type Sizes = readonly number[];
type OutputSize = number | null | readonly (number | null)[];

const callMany = (name: string, ...args: Bound[]): Tensor[] => call(findOp(name)!, args) as Tensor[];

/** `null` stands for the input's own size. */
function outputSize(output: OutputSize, input: Tensor, rank: number): number[] {
  const list = Array.isArray(output)
    ? (output as readonly (number | null)[])
    : new Array<number | null>(rank).fill(output as number | null);
  if (list.length !== rank) throw new ValueError(`output_size must have ${rank} elements, but got ${list.length}`);
  const own = input.shape.slice(-rank);
  return list.map((size, d) => size ?? own[d]!);
}

for (const rank of [1, 2, 3]) {
  const s = `int[${rank}]`;
  const window = `Tensor input, ${s} kernel_size, ${s}? stride=None, ${s} padding=0, ${s} dilation=1, bool ceil_mode=False, bool return_indices=False`;
  const run = (
    input: Tensor,
    kernel: Sizes,
    stride: Sizes | null,
    padding: Sizes,
    dilation: Sizes,
    ceil: boolean,
  ): Tensor[] => callMany(`max_pool${rank}d_with_indices`, input, kernel, stride ?? [], padding, dilation, ceil);
  defineFunction(
    `max_pool${rank}d(${window}) -> Tensor`,
    "Maximum over sliding windows of input [N, C, ...] or [C, ...]; with `return_indices` also where it was found.",
    (
      input: Tensor,
      kernel: Sizes,
      stride: Sizes | null,
      padding: Sizes,
      dilation: Sizes,
      ceil: boolean,
      indices: boolean,
    ) => {
      const found = run(input, kernel, stride, padding, dilation, ceil);
      return indices ? found : found[0];
    },
  );
  defineFunction(
    `max_pool${rank}d_with_indices(${window}) -> (Tensor result, Tensor indices)`,
    "Maximum over sliding windows, and where it was found.",
    (...args: [Tensor, Sizes, Sizes | null, Sizes, Sizes, boolean]) => run(...args),
  );
  defineFunction(
    `adaptive_max_pool${rank}d(Tensor input, Any output_size, bool return_indices=False) -> Tensor`,
    "Maximum over windows that divide the input evenly; null keeps the input's size.",
    (input: Tensor, output: OutputSize, indices: boolean) => {
      const found = callMany(`adaptive_max_pool${rank}d`, input, outputSize(output, input, rank));
      return indices ? found : found[0];
    },
  );
  defineFunction(
    `adaptive_max_pool${rank}d_with_indices(Tensor input, Any output_size, bool return_indices=False) -> (Tensor result, Tensor indices)`,
    "As `adaptive_max_pool`, with the positions of the maxima.",
    (input: Tensor, output: OutputSize) =>
      callMany(`adaptive_max_pool${rank}d`, input, outputSize(output, input, rank)),
  );
  defineFunction(
    `max_unpool${rank}d(Tensor input, Tensor indices, ${s} kernel_size, ${s}? stride=None, ${s} padding=0, Any output_size=None) -> Tensor`,
    "Puts elements back where a maximum pooling found them, zeros elsewhere.",
    (input: Tensor, indices: Tensor, kernel: Sizes, stride: Sizes | null, padding: Sizes, output: Sizes | null) => {
      const size = unpooledSize(input, kernel, stride ?? kernel, padding, output);
      if (rank > 1) return callOp(`max_unpool${rank}d`, input, indices, size);
      return callOp("max_unpool2d", input.unsqueeze(-1), indices.unsqueeze(-1), [...size, 1]).squeeze(-1);
    },
  );
}

/** The size the pooling started from, as far as it can be told; `output` settles it. */
function unpooledSize(input: Tensor, kernel: Sizes, stride: Sizes, padding: Sizes, output: Sizes | null): number[] {
  const rank = kernel.length;
  const own = input.shape.slice(-rank);
  const usual = own.map((s, d) => (s - 1) * stride[d]! + kernel[d]! - 2 * padding[d]!);
  if (output === null) return usual;
  const size = output.length === rank + 2 ? output.slice(2) : output;
  if (size.length !== rank) {
    throw new ValueError(
      `output_size should be a sequence containing ${rank} or ${rank + 2} elements, but it has a length of '${size.length}'`,
    );
  }
  size.forEach((s, d) => {
    const [min, max] = [usual[d]! - stride[d]!, usual[d]! + stride[d]!];
    if (!(min < s && s < max)) {
      throw new ValueError(`invalid output_size "[${size.join(", ")}]" (dim ${d} must be between ${min} and ${max})`);
    }
  });
  return [...size];
}

for (const rank of [2, 3]) {
  const s = `int[${rank}]`;
  defineFunction(
    `avg_pool${rank}d(Tensor input, ${s} kernel_size, ${s}? stride=None, ${s} padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor`,
    "Mean over sliding windows of input [N, C, ...] or [C, ...].",
    (input: Tensor, kernel: Sizes, stride: Sizes | null, ...rest: Bound[]) =>
      callOp(`avg_pool${rank}d`, input, kernel, stride ?? [], ...rest),
  );
  defineFunction(
    `adaptive_avg_pool${rank}d(Tensor input, Any output_size) -> Tensor`,
    "Mean over windows that divide the input evenly; null keeps the input's size.",
    (input: Tensor, output: OutputSize) => callOp(`adaptive_avg_pool${rank}d`, input, outputSize(output, input, rank)),
  );
  const fractional = (
    input: Tensor,
    kernel: Sizes,
    size: Sizes | null,
    ratio: Sizes | null,
    given: Tensor | null,
  ): Tensor[] => {
    if (size === null && ratio === null) {
      throw new ValueError(`fractional_max_pool${rank}d requires specifying either an output_size or an output_ratio`);
    }
    const own = input.shape.slice(-rank);
    const output = size ?? own.map((n, d) => Math.trunc(n * ratio![d]!));
    const planes = input.ndim === rank + 1 ? [1, input.shape[0]!] : input.shape.slice(0, 2);
    const samples = given ?? input.new_empty([...planes, rank]).uniform_();
    return callMany(`fractional_max_pool${rank}d`, input, kernel, output, samples);
  };
  const parameters = `Tensor input, ${s} kernel_size, ${s}? output_size=None, float[${rank}]? output_ratio=None, bool return_indices=False, Tensor? _random_samples=None`;
  defineFunction(
    `fractional_max_pool${rank}d(${parameters}) -> Tensor`,
    "Maximum over windows at pseudo-random places (Graham 2014).",
    (
      input: Tensor,
      kernel: Sizes,
      size: Sizes | null,
      ratio: Sizes | null,
      indices: boolean,
      samples: Tensor | null,
    ) => {
      const found = fractional(input, kernel, size, ratio, samples);
      return indices ? found : found[0];
    },
  );
  defineFunction(
    `fractional_max_pool${rank}d_with_indices(${parameters}) -> (Tensor result, Tensor indices)`,
    "As `fractional_max_pool`, with the positions of the maxima.",
    (
      input: Tensor,
      kernel: Sizes,
      size: Sizes | null,
      ratio: Sizes | null,
      _indices: boolean,
      samples: Tensor | null,
    ) => fractional(input, kernel, size, ratio, samples),
  );
}

for (const rank of [1, 2]) {
  const s = `int[${rank}]`;
  defineFunction(
    `lp_pool${rank}d(Tensor input, float norm_type, ${s} kernel_size, ${s}? stride=None, bool ceil_mode=False) -> Tensor`,
    "The `norm_type`-norm over sliding windows.",
    (input: Tensor, norm_type: number, kernel: Sizes, stride: Sizes | null, ceil: boolean) => {
      const count = kernel.reduce((a, b) => a * b, 1);
      const none = kernel.map(() => 0);
      const args = [input.pow(norm_type), kernel, stride ?? [], none, ceil, true];
      const mean = rank === 1 ? callOp("avg_pool1d", ...args) : callOp("avg_pool2d", ...args, null);
      return mean
        .sign()
        .mul(callOp("relu", mean.abs()))
        .mul(count)
        .pow(1 / norm_type);
    },
  );
}
