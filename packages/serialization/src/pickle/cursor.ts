import { TruncatedPickle, UnpicklingError } from "./errors.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** Reads the arguments of opcodes; every read is checked against the end of the data. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    // Not a Buffer, whose slice() does not copy.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  /** Moves past `count` bytes and gives where they began. */
  #take(count: number): number {
    const start = this.position;
    if (!(count <= this.bytes.length - start)) throw new TruncatedPickle();
    this.position = start + count;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** An unsigned 64-bit length; one beyond 2^53 is beyond any data, so precision does not matter. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** Big-endian, unlike everything else in a pickle. */
  f64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  slice(length: number): Uint8Array {
    const start = this.#take(length);
    return this.bytes.subarray(start, start + length);
  }

  skip(length: number): void {
    this.#take(length);
  }

  text(length: number): string {
    const bytes = this.slice(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new UnpicklingError("a string in the pickle is not valid UTF-8");
    }
  }

  /** The rest of the line, without its newline. */
  line(): string {
    const end = this.bytes.indexOf(10, this.position);
    if (end < 0) throw new TruncatedPickle();
    const line = latin1.decode(this.bytes.subarray(this.position, end));
    this.position = end + 1;
    return line;
  }

  /** A little-endian two's complement integer. */
  long(length: number): number | bigint {
    const bytes = this.slice(length);
    if (length === 0) return 0;
    let hex = "";
    const chunks: string[] = [];
    for (let i = length - 1; i >= 0; i--) {
      hex += bytes[i]!.toString(16).padStart(2, "0");
      if (hex.length > 4096) {
        chunks.push(hex);
        hex = "";
      }
    }
    const unsigned = BigInt(`0x${chunks.join("")}${hex}`);
    return toInteger(bytes[length - 1]! & 0x80 ? unsigned - (1n << BigInt(8 * length)) : unsigned);
  }
}

/** A number where it is exact, else a bigint. */
export function toInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
