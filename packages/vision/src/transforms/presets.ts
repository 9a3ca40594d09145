import type { Tensor } from "@tt/core";
import { Image } from "../image/image.ts";
import { floatList } from "../python.ts";
import { convert_image_dtype } from "./color.ts";
import { normalize, pil_to_tensor } from "./conversion.ts";
import { center_crop, resize } from "./geometry.ts";
import { Transform } from "./transform.ts";
import type { InterpolationMode, Picture } from "./types.ts";

export interface ImageClassificationOptions {
  readonly crop_size: number;
  readonly resize_size?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly interpolation?: InterpolationMode;
}

/** What published classifiers want done to their inputs: resized, the middle cut out, to floats, normalised. */
export class ImageClassification extends Transform<Picture, Tensor> {
  readonly crop_size: number;
  readonly resize_size: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly interpolation: InterpolationMode;

  constructor({
    crop_size,
    resize_size = 256,
    mean = [0.485, 0.456, 0.406],
    std = [0.229, 0.224, 0.225],
    interpolation = "bilinear",
  }: ImageClassificationOptions) {
    super();
    this.crop_size = crop_size;
    this.resize_size = resize_size;
    this.mean = mean;
    this.std = std;
    this.interpolation = interpolation;
  }

  override forward(img: Picture): Tensor {
    const resized = resize(img, this.resize_size, this.interpolation);
    const cropped = center_crop(resized, this.crop_size);
    const tensor = cropped instanceof Image ? pil_to_tensor(cropped) : cropped;
    return normalize(convert_image_dtype(tensor), this.mean, this.std);
  }

  override toString(): string {
    const { crop_size, resize_size, mean, std, interpolation } = this;
    return `ImageClassification(\n    crop_size=[${crop_size}]\n    resize_size=[${resize_size}]\n    mean=${floatList(mean)}\n    std=${floatList(std)}\n    interpolation=InterpolationMode.${interpolation.toUpperCase()}\n)`;
  }
}
