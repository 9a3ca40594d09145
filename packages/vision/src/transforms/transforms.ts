import { type DType, float32, pyRepr, type Tensor, ValueError } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import type { Image, ImageMode } from "../image/image.ts";
import { convert_image_dtype } from "./color.ts";
import { normalize, pil_to_tensor, to_pil_image, to_tensor } from "./conversion.ts";
import { Transform } from "./transform.ts";

/** An image as a float tensor of shape [channels, height, width] with values of [0, 1]. */
export class ToTensor extends Transform<Image, Tensor> {
  override forward(pic: Image): Tensor {
    return to_tensor(pic);
  }
}

/** An image as a uint8 tensor of shape [channels, height, width]. */
export class PILToTensor extends Transform<Image, Tensor> {
  override forward(pic: Image): Tensor {
    return pil_to_tensor(pic);
  }
}

/** Subtracts a mean from each channel and divides by a standard deviation. */
export class Normalize extends Transform<Tensor, Tensor> {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly inplace: boolean;

  constructor(mean: readonly number[], std: readonly number[], inplace: boolean | { inplace?: boolean } = false) {
    super();
    this.mean = mean;
    this.std = std;
    this.inplace = typeof inplace === "boolean" ? inplace : (inplace.inplace ?? false);
  }

  override forward(input: Tensor): Tensor {
    return normalize(input, this.mean, this.std, this.inplace);
  }

  override toString(): string {
    return `Normalize(mean=${pyRepr(this.mean)}, std=${pyRepr(this.std)})`;
  }
}

/** A function of one's own as a transform. */
export class Lambda<I, O> extends Transform<I, O> {
  readonly lambd: (input: I) => O;

  /** @throws TypeError for what is not a function */
  constructor(lambd: (input: I) => O) {
    super();
    if (typeof lambd !== "function") {
      throw new TypeError(`Argument lambd should be callable, got ${pythonTypeName(lambd)}`);
    }
    this.lambd = lambd;
  }

  override forward(input: I): O {
    return this.lambd(input);
  }
}

/** A tensor as an image. */
export class ToPILImage extends Transform<Tensor, Image> {
  readonly mode: ImageMode | null;

  constructor(mode: ImageMode | null = null) {
    super();
    this.mode = mode;
  }

  override forward(pic: Tensor): Image {
    return to_pil_image(pic, this.mode);
  }

  override toString(): string {
    return `ToPILImage(${this.mode === null ? "" : `mode=${this.mode}`})`;
  }
}

/** The values in another dtype: integers cover their whole range, floats [0, 1]. */
export class ConvertImageDtype extends Transform<Tensor, Tensor> {
  readonly dtype: DType;

  constructor(dtype: DType = float32) {
    super();
    this.dtype = dtype;
  }

  override forward(image: Tensor): Tensor {
    return convert_image_dtype(image, this.dtype);
  }
}

/** `(x - mean_vector) @ transformation_matrix` for the flattened tensor, as whitening does. */
export class LinearTransformation extends Transform<Tensor, Tensor> {
  readonly transformation_matrix: Tensor;
  readonly mean_vector: Tensor;

  /**
   * @param transformation_matrix - of shape [D, D], D = channels * height * width
   * @param mean_vector - of shape [D]
   * @throws ValueError where the shapes do not fit
   */
  constructor(transformation_matrix: Tensor, mean_vector: Tensor) {
    super();
    const [rows, columns] = transformation_matrix.shape as [number, number];
    if (rows !== columns) {
      throw new ValueError(`transformation_matrix should be square. Got (${rows}, ${columns}) rectangular matrix.`);
    }
    if (mean_vector.shape[0] !== rows) {
      throw new ValueError(
        `mean_vector should have the same length ${mean_vector.shape[0]} as any one of the dimensions of the transformation_matrix [(${rows}, ${columns})]`,
      );
    }
    this.transformation_matrix = transformation_matrix;
    this.mean_vector = mean_vector;
  }

  override forward(input: Tensor): Tensor {
    const size = input.shape.slice(-3).reduce((product, n) => product * n, 1);
    if (size !== this.transformation_matrix.shape[0]) {
      throw new ValueError(
        `Input tensor and transformation matrix have incompatible shape.[${input.shape.slice(-3).join(" x ")}] != ${this.transformation_matrix.shape[0]}`,
      );
    }
    return input.view(-1, size).sub(this.mean_vector).mm(this.transformation_matrix).view(input.shape);
  }
}
