import { pyRepr, type Tensor } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import type { Image } from "../image/image.ts";
import { normalize, pil_to_tensor, to_tensor } from "./functional.ts";
import { Transform } from "./transform.ts";

/** Any function of one argument, transforms included. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyTransform = (input: any) => any;

/** Whether each function takes what the one before gives is not checked; the ends' types are. */
export type Composed<T extends readonly AnyTransform[]> = T extends readonly [infer First, ...unknown[]]
  ? T extends readonly [...unknown[], infer Last]
    ? First extends (input: infer I) => unknown
      ? Last extends (input: never) => infer O
        ? [input: I, output: O]
        : never
      : never
    : never
  : [input: unknown, output: unknown];

/**
 * Transforms one after another.
 * @example
 * ```ts
 * import { transforms } from "@tt/vision";
 * String(new transforms.Compose([new transforms.ToTensor()])); // "Compose(\n    ToTensor()\n)"
 * ```
 */
export class Compose<const T extends readonly AnyTransform[]> extends Transform<Composed<T>[0], Composed<T>[1]> {
  readonly transforms: T;

  constructor(transforms: T) {
    super();
    this.transforms = transforms;
  }

  override forward(input: Composed<T>[0]): Composed<T>[1] {
    let value: unknown = input;
    for (const transform of this.transforms) value = transform(value);
    return value;
  }

  override toString(): string {
    return `Compose(${this.transforms.map((t) => `\n    ${String(t)}`).join("")}\n)`;
  }
}

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
