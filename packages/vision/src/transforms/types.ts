import type { Tensor } from "@tt/core";
import type { Image } from "../image/image.ts";

/** What transforms work on: an image, or a tensor of shape [..., channels, height, width]. */
export type Picture = Image | Tensor;

/** How values between pixels are found. */
export const InterpolationMode = {
  NEAREST: "nearest",
  BILINEAR: "bilinear",
  BICUBIC: "bicubic",
  BOX: "box",
  HAMMING: "hamming",
  LANCZOS: "lanczos",
} as const;
export type InterpolationMode = (typeof InterpolationMode)[keyof typeof InterpolationMode];

/** What stands where nothing comes from: a value, or one for each channel; null is zero. */
export type Fill = number | readonly number[] | null;

export type PaddingMode = "constant" | "edge" | "reflect" | "symmetric";

/** One number for both, or height and width. */
export type Size = number | readonly number[];
