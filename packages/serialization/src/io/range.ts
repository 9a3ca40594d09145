/**
 * Reading as a conversation: a format's reader is a generator that asks for ranges of bytes and is
 * sent them. One reader so serves synchronous and asynchronous sources.
 */
import type { ByteSource, ReadOptions } from "./source.ts";

export interface Range {
  readonly offset: number;
  readonly length: number;
  /** The bytes must have a buffer of their own, starting at 0: they become tensors' memory. */
  readonly own?: boolean;
  /**
   * Called as the bytes arrive, in order, and at last with all: the first `ready` bytes are there.
   * What it throws ends the reading.
   */
  onBytes?(bytes: Uint8Array<ArrayBuffer>, ready: number): void;
}

export type Reading<T> = Generator<Range, T, Uint8Array<ArrayBuffer>>;

/** Asks for one range. */
export function* request(offset: number, length: number, own = false): Reading<Uint8Array<ArrayBuffer>> {
  return yield { offset, length, own };
}

export function readSync<T>(reading: Reading<T>, source: ByteSource, options: ReadOptions = {}): T {
  let step = reading.next();
  while (!step.done) {
    options.signal?.throwIfAborted();
    const range = checked(step.value, source);
    const bytes = source.readSync?.(range, options);
    if (!bytes) throw new TypeError("this source can only be read asynchronously: use `await load(...)`");
    step = reading.next(bytes);
  }
  return step.value;
}

export async function readAsync<T>(reading: Reading<T>, source: ByteSource, options: ReadOptions = {}): Promise<T> {
  let step = reading.next();
  while (!step.done) {
    options.signal?.throwIfAborted();
    step = reading.next(await source.read(checked(step.value, source), options));
  }
  return step.value;
}

function checked(range: Range, source: ByteSource): Range {
  if (!(range.offset >= 0 && range.length >= 0 && range.offset + range.length <= source.size)) {
    throw new RangeError(
      `bytes ${range.offset} to ${range.offset + range.length} lie outside of the file's ${source.size} bytes`,
    );
  }
  return range;
}
