/** Conversions under the names of v2. */
import type { DType, Tensor } from "@tt/core";
import { type Arguments, bind } from "../../arguments.ts";
import { Image } from "../../image/image.ts";
import { convertImage } from "../../image/modes.ts";
import { show } from "../../python.ts";
import { convert_image_dtype } from "../color.ts";
import { pil_to_tensor } from "../conversion.ts";
import { PictureTransform, Transform } from "../transform.ts";
import type { Picture } from "../types.ts";

/** An image as a tensor of bytes, [channels, H, W]; tensors stay as they are. */
export const to_image = (input: Picture): Tensor => (input instanceof Image ? pil_to_tensor(input) : input);

/** A tensor as another dtype: its values as they are, or with `scale` those of images, from 0 to 1 or to the largest integer. */
export const to_dtype = (input: Tensor, dtype: DType, { scale = false }: { readonly scale?: boolean } = {}): Tensor =>
  scale ? convert_image_dtype(input, dtype) : input.to(dtype);

/** An image of one channel as one of three. */
export function to_rgb<P extends Picture>(input: P): P {
  if (input instanceof Image) return convertImage(input, "RGB") as Picture as P;
  if (input.shape.at(-3) === 3) return input;
  return input.expand([...input.shape.slice(0, -3), 3, ...input.shape.slice(-2)]) as Picture as P;
}

/** {@link to_image} as a transform. */
export class ToImage extends Transform<Picture, Tensor> {
  override forward(input: Picture): Tensor {
    return to_image(input);
  }
}

/** Tensors stay as they are: there are no kinds of tensors here. */
export class ToPureTensor extends PictureTransform {
  override forward<P extends Picture>(input: P): P {
    return input;
  }
}

/** Whatever comes. */
export class Identity extends PictureTransform {
  override forward<P extends Picture>(input: P): P {
    return input;
  }
}

/** {@link to_rgb} as a transform. */
export class RGB extends PictureTransform {
  override forward<P extends Picture>(input: P): P {
    return to_rgb(input);
  }
}

interface ToDtypeArgs {
  dtype: DType;
  /** Whether values are those of images, 0 to 1 or to the largest integer. */
  scale?: boolean;
}
const TO_DTYPE = ["dtype", "scale"] as const;

/** {@link to_dtype} as a transform. */
export class ToDtype extends Transform<Tensor, Tensor> {
  readonly dtype: DType;
  readonly scale: boolean;

  constructor(...args: Arguments<ToDtypeArgs, typeof TO_DTYPE>) {
    super();
    const { dtype, scale } = bind<ToDtypeArgs>("ToDtype.__init__()", TO_DTYPE, { scale: false }, args);
    this.dtype = dtype;
    this.scale = scale;
  }

  override forward(input: Tensor): Tensor {
    return to_dtype(input, this.dtype, { scale: this.scale });
  }

  override toString(): string {
    return `ToDtype(scale=${show(this.scale)})`;
  }
}
