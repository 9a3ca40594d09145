import { IterableDataset, iterate, iterateAsync, type MapDataset } from "../dataset/dataset.ts";

/** A dataset of either kind. */
export type AnyDataset<T> = MapDataset<T> | IterableDataset<T>;

/** How items become what the loader gives. */
export interface Recipe<T> {
  readonly dataset: AnyDataset<T>;
  /** Whether indices come in batches. */
  readonly batched: boolean;
  readonly drop_last: boolean;
  readonly collate_fn: (data: never) => unknown;
}

/** What a fetcher gives once a stream has ended. */
export const END: unique symbol = Symbol("end");

type Indices = number | readonly number[];

/** Gives the batch for some indices without waiting. */
export function fetcher<T>({ dataset, batched, drop_last, collate_fn }: Recipe<T>): (indices: Indices) => unknown {
  const collate = collate_fn as (data: unknown) => unknown;
  if (!(dataset instanceof IterableDataset)) {
    return (indices) => {
      const data = batched
        ? (indices as readonly number[]).map((i) => settled(dataset.at(i)))
        : settled(dataset.at(indices as number));
      return settled(collate(data));
    };
  }
  const iterator = iterate(dataset);
  return (indices) => {
    if (!batched) {
      const next = iterator.next();
      return next.done === true ? END : settled(collate(next.value));
    }
    const wanted = (indices as readonly number[]).length;
    const data: T[] = [];
    while (data.length < wanted) {
      const next = iterator.next();
      if (next.done === true) break;
      data.push(next.value);
    }
    return data.length === 0 || (drop_last && data.length < wanted) ? END : settled(collate(data));
  };
}

function settled<R>(value: R): R {
  if (value instanceof Promise) {
    throw new TypeError('the dataset or collate_fn gives promises: use "for await (const batch of loader)"');
  }
  return value;
}

/** Gives the batch for some indices, waiting for promises of items and of the collation. */
export function asyncFetcher<T>({
  dataset,
  batched,
  drop_last,
  collate_fn,
}: Recipe<T>): (indices: Indices) => Promise<unknown> {
  const collate = collate_fn as (data: unknown) => unknown;
  if (!(dataset instanceof IterableDataset)) {
    return async (indices) => {
      if (!batched) return collate(await dataset.at(indices as number));
      return collate(await Promise.all((indices as readonly number[]).map((i) => dataset.at(i))));
    };
  }
  const iterator = iterateAsync(dataset);
  return async (indices) => {
    if (!batched) {
      const next = await iterator.next();
      return next.done === true ? END : collate(next.value);
    }
    const wanted = (indices as readonly number[]).length;
    const data: T[] = [];
    while (data.length < wanted) {
      const next = await iterator.next();
      if (next.done === true) break;
      data.push(next.value);
    }
    return data.length === 0 || (drop_last && data.length < wanted) ? END : collate(data);
  };
}
