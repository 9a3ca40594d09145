import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Number of windows along one dimension. */
export function windows(
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
  ceil: boolean,
): number {
  const span = size + 2 * padding - dilation * (kernel - 1) - 1;
  const count = (ceil ? Math.ceil(span / stride) : Math.floor(span / stride)) + 1;
  // The last window must start inside the input or its left padding.
  return ceil && (count - 1) * stride >= size + padding ? count - 1 : count;
}

export interface WindowShape {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceil_mode: boolean;
}

/** Checks pooling arguments as PyTorch does and gives the output's shape. */
export function pooledShape(name: string, input: Tensor, w: WindowShape): number[] {
  const rank = w.kernel_size.length;
  const { stride, padding, dilation, kernel_size } = w;
  if (kernel_size.some((k) => k <= 0)) {
    throw new RuntimeError(
      `kernel size should be greater than zero, but got ${kernel_size.map((k, i) => `k${"TWH".slice(-rank)[i]}: ${k}`).join(" ")}`,
    );
  }
  if (stride.some((s) => s <= 0)) throw new RuntimeError("stride should not be zero");
  if (dilation.some((d) => d <= 0)) throw new RuntimeError("dilation should be greater than zero");
  if (padding.some((p) => p < 0)) throw new RuntimeError("pad must be non-negative");
  checkRank(name, input, rank);
  padding.forEach((p, d) => {
    if (p > Math.floor(kernel_size[d]! / 2)) {
      throw new RuntimeError(
        `pad should be at most half of kernel size, but got pad=${p} and kernel_size=${kernel_size[d]}`,
      );
    }
  });
  const size = input.shape.slice(-rank);
  const out = size.map((s, d) => windows(s, kernel_size[d]!, stride[d]!, padding[d]!, dilation[d]!, w.ceil_mode));
  if (out.some((s) => s < 1)) {
    const channels = input.shape[input.ndim - rank - 1];
    throw new RuntimeError(
      `Given input size: (${[channels, ...size].join("x")}). Calculated output size: (${[channels, ...out].join("x")}). Output size is too small`,
    );
  }
  return [...input.shape.slice(0, -rank), ...out];
}

/** [C, ...] or [N, C, ...] with nothing but the batch empty. */
export function checkRank(name: string, input: Tensor, rank: number): void {
  const { shape } = input;
  if ((shape.length !== rank + 1 && shape.length !== rank + 2) || shape.slice(shape.length - rank - 1).includes(0)) {
    throw new RuntimeError(
      `${name}(): Expected ${rank + 1}D or ${rank + 2}D (batch mode) tensor with optional 0 dim batch size for input, but got:[${shape.join(", ")}]`,
    );
  }
}
