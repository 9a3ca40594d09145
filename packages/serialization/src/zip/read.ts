import { Inflate } from "fflate";
import { request, type Reading } from "../io/range.ts";
import { crc32 } from "./crc32.ts";
import { locateData, type ZipEntry } from "./directory.ts";
import { ZipError } from "./errors.ts";

/** Deflate cannot do better than this, so more is a lie. */
const MAX_RATIO = 1032;

export interface ReadEntryOptions {
  /** Give the bytes a buffer of their own. */
  own?: boolean;
  /** Refuse entries that unpack to more bytes than this. */
  maxSize?: number;
}

/** Reads, unpacks and checks one entry. @throws ZipError */
export function* readEntry(entry: ZipEntry, options: ReadEntryOptions = {}): Reading<Uint8Array<ArrayBuffer>> {
  const label = JSON.stringify(entry.name);
  if (options.maxSize !== undefined && entry.size > options.maxSize) {
    throw new ZipError(`${label} holds ${entry.size} bytes, more than the ${options.maxSize} that were expected`);
  }
  if (entry.size > MAX_RATIO * entry.compressedSize + 64) throw new ZipError(`${label} claims an impossible size`);
  const start = yield* locateData(entry);
  const stored = entry.method === 0;
  const packed = yield* request(start, entry.compressedSize, stored && options.own === true);
  const bytes = stored ? packed : inflate(packed, entry.size, label);
  if (crc32(bytes) !== entry.crc) throw new ZipError(`${label} is damaged: its checksum does not match`);
  return bytes;
}

/** Unpacks piece by piece, so that data longer than announced is noticed before it is all there. */
function inflate(packed: Uint8Array, size: number, label: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let length = 0;
  const stream = new Inflate((chunk) => {
    if (length + chunk.length > size) throw new ZipError(`${label} unpacks to more than the ${size} bytes announced`);
    out.set(chunk, length);
    length += chunk.length;
  });
  const step = 65536;
  try {
    for (let at = 0; at < packed.length; at += step)
      stream.push(packed.subarray(at, at + step), at + step >= packed.length);
  } catch (error) {
    if (error instanceof ZipError) throw error;
    throw new ZipError(`${label} is damaged: its compressed data is invalid`, { cause: error });
  }
  if (length !== size) throw new ZipError(`${label} unpacks to ${length} instead of ${size} bytes`);
  return out;
}
