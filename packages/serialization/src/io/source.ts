import { fill } from "./chunks.ts";
import type { Range } from "./range.ts";

export interface ReadOptions {
  /** Called with the number of bytes that have just been read. */
  onRead?: (bytes: number) => void;
  signal?: AbortSignal | undefined;
}

/** Bytes with random access. A range's `onBytes` is called by whoever reads it, once at least. */
export interface ByteSource {
  readonly size: number;
  /** A file name for messages, if there is one. */
  readonly name?: string;
  /** Absent where the host cannot block. */
  readSync?(range: Range, options: ReadOptions): Uint8Array<ArrayBuffer>;
  read(range: Range, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
  close(): void | Promise<void>;
}

/** A source over bytes in memory. */
export class BytesSource implements ByteSource {
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array | ArrayBuffer) {
    // Not a Buffer, whose slice() does not copy.
    this.#bytes = (
      bytes instanceof ArrayBuffer
        ? new Uint8Array(bytes)
        : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    ) as Uint8Array<ArrayBuffer>;
  }

  get size(): number {
    return this.#bytes.length;
  }

  readSync(range: Range, options: ReadOptions): Uint8Array<ArrayBuffer> {
    const end = range.offset + range.length;
    const bytes = range.own ? this.#bytes.slice(range.offset, end) : this.#bytes.subarray(range.offset, end);
    options.onRead?.(range.length);
    range.onBytes?.(bytes, range.length);
    return bytes;
  }

  async read(range: Range, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.readSync(range, options);
  }

  close(): void {}
}

/** A source over a Blob or a File, such as a file input gives. */
export class BlobSource implements ByteSource {
  readonly #blob: Blob;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  get size(): number {
    return this.#blob.size;
  }

  get name(): string {
    return "name" in this.#blob ? String(this.#blob.name) : "";
  }

  read(range: Range, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return fill(range, options, async (bytes, at, length, position) => {
      const piece = new Uint8Array(await this.#blob.slice(position, position + length).arrayBuffer());
      bytes.set(piece, at);
      return piece.length;
    });
  }

  close(): void {}
}
