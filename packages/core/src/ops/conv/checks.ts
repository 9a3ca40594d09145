import { scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

export interface ConvShape {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly transposed: boolean;
  readonly output_padding: readonly number[];
  readonly groups: number;
}

const list = (values: readonly number[]): string => `[${values.join(", ")}]`;

/** PyTorch's errors for convolution arguments that do not go together. */
export function checkConvolution(input: Tensor, weight: Tensor, bias: Tensor | null, p: ConvShape): void {
  const { groups, transposed } = p;
  if (p.padding.some((x) => x < 0)) throw new RuntimeError("negative padding is not supported");
  if (p.output_padding.some((x) => x < 0)) throw new RuntimeError("negative output_padding is not supported");
  if (p.stride.some((x) => x <= 0)) throw new RuntimeError("non-positive stride is not supported");
  if (p.dilation.some((x) => x <= 0)) throw new RuntimeError("dilation should be greater than zero");
  if (groups <= 0) throw new RuntimeError("non-positive groups is not supported");
  if (weight.ndim !== input.ndim) {
    throw new RuntimeError(
      `Expected ${weight.ndim}-dimensional input for ${weight.ndim}-dimensional weight ${list(weight.shape)}, but got ${input.ndim}-dimensional input of size ${list(input.shape)} instead`,
    );
  }
  for (const other of [weight, bias]) {
    if (other !== null && other.dtype !== input.dtype) {
      throw new RuntimeError(
        `expected scalar type ${scalarTypeName(input.dtype)} but found ${scalarTypeName(other.dtype)}`,
      );
    }
  }
  if (weight.shape[0]! < groups) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got weight of size ${list(weight.shape)} instead`,
    );
  }
  if (weight.shape[0]! % groups !== 0) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size ${list(weight.shape)} instead`,
    );
  }
  const wanted = transposed ? weight.shape[0]! : weight.shape[1]! * groups;
  if (input.shape[1] !== wanted) {
    throw new RuntimeError(
      `Given ${transposed ? `transposed=1` : `groups=${groups}`}, weight of size ${list(weight.shape)}, expected input${list(input.shape)} to have ${wanted} channels, but got ${input.shape[1]} channels instead`,
    );
  }
  const features = transposed ? weight.shape[1]! * groups : weight.shape[0]!;
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== features)) {
    throw new RuntimeError(
      `Given ${transposed ? "transposed=1, " : ""}weight of size ${list(weight.shape)}, expected bias to be 1-dimensional with ${features} elements, but got bias of size ${list(bias.shape)} instead`,
    );
  }
  if (!transposed) checkFits(input, weight, p);
}

function checkFits(input: Tensor, weight: Tensor, { padding, dilation }: ConvShape): void {
  const padded = input.shape.slice(2).map((s, d) => s + 2 * padding[d]!);
  const kernel = weight.shape.slice(2).map((k, d) => dilation[d]! * (k - 1) + 1);
  if (padded.some((s, d) => s < kernel[d]!)) {
    throw new RuntimeError(
      `Calculated padded input size per channel: (${padded.join(" x ")}). Kernel size: (${kernel.join(" x ")}). Kernel size can't be greater than actual input size`,
    );
  }
}

/** Shape of the result, [N, O, ...]. */
export function outputShape(input: Tensor, weight: Tensor, p: ConvShape): number[] {
  const spatial = input.shape.slice(2).map((size, d) => {
    const reach = p.dilation[d]! * (weight.shape[d + 2]! - 1);
    return p.transposed
      ? (size - 1) * p.stride[d]! - 2 * p.padding[d]! + reach + p.output_padding[d]! + 1
      : Math.floor((size + 2 * p.padding[d]! - reach - 1) / p.stride[d]!) + 1;
  });
  if (spatial.some((s) => s < 0)) {
    throw new RuntimeError(
      `Given input size per channel: (${input.shape.slice(2).join(" x ")}). Calculated output size per channel: (${spatial.join(" x ")}). Output size is too small`,
    );
  }
  return [input.shape[0]!, p.transposed ? weight.shape[1]! * p.groups : weight.shape[0]!, ...spatial];
}
