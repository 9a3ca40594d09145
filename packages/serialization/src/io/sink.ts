import { AtomicFile } from "./atomic-file.ts";
import { BytesIO } from "./bytes-io.ts";

/** Where bytes go, in order. */
export interface Sink {
  write(chunk: Uint8Array): void | Promise<void>;
  /** Everything was written. */
  close(): void | Promise<void>;
  /** Something failed: leave nothing behind. */
  abort(reason: unknown): void | Promise<void>;
}

/** A sink that never makes its caller wait for a promise. */
export interface SyncSink extends Sink {
  write(chunk: Uint8Array): void;
  close(): void;
  abort(reason: unknown): void;
}

/** `FileSystemFileHandle`: what the browser's file system and its save dialog give. */
export interface WritableHandle {
  createWritable(): Promise<WritableStream<Uint8Array>>;
}

/** An open file of Node's `fs/promises`. */
export interface WriteFileHandle {
  readonly fd: number;
  write(buffer: Uint8Array, offset: number, length: number, position: null): Promise<{ bytesWritten: number }>;
}

/** Where `save` writes: a path, a file in memory, a stream, or an open or chosen file. */
export type SaveTarget = string | URL | BytesIO | WritableStream<Uint8Array> | WritableHandle | WriteFileHandle;

class BytesSink implements SyncSink {
  readonly #target: BytesIO;
  readonly #start: number;

  constructor(target: BytesIO) {
    this.#target = target;
    this.#start = target.tell();
  }

  write(chunk: Uint8Array): void {
    this.#target.write(chunk);
  }

  close(): void {}

  abort(): void {
    this.#target.seek(this.#start);
  }
}

class StreamSink implements Sink {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#writer.ready;
    await this.#writer.write(chunk);
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  async abort(reason: unknown): Promise<void> {
    await this.#writer.abort(reason).catch(() => {});
  }
}

class HandleSink implements Sink {
  readonly #handle: WriteFileHandle;

  constructor(handle: WriteFileHandle) {
    this.#handle = handle;
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let done = 0; done < chunk.length;) {
      const { bytesWritten } = await this.#handle.write(chunk, done, chunk.length - done, null);
      done += bytesWritten;
    }
  }

  close(): void {}

  abort(): void {}
}

/** @throws TypeError for anything that cannot be written to without waiting */
export function openSyncSink(target: SaveTarget): SyncSink {
  if (typeof target === "string" || target instanceof URL) return new AtomicFile(target);
  if (target instanceof BytesIO) return new BytesSink(target);
  throw new TypeError("saveSync writes to a path or a BytesIO; use `await save(...)` for streams and handles");
}

export async function openSink(target: SaveTarget): Promise<Sink> {
  if (typeof target === "string" || target instanceof URL) return AtomicFile.async(target);
  if (target instanceof BytesIO) return new BytesSink(target);
  if ("getWriter" in target) return new StreamSink(target);
  if ("createWritable" in target) return new StreamSink(await target.createWritable());
  if ("fd" in target) return new HandleSink(target);
  throw new TypeError("expected a path, a BytesIO, a WritableStream or a file handle to save to");
}
