import { type Tensor, uint8, ValueError } from "@tt/core";
import { Image } from "../image/image.ts";
import { encode_png } from "../io/image.ts";
import { pil_to_tensor } from "../transforms/conversion.ts";
import { Figure } from "./figure.ts";
import { element, text } from "./svg.ts";

/** An image: bytes, or numbers of [0, 1], [channels, H, W]; of a single plane, [H, W], any numbers. */
export type Showable = Tensor | Image;

export interface ImshowOptions {
  readonly title?: string;
  /** A text over each image. */
  readonly titles?: readonly string[];
  /** Images of a row. */
  readonly columns?: number;
  /** Least width of an image in the figure, in pixels. */
  readonly size?: number;
  /** What is black and white in an image of a single plane; its least and largest values by default. */
  readonly vmin?: number;
  readonly vmax?: number;
}

const GAP = 8;
const LETTER = 6.5;

function bytesOf(image: Showable, { vmin, vmax }: ImshowOptions): Tensor {
  const picture = (image instanceof Image ? pil_to_tensor(image) : image).detach().to("cpu");
  if (picture.ndim !== 2 && picture.ndim !== 3) {
    throw new ValueError(`imshow shows [channels, H, W] or [H, W], not [${picture.shape.join(", ")}]`);
  }
  if (picture.ndim === 3) {
    return picture.dtype === uint8 ? picture : picture.double().mul(255).round().clamp(0, 255).to(uint8);
  }
  const plane = picture.double();
  const [low, high] = [vmin ?? plane.min().item(), vmax ?? plane.max().item()];
  return plane
    .sub(low)
    .mul(255 / (high - low || 1))
    .round()
    .clamp(0, 255)
    .to(uint8)
    .unsqueeze(0);
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}

/**
 * Shows an image, or several side by side.
 *
 * @throws ValueError for what is no image
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { imshow } from "@tt/vision/plot";
 * const figure = imshow([rand(3, 32, 32), rand(3, 32, 32)], { titles: ["cat", "dog"] });
 * // await figure.save("images.svg"), or figure.draw(canvas) in a page
 * ```
 */
export function imshow(images: Showable | readonly Showable[], options: ImshowOptions = {}): Figure {
  const list = (Array.isArray(images) ? images : [images]) as readonly Showable[];
  const { title = "", titles = [], columns = Math.min(8, list.length), size = list.length === 1 ? 320 : 96 } = options;
  const pictures = list.map((image) => bytesOf(image, options));
  const sizes = pictures.map(({ shape }) => [shape.at(-1)!, shape.at(-2)!] as const);
  const scale = Math.max(1, Math.ceil(size / Math.max(1, ...sizes.map(([width]) => width))));
  const widest = Math.max(...titles.map((one) => one.length * LETTER), ...sizes.map(([width]) => width * scale));
  const highest = Math.max(...sizes.map(([, height]) => height * scale));
  const head = title === "" ? 0 : 24;
  const label = titles.length === 0 ? 0 : 18;
  const cells = pictures.map((picture, i) => {
    const [width, height] = [sizes[i]![0] * scale, sizes[i]![1] * scale];
    const x = GAP + (i % columns) * (widest + GAP);
    const y = GAP + head + Math.floor(i / columns) * (highest + label + GAP);
    const href = `data:image/png;base64,${base64(encode_png(picture).numpy() as Uint8Array)}`;
    const place = { x: x + (widest - width) / 2, y: y + label, width, height };
    const middle = { "text-anchor": "middle", fill: "#333333" };
    return (
      text(x + widest / 2, y + 12, titles[i] ?? "", middle) +
      element("image", { ...place, href, style: "image-rendering: pixelated", preserveAspectRatio: "none" })
    );
  });
  const width = GAP + Math.min(columns, list.length) * (widest + GAP);
  const height = GAP + head + Math.ceil(list.length / columns) * (highest + label + GAP);
  const heading = text(width / 2, GAP + 14, title, { "text-anchor": "middle", "font-size": 15, fill: "#333333" });
  return new Figure(Math.ceil(width), Math.ceil(height), heading + cells.join(""));
}
