import { empty, float64, Generator, int64, pyRepr, randint, randperm, tensor, Tensor, ValueError } from "@tt/core";
import { multinomial } from "@tt/core/statistics";
import { type Arguments, signature } from "@tt/core/dispatch";
import { withFirst } from "../arguments.ts";

/** What has a length. */
export interface Sized {
  readonly length: number;
}

/** Base class of orders in which items are visited. */
export abstract class Sampler<T = number> implements Iterable<T> {
  /** Number of items of one pass, where it is known. */
  abstract readonly length: number;
  abstract [Symbol.iterator](): Iterator<T>;
}

/** A 63-bit seed from the default generator (or `generator`), as PyTorch draws it. */
export function drawSeed(generator: Generator | null = null): number | bigint {
  return empty([], { dtype: int64, device: "cpu" }).random_({ generator }).item();
}

/** 0, 1, 2, ... */
export class SequentialSampler extends Sampler {
  readonly data_source: Sized;

  constructor(data_source: Sized) {
    super();
    this.data_source = data_source;
  }

  override get length(): number {
    return this.data_source.length;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const { length } = this;
    for (let i = 0; i < length; i++) yield i;
  }
}

export interface RandomSamplerOptions {
  /** Whether an item may come more than once. */
  replacement?: boolean;
  /** Number of items of one pass; all by default. */
  num_samples?: number | null;
  /** Where numbers come from; by default a new generator each pass, seeded by the default one. */
  generator?: Generator | null;
}

const readRandom = signature<Required<RandomSamplerOptions> & { data_source: Sized }>(
  "RandomSampler(Any data_source, bool replacement=False, float? num_samples=None, Generator? generator=None)",
);

/** All items in random order, or a random draw of them. */
export class RandomSampler extends Sampler {
  static readonly schema: readonly string[] = readRandom.schema;
  readonly data_source: Sized;
  readonly replacement: boolean;
  readonly generator: Generator | null;
  private readonly given: number | null;

  /** @throws ValueError when there is nothing to draw */
  constructor(
    data_source: Sized,
    ...args: Arguments<
      [replacement: boolean, num_samples: number | null, generator: Generator | null],
      RandomSamplerOptions
    >
  ) {
    super();
    const options = readRandom(withFirst(data_source, args));
    this.data_source = options.data_source;
    this.replacement = options.replacement;
    this.generator = options.generator;
    this.given = options.num_samples;
    checkCount("num_samples", this.num_samples);
  }

  /** Number of items of one pass. */
  get num_samples(): number {
    return this.given ?? this.data_source.length;
  }

  override get length(): number {
    return this.num_samples;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const n = this.data_source.length;
    const { num_samples: count } = this;
    const generator = this.generator ?? new Generator().manual_seed(drawSeed());
    if (this.replacement) {
      const draw = (size: number): number[] =>
        randint(n, [size], { dtype: int64, generator, device: "cpu" }).tolist() as number[];
      for (let i = 0; i < Math.floor(count / 32); i++) yield* draw(32);
      yield* draw(count % 32);
      return;
    }
    const order = (): number[] => randperm(n, { generator, device: "cpu" }).tolist() as number[];
    for (let i = 0; i < Math.floor(count / n); i++) yield* order();
    // Drawn even when none of it is used: PyTorch's generator then stands at the same place.
    yield* order().slice(0, count % n);
  }
}

/** Some indices in random order. */
export class SubsetRandomSampler extends Sampler {
  static readonly schema: readonly string[] = ["SubsetRandomSampler(Any indices, Generator? generator=None) -> Any"];
  readonly indices: readonly number[];
  readonly generator: Generator | null;

  constructor(indices: readonly number[], generator: Generator | null | { generator?: Generator | null } = null) {
    super();
    this.indices = indices;
    this.generator = generator instanceof Generator ? generator : (generator?.generator ?? null);
  }

  override get length(): number {
    return this.indices.length;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const order = randperm(this.indices.length, { generator: this.generator, device: "cpu" }).tolist() as number[];
    for (const i of order) yield this.indices[i]!;
  }
}

export interface WeightedRandomSamplerOptions {
  num_samples?: number;
  replacement?: boolean;
  generator?: Generator | null;
}

const readWeighted = signature<Required<WeightedRandomSamplerOptions> & { weights: readonly number[] | Tensor }>(
  "WeightedRandomSampler(Any weights, float num_samples, Any replacement=True, Generator? generator=None)",
);

/** Items drawn by weight. */
export class WeightedRandomSampler extends Sampler {
  static readonly schema: readonly string[] = readWeighted.schema;
  readonly weights: Tensor;
  readonly num_samples: number;
  readonly replacement: boolean;
  readonly generator: Generator | null;

  /** @throws ValueError for bad numbers of samples, or weights that are not one-dimensional */
  constructor(
    weights: readonly number[] | Tensor,
    ...args: Arguments<
      [num_samples: number, replacement: boolean, generator: Generator | null],
      WeightedRandomSamplerOptions
    >
  ) {
    super();
    const options = readWeighted([weights, ...args]);
    checkCount("num_samples", options.num_samples);
    if (typeof options.replacement !== "boolean") {
      throw new ValueError(`replacement should be a boolean value, but got replacement=${String(options.replacement)}`);
    }
    const given = options.weights;
    this.weights = given instanceof Tensor ? given.to(float64) : tensor(given, { dtype: float64 });
    if (this.weights.ndim !== 1) {
      throw new ValueError(
        `weights should be a 1d sequence but given weights have shape ${pyRepr([...this.weights.shape])}`,
      );
    }
    this.num_samples = options.num_samples;
    this.replacement = options.replacement;
    this.generator = options.generator;
  }

  override get length(): number {
    return this.num_samples;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const { weights, num_samples, replacement, generator } = this;
    yield* multinomial(weights, num_samples, replacement, { generator }).tolist() as number[];
  }
}

/** @throws ValueError unless `value` is a positive integer */
export function checkCount(name: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isInteger(value) || value <= 0) {
    throw new ValueError(`${name} should be a positive integer value, but got ${name}=${pyRepr(value as number)}`);
  }
}
