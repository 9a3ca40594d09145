/** Between images and tensors. */
import { from_numpy, tensor, Tensor, uint8, ValueError } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { Image, type ImageMode } from "../image/image.ts";
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

const MODES: Readonly<Record<number, ImageMode>> = { 1: "L", 2: "LA", 3: "RGB", 4: "RGBA" };

/**
 * A tensor as an image: bytes as they are, floats of [0, 1] times 255.
 * @param pic - of shape [channels, height, width] or [height, width]
 * @throws ValueError for another number of dimensions, more than 4 channels or a mode that does not fit; TypeError for
 * other dtypes
 */
export function to_pil_image(pic: Tensor, mode: ImageMode | null = null): Image {
  if (!((pic as unknown) instanceof Tensor)) {
    throw new TypeError(`pic should be Tensor or ndarray. Got ${pythonTypeName(pic)}.`);
  }
  if (pic.ndim !== 2 && pic.ndim !== 3) {
    throw new ValueError(`pic should be 2/3 dimensional. Got ${pic.ndim} dimensions.`);
  }
  const planes = pic.ndim === 2 ? pic.unsqueeze(0) : pic;
  const [channels, height, width] = planes.shape as [number, number, number];
  if (channels > 4) throw new ValueError(`pic should not have > 4 channels. Got ${channels} channels.`);
  const bytes = pic.is_floating_point() ? planes.mul(255).to(uint8) : planes;
  if (bytes.dtype !== uint8) throw new TypeError(`Input type ${bytes.dtype.name} is not supported`);
  const expected = MODES[channels]!;
  if (mode !== null && mode !== expected) {
    throw new ValueError(`Incorrect mode (${mode}) supplied for input type uint8. Should be ${expected}`);
  }
  const rows = bytes.to("cpu").permute(1, 2, 0).contiguous();
  return new Image((rows.numpy() as Uint8Array).slice(), width, height, expected);
}
