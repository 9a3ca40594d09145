import type { Sink, SyncSink } from "./sink.ts";

export interface WriteOptions {
  /** Called with the number of bytes written so far, and how many there are in all. */
  progress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Larger chunks are cut so that progress shows and an abort is heard. */
const CHUNK = 32 * 2 ** 20;

function* pieces(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) for (let at = 0; at < chunk.length; at += CHUNK) yield chunk.subarray(at, at + CHUNK);
}

export function writeAllSync(sink: SyncSink, chunks: Iterable<Uint8Array>, total: number, options: WriteOptions): void {
  try {
    let done = 0;
    for (const piece of pieces(chunks)) {
      options.signal?.throwIfAborted();
      sink.write(piece);
      options.progress?.((done += piece.length), total);
    }
    sink.close();
  } catch (error) {
    sink.abort(error);
    throw error;
  }
}

export async function writeAll(
  sink: Sink,
  chunks: Iterable<Uint8Array>,
  total: number,
  options: WriteOptions,
): Promise<void> {
  try {
    let done = 0;
    for (const piece of pieces(chunks)) {
      options.signal?.throwIfAborted();
      await sink.write(piece);
      options.progress?.((done += piece.length), total);
    }
    await sink.close();
  } catch (error) {
    await sink.abort(error);
    throw error;
  }
}
