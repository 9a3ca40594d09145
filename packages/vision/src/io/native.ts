/** JPEG by what the host has: the package `sharp` in Node, canvases in browsers. */
import { RuntimeError } from "@tt/core";
import { Image } from "../image/image.ts";
import { convertImage } from "../image/modes.ts";

type Sharp = (typeof import("sharp"))["default"];

/** The package that reads and writes what Node does not. @throws RuntimeError where it is not installed */
export async function sharp(what = "JPEG"): Promise<Sharp> {
  // A name that bundlers for browsers do not follow.
  const name = "sharp";
  try {
    return ((await import(/* @vite-ignore */ name)) as { default: Sharp }).default;
  } catch (error) {
    throw new RuntimeError(`${what} in Node needs the package "sharp": npm install sharp`, { cause: error });
  }
}

const inBrowser = (): boolean => typeof createImageBitmap === "function" && typeof OffscreenCanvas === "function";

function context(width: number, height: number): [OffscreenCanvas, OffscreenCanvasRenderingContext2D] {
  const canvas = new OffscreenCanvas(width, height);
  const drawing = canvas.getContext("2d");
  if (drawing === null) throw new RuntimeError("this browser has no canvas to decode images with");
  return [canvas, drawing];
}

/** Decodes an image. @throws RuntimeError where nothing can */
export async function decodeNatively(bytes: Uint8Array, type: string): Promise<Image> {
  if (inBrowser()) {
    const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
    const { width, height } = bitmap;
    const [, drawing] = context(width, height);
    drawing.drawImage(bitmap, 0, 0);
    const { data } = drawing.getImageData(0, 0, width, height);
    return convertImage(new Image(new Uint8Array(data.buffer), width, height, "RGBA"), "RGB");
  }
  const { data, info } = await (await sharp())(bytes).raw().toBuffer({ resolveWithObject: true });
  const mode = info.channels === 1 ? "L" : info.channels === 4 ? "RGBA" : "RGB";
  return new Image(Uint8Array.from(data), info.width, info.height, mode);
}

/** Encodes an image as JPEG. @throws RuntimeError where nothing can */
export async function encodeNatively(image: Image, quality: number): Promise<Uint8Array> {
  const { width, height } = image;
  if (inBrowser()) {
    const [canvas, drawing] = context(width, height);
    const { data } = convertImage(image, "RGBA");
    drawing.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: quality / 100 });
    return new Uint8Array(await blob.arrayBuffer());
  }
  const raw = { width, height, channels: image.channels as 1 | 3 };
  return Uint8Array.from(await (await sharp())(image.data, { raw }).jpeg({ quality }).toBuffer());
}
