import { requireBuiltin } from "./node.ts";
import type { Range } from "./range.ts";
import type { ByteSource, ReadOptions } from "./source.ts";

/** Large reads are cut so that progress shows and an abort is heard. */
const CHUNK = 32 * 2 ** 20;

/** Memory that is about to be overwritten need not be zeroed first, where the host offers that. */
function allocate(length: number): Uint8Array<ArrayBuffer> {
  // Slow buffers are no part of a pool: their memory is their own.
  return typeof Buffer === "undefined" ? new Uint8Array(length) : new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

/** A file on disk, read where it is asked for. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #fs: typeof import("node:fs");
  #fd: number | undefined;

  /** @throws Error `ENOENT` and the like, as `fs.openSync` gives them */
  constructor(path: string | URL) {
    this.#fs = requireBuiltin("node:fs", "reading a path");
    this.name = String(path);
    this.#fd = this.#fs.openSync(path, "r");
    const stat = this.#fs.fstatSync(this.#fd);
    if (!stat.isFile()) {
      this.close();
      throw new TypeError(`${this.name} is not a file`);
    }
    this.size = stat.size;
  }

  get #open(): number {
    if (this.#fd === undefined) throw new Error(`${this.name} is closed already`);
    return this.#fd;
  }

  readSync(range: Range, options: ReadOptions): Uint8Array<ArrayBuffer> {
    const bytes = allocate(range.length);
    for (let done = 0; done < range.length;) {
      options.signal?.throwIfAborted();
      const count = this.#fs.readSync(
        this.#open,
        bytes,
        done,
        Math.min(CHUNK, range.length - done),
        range.offset + done,
      );
      if (count === 0) throw new Error(`${this.name} became shorter while it was read`);
      done += count;
      options.onRead?.(count);
    }
    return bytes;
  }

  async read(range: Range, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = allocate(range.length);
    for (let done = 0; done < range.length;) {
      options.signal?.throwIfAborted();
      const count = await new Promise<number>((resolve, reject) => {
        this.#fs.read(this.#open, bytes, done, Math.min(CHUNK, range.length - done), range.offset + done, (error, n) =>
          error ? reject(error) : resolve(n),
        );
      });
      if (count === 0) throw new Error(`${this.name} became shorter while it was read`);
      done += count;
      options.onRead?.(count);
    }
    return bytes;
  }

  close(): void {
    if (this.#fd !== undefined) this.#fs.closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** The part of `fs.promises.FileHandle` that is used. */
export interface FileHandleLike {
  readonly fd: number;
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  stat(): Promise<{ size: number }>;
}

/** An open file of the caller, who closes it. */
export class FileHandleSource implements ByteSource {
  readonly size: number;
  readonly #handle: FileHandleLike;

  constructor(handle: FileHandleLike, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  async read(range: Range, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = allocate(range.length);
    for (let done = 0; done < range.length;) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await this.#handle.read(
        bytes,
        done,
        Math.min(CHUNK, range.length - done),
        range.offset + done,
      );
      if (bytesRead === 0) throw new Error("the file became shorter while it was read");
      done += bytesRead;
      options.onRead?.(bytesRead);
    }
    return bytes;
  }

  close(): void {}
}
