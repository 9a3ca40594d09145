import { from_numpy, tensor, Tensor, ValueError } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { Image } from "../image/image.ts";

/**
 * An image as a float tensor of shape [channels, height, width] with values of [0, 1].
 * @throws TypeError for what is not an image
 * @example
 * ```ts
 * import { Image, transforms } from "@tt/vision";
 * const pixel = new Image(Uint8Array.of(255, 0, 51), 1, 1, "RGB");
 * transforms.functional.to_tensor(pixel).flatten().tolist(); // [1, 0, 0.20000000298023224]
 * ```
 */
export function to_tensor(pic: Image): Tensor {
  if (!((pic as unknown) instanceof Image)) {
    throw new TypeError(`pic should be PIL Image or ndarray. Got ${pythonTypeName(pic)}`);
  }
  const { data, width, height, channels } = pic;
  const plane = width * height;
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) out[c * plane + i] = data[i * channels + c]! / 255;
  }
  return from_numpy(out).view(channels, height, width);
}

/** An image as a uint8 tensor of shape [channels, height, width]. */
export function pil_to_tensor(pic: Image): Tensor {
  if (!((pic as unknown) instanceof Image)) throw new TypeError(`pic should be PIL Image. Got ${pythonTypeName(pic)}`);
  const { data, width, height, channels } = pic;
  return from_numpy(data.slice()).view(height, width, channels).permute(2, 0, 1);
}

/**
 * Subtracts a mean from each channel and divides by a standard deviation.
 * @param input - float tensor of shape [..., channels, height, width]
 * @throws TypeError for integers; ValueError for too few dimensions, or a deviation of zero
 */
export function normalize(
  input: Tensor,
  mean: readonly number[],
  std: readonly number[],
  inplace: boolean | { inplace?: boolean } = false,
): Tensor {
  if (!((input as unknown) instanceof Tensor)) {
    throw new TypeError(`img should be Tensor Image. Got ${pythonTypeName(input)}`);
  }
  if (!input.is_floating_point()) {
    throw new TypeError(`Input tensor should be a float tensor. Got ${input.dtype.toString()}.`);
  }
  if (input.ndim < 3) {
    throw new ValueError(
      `Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = torch.Size([${input.shape.join(", ")}])`,
    );
  }
  if (std.includes(0)) {
    throw new ValueError(
      `std evaluated to zero after conversion to ${input.dtype.toString()}, leading to division by zero.`,
    );
  }
  const { dtype, device } = input;
  const over = (values: readonly number[]): Tensor => tensor([...values], { dtype, device }).view(-1, 1, 1);
  const target = (typeof inplace === "boolean" ? inplace : inplace.inplace) ? input : input.clone();
  return target.sub_(over(mean)).div_(over(std));
}
