import { fill, fillSync } from "./chunks.ts";
import { requireBuiltin } from "./node.ts";
import type { Range } from "./range.ts";
import type { ByteSource, ReadOptions } from "./source.ts";

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
    return fillSync(range, options, (bytes, at, length, position) =>
      this.#fs.readSync(this.#open, bytes, at, length, position),
    );
  }

  read(range: Range, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return fill(
      range,
      options,
      (bytes, at, length, position) =>
        new Promise((resolve, reject) => {
          this.#fs.read(this.#open, bytes, at, length, position, (error, n) => (error ? reject(error) : resolve(n)));
        }),
    );
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

  read(range: Range, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return fill(
      range,
      options,
      async (bytes, at, length, position) => (await this.#handle.read(bytes, at, length, position)).bytesRead,
    );
  }

  close(): void {}
}
