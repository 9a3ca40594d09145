/** The header of a GGUF file, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md: metadata and a list of tensors. */
import { ValueError } from "@tt/core";
import { type Reading, request } from "../io/range.ts";
import { nbytesOfType, type TypeName, typeOf } from "./types.ts";

export type GGUFValue = number | bigint | boolean | string | readonly GGUFValue[];

export interface TensorInfo {
  readonly name: string;
  readonly type: TypeName;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly start: number;
  readonly nbytes: number;
}

export interface Header {
  readonly version: number;
  readonly metadata: Readonly<Record<string, GGUFValue>>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

const FIRST_WINDOW = 2 ** 20;
const MAX_DIMS = 64;
/** Arrays of arrays are allowed; nobody writes them deeper than this. */
const MAX_DEPTH = 4;
const ALIGNMENT = 32;

function fail(reason: string): never {
  throw new ValueError(`the GGUF file is damaged: ${reason}`);
}

/** The window ended inside the header: more bytes might complete it. */
class Truncated extends Error {}

/** Reads the header, of which only reading it tells how long it is. @throws ValueError */
export function* readHeader(fileSize: number): Reading<Header> {
  for (let window = Math.min(FIRST_WINDOW, fileSize); ; window = Math.min(4 * window, fileSize)) {
    const bytes = yield* request(0, window);
    try {
      return new HeaderReader(bytes, fileSize).read();
    } catch (error) {
      if (!(error instanceof Truncated)) throw error;
      if (window === fileSize) fail("it ends inside its header");
    }
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

class HeaderReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #fileSize: number;
  #at = 0;

  constructor(bytes: Uint8Array, fileSize: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fileSize = fileSize;
  }

  read(): Header {
    const magic = this.#take(4);
    if (String.fromCharCode(...this.#bytes.subarray(magic, magic + 4)) !== "GGUF")
      throw new ValueError("this is no GGUF file");
    const version = this.#u32();
    if (version > 0xffff) throw new ValueError("big-endian GGUF files are not supported");
    if (version < 2 || version > 3) throw new ValueError(`GGUF files of version ${version} are not supported`);
    // The smallest entries have 24 and 13 bytes.
    const tensorCount = this.#count(24);
    const metadataCount = this.#count(13);
    const metadata: Record<string, GGUFValue> = Object.create(null) as Record<string, GGUFValue>;
    for (let i = 0; i < metadataCount; i++) {
      const key = this.#text();
      if (key in metadata) fail(`two values of ${JSON.stringify(key)}`);
      metadata[key] = this.#value(this.#u32(), 0);
    }
    const list = Array.from({ length: tensorCount }, () => this.#tensor());
    return { version, metadata, tensors: this.#place(list, metadata["general.alignment"] ?? ALIGNMENT) };
  }

  /** Offsets count from the end of the header, rounded up. */
  #place(list: readonly TensorInfo[], alignment: GGUFValue): Map<string, TensorInfo> {
    if (typeof alignment !== "number" || !(alignment > 0 && alignment <= 2 ** 20 && alignment % 8 === 0))
      fail("general.alignment is no multiple of 8");
    const data = Math.ceil(this.#at / alignment) * alignment;
    const tensors = new Map<string, TensorInfo>();
    for (const info of list) {
      const start = data + info.start;
      const label = JSON.stringify(info.name);
      if (tensors.has(info.name)) fail(`two tensors named ${label}`);
      if (info.start % alignment !== 0) fail(`tensor ${label} is not aligned`);
      if (!(start + info.nbytes <= this.#fileSize)) fail(`tensor ${label} lies outside of the file`);
      tensors.set(info.name, { ...info, start });
    }
    return tensors;
  }

  #tensor(): TensorInfo {
    const name = this.#text();
    const dims = this.#u32();
    if (dims > MAX_DIMS) fail(`tensor ${JSON.stringify(name)} has ${dims} dimensions`);
    // The innermost dimension comes first.
    const shape = Array.from({ length: dims }, () => this.#u64()).reverse();
    const type = typeOf(this.#u32(), name);
    return { name, type, shape, start: this.#u64(), nbytes: nbytesOfType(type, shape, name) };
  }

  #value(type: number, depth: number): GGUFValue {
    const view = this.#view;
    switch (type) {
      case 0:
        return view.getUint8(this.#take(1));
      case 1:
        return view.getInt8(this.#take(1));
      case 2:
        return view.getUint16(this.#take(2), true);
      case 3:
        return view.getInt16(this.#take(2), true);
      case 4:
        return this.#u32();
      case 5:
        return view.getInt32(this.#take(4), true);
      case 6:
        return view.getFloat32(this.#take(4), true);
      case 7:
        return view.getUint8(this.#take(1)) !== 0;
      case 8:
        return this.#text();
      case 9:
        return this.#array(depth);
      case 10:
        return integer(view.getBigUint64(this.#take(8), true));
      case 11:
        return integer(view.getBigInt64(this.#take(8), true));
      case 12:
        return view.getFloat64(this.#take(8), true);
      default:
        return fail(`metadata of the unknown type ${type}`);
    }
  }

  #array(depth: number): GGUFValue {
    if (depth === MAX_DEPTH) fail("its metadata are nested too deeply");
    const type = this.#u32();
    const count = this.#count(1);
    const items: GGUFValue[] = [];
    for (let i = 0; i < count; i++) items.push(this.#value(type, depth + 1));
    return items;
  }

  /** Moves past `count` bytes and gives where they began. */
  #take(count: number): number {
    const start = this.#at;
    if (!(count <= this.#bytes.length - start)) throw new Truncated();
    this.#at = start + count;
    return start;
  }

  #u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  #u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** How many of something follow that has at least `size` bytes each. */
  #count(size: number): number {
    const count = this.#u64();
    if (!(count * size <= this.#fileSize)) fail(`it claims to have ${count} entries`);
    return count;
  }

  #text(): string {
    const length = this.#u64();
    if (!(length <= this.#fileSize)) fail(`a text of ${length} bytes`);
    const start = this.#take(length);
    try {
      return utf8.decode(this.#bytes.subarray(start, start + length));
    } catch {
      return fail("a text that is not UTF-8");
    }
  }
}

function integer(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
