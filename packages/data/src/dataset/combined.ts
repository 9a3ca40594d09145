import { RuntimeError, ValueError } from "@tt/core";
import { Dataset, IterableDataset, iterateAsync, type MapDataset } from "./dataset.ts";

/** Datasets one after another. */
export class ConcatDataset<T> extends Dataset<T> {
  readonly datasets: readonly MapDataset<T>[];
  /** Where each dataset ends. */
  readonly cumulative_sizes: readonly number[];

  /** Running totals of the lengths. */
  static cumsum(datasets: readonly { readonly length: number }[]): number[] {
    let total = 0;
    return datasets.map(({ length }) => (total += length));
  }

  /** @throws RuntimeError for no datasets, or streams */
  constructor(datasets: Iterable<MapDataset<T> | readonly T[]>) {
    super();
    this.datasets = [...datasets] as MapDataset<T>[];
    if (this.datasets.length === 0) throw new RuntimeError("datasets should not be an empty iterable");
    if (this.datasets.some((d) => (d as unknown) instanceof IterableDataset)) {
      throw new RuntimeError("ConcatDataset does not support IterableDataset");
    }
    this.cumulative_sizes = ConcatDataset.cumsum(this.datasets);
  }

  override get length(): number {
    return this.cumulative_sizes.at(-1)!;
  }

  /** PyTorch's former spelling of {@link ConcatDataset.cumulative_sizes}. */
  get cummulative_sizes(): readonly number[] {
    return this.cumulative_sizes;
  }

  override at(index: number): T | Promise<T> {
    if (index < 0 && -index > this.length) {
      throw new ValueError("absolute value of index should not exceed dataset length");
    }
    const place = index < 0 ? this.length + index : index;
    const found = this.cumulative_sizes.findIndex((end) => place < end);
    if (found < 0) throw new RangeError("list index out of range");
    return this.datasets[found]!.at(found === 0 ? place : place - this.cumulative_sizes[found - 1]!);
  }
}

/** Streams one after another. */
export class ChainDataset<T> extends IterableDataset<T> {
  readonly datasets: Iterable<IterableDataset<T>>;

  constructor(datasets: Iterable<IterableDataset<T>>) {
    super();
    this.datasets = datasets;
  }

  private *streams(): IterableIterator<IterableDataset<T>> {
    for (const dataset of this.datasets) {
      if (!((dataset as unknown) instanceof IterableDataset)) {
        throw new RuntimeError("ChainDataset only supports IterableDataset");
      }
      yield dataset;
    }
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const dataset of this.streams()) yield* dataset as unknown as Iterable<T>;
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<T> {
    for (const dataset of this.streams()) {
      const iterator = iterateAsync(dataset);
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    }
  }
}

/** Some items of a dataset. */
export class Subset<T> extends Dataset<T> {
  readonly dataset: MapDataset<T>;
  readonly indices: readonly number[];

  constructor(dataset: MapDataset<T> | readonly T[], indices: readonly number[]) {
    super();
    this.dataset = dataset as MapDataset<T>;
    this.indices = indices;
  }

  override get length(): number {
    return this.indices.length;
  }

  override at(index: number): T | Promise<T> {
    const place = this.indices.at(index);
    if (place === undefined) throw new RangeError("list index out of range");
    return this.dataset.at(place);
  }
}

/** Several datasets side by side: an item holds one of each. */
export class StackDataset<
  D extends readonly MapDataset<unknown>[] | Readonly<Record<string, MapDataset<unknown>>>,
> extends Dataset<{ -readonly [K in keyof D]: D[K] extends MapDataset<infer T> ? T : never }> {
  readonly datasets: D;
  override readonly length: number;

  /**
   * @param datasets - an array, whose items become arrays, or an object, whose items become objects
   * @throws ValueError for none, or different lengths
   */
  constructor(datasets: D) {
    super();
    const lengths = Object.values<MapDataset<unknown>>(datasets as Record<string, MapDataset<unknown>>).map(
      (d) => d.length,
    );
    if (lengths.length === 0) throw new ValueError("At least one dataset should be passed");
    if (lengths.some((n) => n !== lengths[0])) throw new ValueError("Size mismatch between datasets");
    this.datasets = datasets;
    this.length = lengths[0]!;
  }

  override at(index: number): { -readonly [K in keyof D]: D[K] extends MapDataset<infer T> ? T : never } {
    const { datasets } = this;
    const item = Array.isArray(datasets)
      ? (datasets as readonly MapDataset<unknown>[]).map((d) => d.at(index))
      : Object.fromEntries(
          Object.entries(datasets as Record<string, MapDataset<unknown>>).map(([key, d]) => [key, d.at(index)]),
        );
    return item as { -readonly [K in keyof D]: D[K] extends MapDataset<infer T> ? T : never };
  }
}
