import { type Tensor, ValueError } from "@tt/core";

/** How many inputs and outputs a unit of the weight has: (fan_in, fan_out). */
export function _calculate_fan_in_and_fan_out(tensor: Tensor): [number, number] {
  if (tensor.ndim < 2) {
    throw new ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
  }
  const field = tensor.shape.slice(2).reduce((n, s) => n * s, 1);
  return [tensor.shape[1]! * field, tensor.shape[0]! * field];
}

const GAINS: Readonly<Record<string, number>> = {
  linear: 1,
  conv1d: 1,
  conv2d: 1,
  conv3d: 1,
  conv_transpose1d: 1,
  conv_transpose2d: 1,
  conv_transpose3d: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
};

/**
 * The recommended gain for a nonlinearity.
 * @param param - the negative slope of leaky_relu, 0.01 by default
 * @throws ValueError for an unknown nonlinearity
 */
export function calculate_gain(nonlinearity: string, param?: number | null): number {
  if (nonlinearity === "leaky_relu") {
    const slope = param ?? 0.01;
    if (typeof slope !== "number") throw new ValueError(`negative_slope ${String(slope)} not a valid number`);
    return Math.sqrt(2 / (1 + slope ** 2));
  }
  const gain = GAINS[nonlinearity];
  if (gain === undefined) throw new ValueError(`Unsupported nonlinearity ${nonlinearity}`);
  return gain;
}
