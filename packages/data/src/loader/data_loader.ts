import { type Generator, NotImplementedError, pyRepr, type PyValue, ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { withFirst } from "../arguments.ts";
import { IterableDataset, type ItemOf } from "../dataset/dataset.ts";
import { BatchSampler } from "../sampler/batch_sampler.ts";
import { drawSeed, RandomSampler, SequentialSampler } from "../sampler/sampler.ts";
import { type Collated, default_collate, default_convert } from "./collate.ts";
import { type AnyDataset, asyncFetcher, END, fetcher, type Recipe } from "./fetch.ts";

/** An order of items or batches; `length` where it is known. */
export type Order<T> = Iterable<T> & { readonly length?: number };

export interface DataLoaderOptions<T = unknown, B = unknown> {
  /** Items of a batch; null gives single items. */
  batch_size?: number | null;
  /** Whether every pass has another order. */
  shuffle?: boolean | null;
  sampler?: Order<number> | null;
  batch_sampler?: Order<readonly number[]> | null;
  /** Workers that load items; 0 loads them here. */
  num_workers?: number;
  /** Makes a batch of items; {@link default_collate} by default. */
  collate_fn?: ((items: T[]) => B) | null;
  pin_memory?: boolean;
  /** Leaves out a last batch that is too small. */
  drop_last?: boolean;
  timeout?: number;
  worker_init_fn?: ((worker_id: number) => void) | null;
  multiprocessing_context?: string | null;
  /** Where the shuffle's numbers come from; the default generator by default. */
  generator?: Generator | null;
  prefetch_factor?: number;
  persistent_workers?: boolean;
  pin_memory_device?: string;
}

type Read<T> = Required<DataLoaderOptions<T>> & { dataset: AnyDataset<T> };

const read = signature<Read<unknown>>(
  'DataLoader(Any dataset, Any? batch_size=1, bool? shuffle=None, Any? sampler=None, Any? batch_sampler=None, int num_workers=0, Function? collate_fn=None, bool pin_memory=False, bool drop_last=False, float timeout=0, Any? worker_init_fn=None, Any? multiprocessing_context=None, Generator? generator=None, *, int prefetch_factor=2, bool persistent_workers=False, str pin_memory_device="")',
);

/** What a loader gives for these options. */
export type BatchOf<D, O> = O extends { collate_fn: (...args: never[]) => infer B }
  ? Awaited<B>
  : O extends { batch_size: null }
    ? ItemOf<D>
    : Collated<ItemOf<D>>;

/**
 * Batches of a dataset. Each `for` loop over it is one pass. With items that are promises, use
 * `for await`.
 *
 * @example
 * ```ts
 * import { DataLoader, TensorDataset } from "@tt/data";
 * import { arange } from "@tt/core";
 * const dataset = new TensorDataset(arange(6).reshape(3, 2), arange(3));
 * for (const [x, y] of new DataLoader(dataset, { batch_size: 2 })) {
 *   console.log(x.shape, y.tolist()); // [2, 2] [0, 1], then [1, 2] [2]
 * }
 * ```
 */
export class DataLoader<const D extends AnyDataset<unknown>, const O extends DataLoaderOptions<ItemOf<D>> = {}> {
  static readonly schema: readonly string[] = read.schema;
  readonly dataset: D;
  readonly batch_size: number | null;
  readonly drop_last: boolean;
  readonly sampler: Order<number>;
  readonly batch_sampler: Order<readonly number[]> | null;
  readonly generator: Generator | null;
  readonly num_workers: number;
  readonly timeout: number;
  readonly pin_memory: boolean;
  readonly prefetch_factor: number;
  readonly persistent_workers: boolean;
  readonly collate_fn: (items: never) => unknown;

  /**
   * @throws ValueError for options that exclude each other
   * @throws NotImplementedError for workers
   */
  constructor(
    dataset: D,
    ...args: Arguments<
      [
        batch_size: number | null,
        shuffle: boolean | null,
        sampler: Order<number> | null,
        batch_sampler: Order<readonly number[]> | null,
        num_workers: number,
      ],
      O
    >
  ) {
    const options = read(withFirst(dataset, args));
    checkWorkers(options);
    checkOrder(options);
    this.dataset = dataset;
    this.num_workers = options.num_workers;
    this.timeout = options.timeout;
    this.pin_memory = options.pin_memory;
    this.prefetch_factor = options.prefetch_factor;
    this.persistent_workers = options.persistent_workers;
    this.generator = options.generator;
    this.drop_last = options.drop_last;
    this.batch_size = options.batch_sampler === null ? options.batch_size : null;
    this.sampler = options.sampler ?? defaultSampler(options);
    this.batch_sampler =
      options.batch_sampler ??
      (this.batch_size === null ? null : new BatchSampler(this.sampler, this.batch_size, this.drop_last));
    this.collate_fn = options.collate_fn ?? (this.batch_sampler === null ? default_convert : default_collate);
  }

  /** Number of batches of a pass. */
  get length(): number {
    const { dataset, batch_sampler, sampler, batch_size } = this;
    if (dataset instanceof IterableDataset) {
      const items = dataset.length;
      if (items === undefined) throw new TypeError(`object of type '${dataset.constructor.name}' has no len()`);
      if (batch_size === null) return items;
      return this.drop_last ? Math.floor(items / batch_size) : Math.ceil(items / batch_size);
    }
    const { length } = batch_sampler ?? sampler;
    if (length === undefined) throw new TypeError("the sampler has no length");
    return length;
  }

  private get recipe(): Recipe<unknown> {
    const { dataset, batch_sampler, drop_last, collate_fn } = this;
    return { dataset, batched: batch_sampler !== null, drop_last, collate_fn };
  }

  private indices(): Iterator<number | readonly number[]> {
    return (this.batch_sampler ?? this.sampler)[Symbol.iterator]();
  }

  [Symbol.iterator](): IterableIterator<BatchOf<D, O>> {
    // PyTorch draws the workers' base seed when the iterator is made, workers or not.
    drawSeed(this.generator);
    return batches(this.indices(), fetcher(this.recipe)) as IterableIterator<BatchOf<D, O>>;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<BatchOf<D, O>> {
    drawSeed(this.generator);
    return asyncBatches(this.indices(), asyncFetcher(this.recipe)) as AsyncIterableIterator<BatchOf<D, O>>;
  }
}

type Indices = number | readonly number[];

function* batches(indices: Iterator<Indices>, fetch: (indices: Indices) => unknown): IterableIterator<unknown> {
  for (let next = indices.next(); next.done !== true; next = indices.next()) {
    const batch = fetch(next.value);
    if (batch === END) return;
    yield batch;
  }
}

async function* asyncBatches(
  indices: Iterator<Indices>,
  fetch: (indices: Indices) => Promise<unknown>,
): AsyncIterableIterator<unknown> {
  for (let next = indices.next(); next.done !== true; next = indices.next()) {
    const batch = await fetch(next.value);
    if (batch === END) return;
    yield batch;
  }
}

/** The same index for ever: a stream ends by itself. */
const forever: Iterable<number> = {
  *[Symbol.iterator](): IterableIterator<number> {
    for (;;) yield 0;
  },
};

function defaultSampler({ dataset, shuffle, generator }: Read<unknown>): Order<number> {
  if (dataset instanceof IterableDataset) return forever;
  return shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset);
}

function checkWorkers(options: Read<unknown>): void {
  const { num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context } = options;
  if (num_workers < 0) {
    throw new ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.");
  }
  if (timeout < 0) throw new ValueError("timeout option should be non-negative");
  if (num_workers === 0 && prefetch_factor !== 2) {
    throw new ValueError(
      "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable multiprocessing.",
    );
  }
  if (prefetch_factor <= 0) throw new ValueError("prefetch_factor option should be positive");
  if (persistent_workers && num_workers === 0) {
    throw new ValueError("persistent_workers option needs num_workers > 0");
  }
  if (multiprocessing_context !== null && num_workers === 0) {
    throw new ValueError(
      `multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers=${num_workers}`,
    );
  }
  if (num_workers > 0) {
    throw new NotImplementedError("DataLoader: num_workers > 0 is not supported yet; use num_workers=0");
  }
}

function checkOrder(options: Read<unknown>): void {
  const { dataset, batch_size, shuffle, sampler, batch_sampler, drop_last } = options;
  const unspecified = (name: string, value: unknown): ValueError =>
    new ValueError(
      `DataLoader with IterableDataset: expected unspecified ${name} option, but got ${name}=${textOf(value)}`,
    );
  if (dataset instanceof IterableDataset) {
    if (shuffle) throw unspecified("shuffle", shuffle);
    if (sampler !== null) throw unspecified("sampler", sampler);
    if (batch_sampler !== null) throw unspecified("batch_sampler", batch_sampler);
  }
  if (sampler !== null && shuffle) throw new ValueError("sampler option is mutually exclusive with shuffle");
  if (batch_sampler !== null && (batch_size !== 1 || shuffle || sampler !== null || drop_last)) {
    throw new ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last");
  }
  if (batch_sampler === null && batch_size === null && drop_last) {
    throw new ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last");
  }
}

function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return pyRepr(value as PyValue);
  return `<${value.constructor.name} object>`;
}
