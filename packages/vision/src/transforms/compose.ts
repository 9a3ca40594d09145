import { rand, randperm } from "@tt/core";
import { show } from "../python.ts";
import { type PictureTransform, Transform } from "./transform.ts";
import type { Picture } from "./types.ts";

/** Any function of one argument, transforms included. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyTransform = (input: any) => any;

/** What the first transform takes that does not take everything. */
type InputOf<T extends readonly AnyTransform[]> = T extends readonly [infer First, ...infer Rest extends AnyTransform[]]
  ? First extends PictureTransform
    ? Rest extends readonly []
      ? Picture
      : InputOf<Rest>
    : First extends (input: infer I) => unknown
      ? I
      : never
  : unknown;

/** What the last transform gives that does not give what it takes. */
type OutputOf<T extends readonly AnyTransform[]> = T extends readonly [...infer Rest extends AnyTransform[], infer Last]
  ? Last extends PictureTransform
    ? Rest extends readonly []
      ? Picture
      : OutputOf<Rest>
    : Last extends (input: never) => infer O
      ? O
      : never
  : unknown;

/** Whether each function takes what the one before gives is not checked; the ends' types are. */
export type Composed<T extends readonly AnyTransform[]> = [input: InputOf<T>, output: OutputOf<T>];

const lines = (transforms: readonly AnyTransform[]): string => transforms.map((t) => `\n    ${String(t)}`).join("");

/**
 * Transforms one after another.
 * @example
 * ```ts
 * import { transforms } from "@tt/vision";
 * String(new transforms.Compose([new transforms.ToTensor()])); // "Compose(\n    ToTensor()\n)"
 * ```
 */
export class Compose<const T extends readonly AnyTransform[]> extends Transform<InputOf<T>, OutputOf<T>> {
  readonly transforms: T;

  constructor(transforms: T) {
    super();
    this.transforms = transforms;
  }

  override forward(input: InputOf<T>): OutputOf<T> {
    let value: unknown = input;
    for (const transform of this.transforms) value = transform(value);
    return value as OutputOf<T>;
  }

  override toString(): string {
    return `Compose(${lines(this.transforms)}\n)`;
  }
}

/** Transforms one after another, or with probability 1 - `p` none of them. */
export class RandomApply<I> extends Transform<I, I> {
  readonly transforms: readonly ((input: I) => I)[];
  readonly p: number;

  constructor(transforms: readonly ((input: I) => I)[], p: number | { p?: number } = 0.5) {
    super();
    this.transforms = transforms;
    this.p = typeof p === "number" ? p : (p.p ?? 0.5);
  }

  override forward(input: I): I {
    if (this.p < rand(1).item()) return input;
    return this.transforms.reduce((value, transform) => transform(value), input);
  }

  override toString(): string {
    return `RandomApply(\n    p=${show(this.p)}${lines(this.transforms)}\n)`;
  }
}

/** Transforms in a random order. torchvision draws it from Python's generator, this one from PyTorch's. */
export class RandomOrder<I> extends Transform<I, I> {
  readonly transforms: readonly ((input: I) => I)[];

  constructor(transforms: readonly ((input: I) => I)[]) {
    super();
    this.transforms = transforms;
  }

  override forward(input: I): I {
    const order = randperm(this.transforms.length).tolist() as number[];
    return order.reduce((value, i) => this.transforms[i]!(value), input);
  }

  override toString(): string {
    return `RandomOrder(${lines(this.transforms)}\n)`;
  }
}

/** One of the transforms, by weights `p`. torchvision draws it from Python's generator, this one from PyTorch's. */
export class RandomChoice<I, O> extends Transform<I, O> {
  readonly transforms: readonly ((input: I) => O)[];
  readonly p: readonly number[] | null;

  constructor(transforms: readonly ((input: I) => O)[], p: readonly number[] | null = null) {
    super();
    this.transforms = transforms;
    this.p = p;
  }

  override forward(input: I): O {
    const weights = this.p ?? this.transforms.map(() => 1);
    let left = rand(1).item() * weights.reduce((sum, weight) => sum + weight, 0);
    const chosen = weights.findIndex((weight) => (left -= weight) < 0);
    return this.transforms.at(chosen)!(input);
  }

  override toString(): string {
    return `RandomChoice(${lines(this.transforms)}\n)(p=${show(this.p)})`;
  }
}
