/** Images in files and in memory: `torchvision.io`. */
import { from_numpy, RuntimeError, Tensor, uint8, ValueError } from "@tt/core";
import { convertIndexedToRgb, decode, encode } from "fast-png";
import { Image, type ImageMode } from "../image/image.ts";
import { convertImage } from "../image/modes.ts";
import { decodeNatively, encodeNatively } from "./native.ts";

/** How an image is read: as it is, or converted. */
export const ImageReadMode = {
  UNCHANGED: "UNCHANGED",
  GRAY: "GRAY",
  GRAY_ALPHA: "GRAY_ALPHA",
  RGB: "RGB",
  RGB_ALPHA: "RGB_ALPHA",
} as const;
export type ImageReadMode = (typeof ImageReadMode)[keyof typeof ImageReadMode];

const MODES: Readonly<Record<ImageReadMode, ImageMode | null>> = {
  UNCHANGED: null,
  GRAY: "L",
  GRAY_ALPHA: "LA",
  RGB: "RGB",
  RGB_ALPHA: "RGBA",
};

const BY_CHANNELS: Readonly<Record<number, ImageMode>> = { 1: "L", 2: "LA", 3: "RGB", 4: "RGBA" };

/** Encoded bytes: a tensor of one dimension, or an array. */
export type Encoded = Tensor | Uint8Array;

function bytesOf(input: Encoded): Uint8Array {
  if (!(input instanceof Tensor)) return input;
  if (input.dtype !== uint8 || input.ndim !== 1) {
    throw new RuntimeError("Expected a torch.uint8 tensor with one dimension");
  }
  return input.to("cpu").contiguous().numpy() as Uint8Array;
}

function tensorOf(image: Image, mode: ImageReadMode): Tensor {
  const wanted = MODES[mode];
  const { data, width, height, channels } = wanted === null ? image : convertImage(image, wanted);
  return from_numpy(data.slice()).view(height, width, channels).permute(2, 0, 1).contiguous();
}

function pngImage(bytes: Uint8Array): Image {
  const png = decode(bytes);
  const { width, height } = png;
  if (png.palette !== undefined) {
    const data = convertIndexedToRgb(png);
    return new Image(Uint8Array.from(data), width, height, data.length === width * height * 4 ? "RGBA" : "RGB");
  }
  const top = 2 ** png.depth - 1;
  const data = png.depth === 8 ? png.data : Array.from(png.data, (value) => Math.trunc((value * 255) / top));
  return new Image(Uint8Array.from(data), width, height, BY_CHANNELS[png.channels]);
}

const isPng = (bytes: Uint8Array): boolean => bytes[0] === 0x89 && bytes[1] === 0x50;
const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

/** A PNG image as bytes of shape [channels, height, width]; 16 bits are cut to 8. */
export function decode_png(input: Encoded, mode: ImageReadMode = "UNCHANGED"): Tensor {
  const image = pngImage(bytesOf(input));
  const coloured = image.mode === "RGB" || image.mode === "RGBA";
  return coloured && (mode === "GRAY" || mode === "GRAY_ALPHA") ? greyPng(image, mode) : tensorOf(image, mode);
}

/** Brightness with the weights that torchvision hands to libpng. */
function greyPng(image: Image, mode: "GRAY" | "GRAY_ALPHA"): Tensor {
  const { width, height, channels } = image;
  const grey = image.data.slice();
  for (let i = 0; i < grey.length; i += channels) {
    const [r, g, b] = [grey[i]!, grey[i + 1]!, grey[i + 2]!];
    const value = r === g && g === b ? r : (9794 * r + 19235 * g + 3739 * b) >> 15;
    grey.fill(value, i, i + 3);
  }
  return tensorOf(new Image(grey, width, height, image.mode), mode);
}

/**
 * A JPEG image as bytes of shape [channels, height, width]: by the package `sharp` in Node, by the browser elsewhere.
 * @throws RuntimeError in Node without `sharp`
 */
export async function decode_jpeg(input: Encoded, mode: ImageReadMode = "UNCHANGED"): Promise<Tensor> {
  return tensorOf(await decodeNatively(bytesOf(input), "image/jpeg"), mode);
}

/** A PNG or JPEG image as bytes of shape [channels, height, width]. @throws RuntimeError for another kind */
export async function decode_image(input: Encoded, mode: ImageReadMode = "UNCHANGED"): Promise<Tensor> {
  const bytes = bytesOf(input);
  if (isPng(bytes)) return decode_png(bytes, mode);
  if (isJpeg(bytes)) return decode_jpeg(bytes, mode);
  throw new RuntimeError("Unsupported image file. Only jpeg and png are currently supported.");
}

/** @throws ValueError for what is not bytes of shape [channels, height, width] */
function imageOf(input: Tensor, channels: readonly number[]): Image {
  if (input.dtype !== uint8) throw new RuntimeError("Input tensor dtype should be uint8");
  if (input.ndim !== 3 || !channels.includes(input.shape[0]!)) {
    throw new ValueError(
      `The number of channels should be ${channels.join(" or ")}, got: shape [${input.shape.join(", ")}]`,
    );
  }
  const [count, height, width] = input.shape as [number, number, number];
  const data = input.to("cpu").permute(1, 2, 0).contiguous().numpy() as Uint8Array;
  return new Image(data, width, height, BY_CHANNELS[count]);
}

/** Bytes of shape [1, 3 or 4, height, width] as a PNG file: a tensor of one dimension. */
export function encode_png(input: Tensor, compression_level = 6): Tensor {
  const { data, width, height, channels } = imageOf(input, [1, 2, 3, 4]);
  const level = compression_level as 6;
  return from_numpy(Uint8Array.from(encode({ data, width, height, channels }, { zlib: { level } })));
}

/** Bytes of shape [1 or 3, height, width] as a JPEG file: a tensor of one dimension. */
export async function encode_jpeg(input: Tensor, quality = 75): Promise<Tensor> {
  if (quality < 1 || quality > 100) throw new ValueError("Image quality should be a positive number between 1 and 100");
  return from_numpy(await encodeNatively(imageOf(input, [1, 3]), quality));
}

interface FileModule {
  readFileSync(path: string): Uint8Array;
  writeFileSync(path: string, data: Uint8Array): void;
}

function fileSystem(): FileModule {
  const host = (globalThis as { process?: { getBuiltinModule?(id: string): unknown } }).process;
  const found = host?.getBuiltinModule?.("node:fs");
  if (found === undefined) throw new RuntimeError("reading and writing files needs Node (node:fs)");
  return found as FileModule;
}

/** The bytes of a file: a tensor of one dimension. */
export function read_file(path: string): Tensor {
  return from_numpy(Uint8Array.from(fileSystem().readFileSync(path)));
}

/** Writes a tensor of bytes to a file. */
export function write_file(filename: string, data: Tensor): void {
  fileSystem().writeFileSync(filename, bytesOf(data));
}

/**
 * A PNG or JPEG file as bytes of shape [channels, height, width].
 * @example
 * ```ts no-run
 * import { io } from "@tt/vision";
 * const image = await io.read_image("cat.jpg", "RGB");
 * ```
 */
export function read_image(path: string, mode: ImageReadMode = "UNCHANGED"): Promise<Tensor> {
  return decode_image(read_file(path), mode);
}

/** Writes bytes of shape [channels, height, width] as a PNG file. */
export function write_png(input: Tensor, filename: string, compression_level = 6): void {
  write_file(filename, encode_png(input, compression_level));
}

/** Writes bytes of shape [channels, height, width] as a JPEG file. */
export async function write_jpeg(input: Tensor, filename: string, quality = 75): Promise<void> {
  write_file(filename, await encode_jpeg(input, quality));
}
