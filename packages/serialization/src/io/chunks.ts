/** Filling a buffer from a file piece by piece. */
import type { Range } from "./range.ts";
import type { ReadOptions } from "./source.ts";

/** Asynchronous reads under way at a time: what has arrived is checked while the system reads on. */
const IN_FLIGHT = 3;
/** Large reads are cut so that progress shows and an abort is heard. */
const CHUNK = 8 * 2 ** 20;
/** Small enough that what was just read is still in the processor's cache when it is looked at. */
const SYNC_CHUNK = 2 ** 20;

/** Memory that is about to be overwritten need not be zeroed first, where the host offers that. */
function allocate(length: number): Uint8Array<ArrayBuffer> {
  // Slow buffers are no part of a pool: their memory is their own.
  return typeof Buffer === "undefined" ? new Uint8Array(length) : new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

/** Reads up to `length` bytes at `position` of the file to `at` of the buffer, and gives their number. */
type ReadAt<Count> = (bytes: Uint8Array, at: number, length: number, position: number) => Count;

/** @throws Error when the file ends before the range does */
export function fillSync(range: Range, options: ReadOptions, readAt: ReadAt<number>): Uint8Array<ArrayBuffer> {
  const bytes = allocate(range.length);
  for (let done = 0; done < range.length;) {
    options.signal?.throwIfAborted();
    const count = readAt(bytes, done, Math.min(SYNC_CHUNK, range.length - done), range.offset + done);
    if (count === 0) throw shorter();
    done += count;
    options.onRead?.(count);
    range.onBytes?.(bytes, done);
  }
  if (range.length === 0) range.onBytes?.(bytes, 0);
  return bytes;
}

/** {@link fillSync} without blocking. Settles only when no read is under way, so that the file may be closed then. */
export async function fill(
  range: Range,
  options: ReadOptions,
  readAt: ReadAt<Promise<number>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = allocate(range.length);
  const chunk = async (start: number): Promise<number> => {
    const end = Math.min(start + CHUNK, range.length);
    for (let done = start; done < end;) {
      const count = await readAt(bytes, done, end - done, range.offset + done);
      if (count === 0) throw shorter();
      done += count;
    }
    return end;
  };
  const underWay: Promise<number>[] = [];
  let started = 0;
  const start = (): void => {
    for (; underWay.length < IN_FLIGHT && started < range.length; started += CHUNK) {
      const promise = chunk(started);
      // One that fails before its turn is no unhandled rejection.
      promise.catch(() => {});
      underWay.push(promise);
    }
  };
  try {
    for (let done = 0; done < range.length;) {
      options.signal?.throwIfAborted();
      start();
      const end = await underWay[0]!;
      void underWay.shift();
      options.onRead?.(end - done);
      done = end;
      start();
      range.onBytes?.(bytes, done);
    }
  } finally {
    await Promise.allSettled(underWay);
  }
  if (range.length === 0) range.onBytes?.(bytes, 0);
  return bytes;
}

function shorter(): Error {
  return new Error("the file became shorter while it was read");
}
