import { readAsync, type Reading, readSync } from "../io/range.ts";
import type { ByteSource, ReadOptions } from "../io/source.ts";
import type { Decoded } from "./decode.ts";
import type { StorageRecord } from "./records.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Takes the bytes of a storage, little-endian and aligned for its type; several may be views of one buffer. */
export type Give = (record: StorageRecord, bytes: Bytes) => void;

/** An opened checkpoint: the saved object without its tensors' data. */
export interface Container extends Pick<Decoded, "value" | "objects"> {
  readonly storages: ReadonlyMap<string, StorageRecord>;
  /** The bytes of one storage, in a buffer of their own, little-endian. */
  readStorage(record: StorageRecord): Reading<Bytes>;
  /**
   * All storages, in parts that may be read in any order, also those that nothing refers to: a
   * damaged one is an error in any case.
   */
  readAll(give: Give): Iterable<Reading<void>>;
}

/** The part of `readAll` that is one storage. */
export function* readWith(readStorage: Container["readStorage"], record: StorageRecord, give: Give): Reading<void> {
  give(record, yield* readStorage(record));
}

const READERS = 2;

/** Reads all storages, one part being finished while the next begins. Settles when no read is under way. */
export async function readContentsAsync(
  container: Container,
  source: ByteSource,
  options: ReadOptions,
  give: Give,
): Promise<void> {
  const state = { queue: [...container.readAll(give)] };
  const worker = async (): Promise<void> => {
    try {
      for (let part = state.queue.shift(); part; part = state.queue.shift()) await readAsync(part, source, options);
    } catch (error) {
      state.queue = [];
      throw error;
    }
  };
  const results = await Promise.allSettled(Array.from({ length: READERS }, worker));
  const failure = results.find((result) => result.status === "rejected");
  if (failure) throw failure.reason;
}

export function readContents(container: Container, source: ByteSource, options: ReadOptions, give: Give): void {
  for (const part of container.readAll(give)) readSync(part, source, options);
}
