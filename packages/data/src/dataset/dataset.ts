/** What a map-style dataset must be: arrays are datasets as they are. */
export interface MapDataset<T> {
  /** Number of items. */
  readonly length: number;
  /** The item at `index`, or a promise of it. */
  at(index: number): T | Promise<T>;
}

/** The type of a dataset's items. */
export type ItemOf<D> = D extends { at(index: number): infer R }
  ? Exclude<Awaited<R>, undefined>
  : D extends Streamable<infer T>
    ? T
    : never;

/** What can be walked through. */
export type Streamable<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Base class of datasets whose items have an index.
 * @example
 * ```ts
 * import { Dataset } from "@tt/data";
 * class Squares extends Dataset<number> {
 *   override readonly length = 10;
 *   override at(index: number): number {
 *     return index * index;
 *   }
 * }
 * new Squares().at(3); // 9
 * ```
 */
export abstract class Dataset<T> implements MapDataset<T> {
  abstract readonly length: number;
  abstract at(index: number): T | Promise<T>;
}

/**
 * Base class of datasets that are streams. Implement `[Symbol.iterator]` or
 * `[Symbol.asyncIterator]`; give `length` where it is known.
 * @example
 * ```ts
 * import { DataLoader, IterableDataset } from "@tt/data";
 * class Countdown extends IterableDataset<number> {
 *   *[Symbol.iterator](): IterableIterator<number> {
 *     yield* [3, 2, 1];
 *   }
 * }
 * const loader = new DataLoader(new Countdown(), { batch_size: 2 });
 * [...loader].map((batch) => batch.tolist()); // [[3, 2], [1]]
 * ```
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- loaders infer it
export abstract class IterableDataset<T> {
  /** Number of items, where it is known. */
  readonly length?: number;
  /** @internal only carries the type */
  declare readonly itemType: T;
}

/** Walks a stream that is not asynchronous. @throws TypeError for one that is */
export function iterate<T>(dataset: IterableDataset<T>): Iterator<T> {
  const stream = dataset as Partial<Iterable<T>>;
  const start = stream[Symbol.iterator];
  if (start === undefined) {
    throw new TypeError(
      `${dataset.constructor.name} is an asynchronous stream: use "for await (const batch of loader)"`,
    );
  }
  return start.call(stream);
}

/** Walks a stream of either kind. */
export function iterateAsync<T>(dataset: IterableDataset<T>): Iterator<T> | AsyncIterator<T> {
  const stream = dataset as Partial<AsyncIterable<T>>;
  return stream[Symbol.asyncIterator]?.() ?? iterate(dataset);
}
