import { readAsync, type Reading } from "../io/range.ts";
import type { ByteSource, ReadOptions } from "../io/source.ts";
import type { StorageRecord } from "./records.ts";

/** An opened checkpoint: the saved object without its tensors' data. */
export interface Container {
  /** In the unpickler's terms: see `materialize`. */
  readonly value: unknown;
  readonly storages: ReadonlyMap<string, StorageRecord>;
  /** The bytes of one storage, in a buffer of their own, little-endian. */
  readStorage(record: StorageRecord): Reading<Uint8Array<ArrayBuffer>>;
}

const READERS = 3;

export type Contents = Map<StorageRecord, Uint8Array<ArrayBuffer>>;

/**
 * {@link readContents} with a few storages under way at a time: one is checked while the next is
 * read by the system.
 */
export async function readContentsAsync(
  container: Container,
  source: ByteSource,
  options: ReadOptions,
): Promise<Contents> {
  const contents: Contents = new Map();
  const queue = container.storages.values();
  const worker = async (): Promise<void> => {
    for (const record of queue) contents.set(record, await readAsync(container.readStorage(record), source, options));
  };
  await Promise.all(Array.from({ length: READERS }, worker));
  return contents;
}

/** Reads all storages, also those that nothing refers to: a damaged one is an error in any case. */
export function* readContents(container: Container): Reading<Contents> {
  const contents: Contents = new Map();
  for (const record of container.storages.values()) contents.set(record, yield* container.readStorage(record));
  return contents;
}
