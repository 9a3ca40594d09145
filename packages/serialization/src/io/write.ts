import type { Sink, SyncSink } from "./sink.ts";

export interface WriteOptions {
  /** Called with the number of bytes written so far, and how many there are in all. */
  progress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Larger chunks are cut so that progress shows and an abort is heard. */
const CHUNK = 32 * 2 ** 20;
/** Smaller ones are put together: each write costs a call, and a file of many small tensors has thousands. */
const SMALL = 2 ** 15;
const BLOCK = 2 ** 18;

function* pieces(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let block = new Uint8Array(0);
  let filled = 0;
  for (const chunk of chunks) {
    if (filled > 0 && (chunk.length > SMALL || filled + chunk.length > BLOCK)) {
      yield block.subarray(0, filled);
      filled = 0;
    }
    if (chunk.length > SMALL) {
      for (let at = 0; at < chunk.length; at += CHUNK) yield chunk.subarray(at, at + CHUNK);
    } else {
      // A block may still be under way to its sink when the next one begins.
      if (filled === 0) block = new Uint8Array(BLOCK);
      block.set(chunk, filled);
      filled += chunk.length;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

export function writeAllSync(sink: SyncSink, chunks: Iterable<Uint8Array>, total: number, options: WriteOptions): void {
  try {
    let done = 0;
    for (const piece of pieces(chunks)) {
      options.signal?.throwIfAborted();
      sink.write(piece);
      options.progress?.((done += piece.length), total);
    }
    options.signal?.throwIfAborted();
    sink.close();
  } catch (error) {
    sink.abort(error);
    throw error;
  }
}

/** While one piece is being written, the next is made: a checksum takes as long as a write. */
export async function writeAll(
  sink: Sink,
  chunks: Iterable<Uint8Array>,
  total: number,
  options: WriteOptions,
): Promise<void> {
  let underWay: { readonly length: number; readonly written: Promise<void> } | undefined;
  let done = 0;
  const finish = async (): Promise<void> => {
    if (!underWay) return;
    const { length, written } = underWay;
    underWay = undefined;
    await written;
    options.progress?.((done += length), total);
  };
  try {
    for (const piece of pieces(chunks)) {
      await finish();
      options.signal?.throwIfAborted();
      const written = Promise.resolve(sink.write(piece));
      // It may fail while the next piece is made, before anybody waits for it.
      written.catch(() => {});
      underWay = { length: piece.length, written };
    }
    await finish();
    options.signal?.throwIfAborted();
    await sink.close();
  } catch (error) {
    await underWay?.written.catch(() => {});
    await sink.abort(error);
    throw error;
  }
}
