/**
 * A file in memory, as Python's `io.BytesIO`: something to save to and load from.
 *
 * @example
 * const buffer = new BytesIO();
 * saveSync([1, 2, 3], buffer);
 * buffer.seek(0);
 * loadSync(buffer); // [1, 2, 3]
 */
export class BytesIO {
  #bytes: Uint8Array<ArrayBuffer>;
  #length: number;
  #position = 0;

  constructor(initial: Uint8Array | ArrayBuffer = new Uint8Array(0)) {
    this.#bytes = new Uint8Array(initial).slice();
    this.#length = this.#bytes.length;
  }

  /** Writes at the position, growing the file as needed; gives the number of bytes written. */
  write(chunk: Uint8Array): number {
    const end = this.#position + chunk.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, Math.min(2 * this.#bytes.length, this.#bytes.length + 2 ** 28)));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#position);
    this.#position = end;
    this.#length = Math.max(this.#length, end);
    return chunk.length;
  }

  /** Up to `size` bytes from the position on; all that is left without `size`. */
  read(size = -1): Uint8Array {
    const end = size < 0 ? this.#length : Math.min(this.#length, this.#position + size);
    const chunk = this.#bytes.slice(Math.min(this.#position, end), end);
    this.#position = Math.max(this.#position, end);
    return chunk;
  }

  /** Moves the position; `whence` 0 is from the start, 1 from the position, 2 from the end. */
  seek(offset: number, whence: 0 | 1 | 2 = 0): number {
    const base = whence === 0 ? 0 : whence === 1 ? this.#position : this.#length;
    if (base + offset < 0) throw new RangeError(`negative seek value ${base + offset}`);
    this.#position = base + offset;
    return this.#position;
  }

  tell(): number {
    return this.#position;
  }

  /** A copy of everything that was written. */
  getvalue(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** A view of the bytes from the position on, not a copy. */
  getbuffer(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(Math.min(this.#position, this.#length), this.#length);
  }
}
