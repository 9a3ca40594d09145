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
