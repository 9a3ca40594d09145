import { type Generator, pyRepr, type PyValue, ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { withFirst } from "../arguments.ts";
import { IterableDataset, type ItemOf } from "../dataset/dataset.ts";
import { BatchSampler } from "../sampler/batch_sampler.ts";
import { drawSeed, RandomSampler, SequentialSampler } from "../sampler/sampler.ts";
import { devicesHere } from "../worker/devices.ts";
import { checkPlan, originOf, planOf } from "../worker/origin.ts";
import { Pool } from "../worker/pool.ts";
import { prepare } from "../worker/spares.ts";
import type { WorkerLike } from "../worker/spawn.ts";
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
  /** Workers that load items; 0 loads them here. Workers make the dataset anew: see `importDataset`. */
  num_workers?: number;
  /** Makes a batch of items; {@link default_collate} by default. */
  collate_fn?: ((items: T[]) => B) | null;
  /** Whether tensors that workers load come in memory shared with them. */
  pin_memory?: boolean;
  /** Leaves out a last batch that is too small. */
  drop_last?: boolean;
  /** Seconds to wait for a batch of the workers; 0 for ever. */
  timeout?: number;
  /** Called in each worker with its number; see `importFunction`. */
  worker_init_fn?: ((worker_id: number) => unknown) | null;
  multiprocessing_context?: string | null;
  /** Where the shuffle's numbers come from; the default generator by default. */
  generator?: Generator | null;
  /** Batches that each worker loads ahead. */
  prefetch_factor?: number;
  /** Whether the workers wait for the next pass instead of stopping after each. */
  persistent_workers?: boolean;
  pin_memory_device?: string;
  /**
   * Starts a worker script of one's own, which calls `serve` of `@tt/data/worker`: bundlers need to see
   * `() => new Worker(new URL("./my_worker.js", import.meta.url), { type: "module" })`.
   */
  worker?: (() => WorkerLike) | null;
}

type Read<T> = Required<DataLoaderOptions<T>> & { dataset: AnyDataset<T> };

const read = signature<Read<unknown>>(
  'DataLoader(Any dataset, Any? batch_size=1, bool? shuffle=None, Any? sampler=None, Any? batch_sampler=None, int num_workers=0, Function? collate_fn=None, bool pin_memory=False, bool drop_last=False, float timeout=0, Any? worker_init_fn=None, Any? multiprocessing_context=None, Generator? generator=None, *, int prefetch_factor=2, bool persistent_workers=False, str pin_memory_device="", Function? worker=None)',
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
  readonly worker_init_fn: ((worker_id: number) => unknown) | null;
  private readonly worker: (() => WorkerLike) | null;
  /** Workers that wait for the next pass. */
  private pool: Pool | null = null;

  /**
   * @throws ValueError for options that exclude each other
   * @throws TypeError when there are workers and the dataset is nothing they can make: see `importDataset`
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
    this.worker_init_fn = options.worker_init_fn;
    this.worker = options.worker;
    this.generator = options.generator;
    this.drop_last = options.drop_last;
    this.batch_size = options.batch_sampler === null ? options.batch_size : null;
    this.sampler = options.sampler ?? defaultSampler(options);
    this.batch_sampler =
      options.batch_sampler ??
      (this.batch_size === null ? null : new BatchSampler(this.sampler, this.batch_size, this.drop_last));
    this.collate_fn = options.collate_fn ?? (this.batch_sampler === null ? default_convert : default_collate);
    if (this.num_workers > 0) {
      const modules = checkPlan(dataset);
      checkOrigin(this.worker_init_fn);
      if (this.worker === null) prepare(this.num_workers, modules);
    }
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
    if (this.num_workers > 0) throw new TypeError('workers answer later: use "for await (const batch of loader)"');
    // PyTorch draws the workers' base seed when the iterator is made, workers or not.
    drawSeed(this.generator);
    return batches(this.indices(), fetcher(this.recipe)) as IterableIterator<BatchOf<D, O>>;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<BatchOf<D, O>> {
    const seed = drawSeed(this.generator);
    if (this.num_workers > 0)
      return this.poolFor(BigInt(seed)).run(this.indices()) as AsyncIterableIterator<BatchOf<D, O>>;
    return asyncBatches(this.indices(), asyncFetcher(this.recipe)) as AsyncIterableIterator<BatchOf<D, O>>;
  }

  /** Workers for a pass: those that wait for it, or new ones. */
  private poolFor(seed: bigint): Pool {
    if (this.pool !== null && !this.pool.closed) return this.pool;
    const { dataset, num_workers, prefetch_factor, timeout, drop_last, pin_memory, collate_fn } = this;
    const builtin =
      collate_fn === default_collate ? "default_collate" : collate_fn === default_convert ? "default_convert" : null;
    const collate = builtin ?? originOf(collate_fn) ?? "later";
    const pool = new Pool(
      {
        num_workers,
        prefetch_factor,
        timeout,
        persistent: this.persistent_workers,
        worker: this.worker,
        finish: collate === "later" ? (collate_fn as (data: unknown) => unknown) : null,
        setup: {
          devices: devicesHere(),
          dataset: planOf(dataset),
          batched: this.batch_sampler !== null,
          drop_last,
          collate,
          init: this.worker_init_fn === null ? null : originOf(this.worker_init_fn)!,
          shared: pin_memory,
        },
      },
      seed,
    );
    if (this.persistent_workers) this.pool = pool;
    return pool;
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
}

function checkOrigin(init: ((worker_id: number) => unknown) | null): void {
  if (init !== null && originOf(init) === undefined) {
    throw new TypeError(
      'DataLoader: worker_init_fn runs in the workers, and closures do not cross threads. Take it from a module: `await importFunction(new URL("./init.js", import.meta.url), "init")`',
    );
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
