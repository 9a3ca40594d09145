import type { Reading } from "../io/range.ts";
import type { StorageRecord } from "./records.ts";

/** An opened checkpoint: the saved object without its tensors' data. */
export interface Container {
  /** In the unpickler's terms: see `materialize`. */
  readonly value: unknown;
  readonly storages: ReadonlyMap<string, StorageRecord>;
  /** The bytes of one storage, in a buffer of their own, little-endian. */
  readStorage(record: StorageRecord): Reading<Uint8Array<ArrayBuffer>>;
}

export type Contents = Map<StorageRecord, Uint8Array<ArrayBuffer>>;

/** Reads all storages, also those that nothing refers to: a damaged one is an error in any case. */
export function* readContents(container: Container): Reading<Contents> {
  const contents: Contents = new Map();
  for (const record of container.storages.values()) contents.set(record, yield* container.readStorage(record));
  return contents;
}
