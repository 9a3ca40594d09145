/**
 * The index of a zip archive.
 *
 * The libraries there are either want the whole archive in memory (fflate) or only read
 * asynchronously (zip.js, yauzl, unzipit), while `loadSync` and lazily loaded tensors need one
 * entry at a time, at once, straight into the tensor's own memory. So the index is read here;
 * compression is left to fflate.
 */
import { request, type Reading } from "../io/range.ts";
import { ZipError } from "./errors.ts";

const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

export interface ZipEntry {
  readonly name: string;
  /** 0 is stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
  /** No byte of this entry lies at or beyond this offset. */
  limit: number;
}

export interface ZipDirectory {
  readonly entries: ReadonlyMap<string, ZipEntry>;
}

/** Whether a file that begins with these bytes is a zip archive. */
export function looksLikeZip(start: Uint8Array): boolean {
  return (
    start.length >= 4 &&
    start[0] === 0x50 &&
    start[1] === 0x4b &&
    ((start[2] === 3 && start[3] === 4) || (start[2] === 5 && start[3] === 6))
  );
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads the central directory. @throws ZipError */
export function* readDirectory(fileSize: number): Reading<ZipDirectory> {
  const { count, size, offset } = yield* readEnd(fileSize);
  if (offset + size > fileSize)
    throw new ZipError(
      "failed finding central directory: it lies outside of the file; the file is truncated or damaged",
    );
  if (count > size / 46) throw new ZipError("the central directory is shorter than its number of entries");
  const bytes = yield* request(offset, size);
  const view = viewOf(bytes);
  const list: ZipEntry[] = [];
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { entry, next } = readCentral(bytes, view, at);
    at = next;
    if (entries.has(entry.name)) throw new ZipError(`the archive has two entries named ${JSON.stringify(entry.name)}`);
    entries.set(entry.name, entry);
    list.push(entry);
  }
  checkOverlap(list, offset);
  return { entries };
}

/** Finds the end record, and its 64-bit twin. */
function* readEnd(fileSize: number): Reading<{ count: number; size: number; offset: number }> {
  const tailSize = Math.min(fileSize, 22 + 0xffff + 20);
  const tailStart = fileSize - tailSize;
  const tail = yield* request(tailStart, tailSize);
  const view = viewOf(tail);
  for (let at = tailSize - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== tailSize) continue;
    if (view.getUint16(at + 4, true) !== view.getUint16(at + 6, true))
      throw new ZipError("archives in several parts are not supported");
    const end = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const locator = at - 20;
    if (locator < 0 || view.getUint32(locator, true) !== END64_LOCATOR) return end;
    const end64 = Number(view.getBigUint64(locator + 8, true));
    if (!(end64 + 56 <= fileSize)) throw new ZipError("the zip64 end record lies outside of the file");
    const record = viewOf(yield* request(end64, 56));
    if (record.getUint32(0, true) !== END64) throw new ZipError("the zip64 end record is damaged");
    return {
      count: Number(record.getBigUint64(32, true)),
      size: Number(record.getBigUint64(40, true)),
      offset: Number(record.getBigUint64(48, true)),
    };
  }
  throw new ZipError("failed finding central directory; the file is truncated, or is no zip archive");
}

function readCentral(bytes: Uint8Array, view: DataView, at: number): { entry: ZipEntry; next: number } {
  if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL)
    throw new ZipError("the central directory is damaged");
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > bytes.length) throw new ZipError("the central directory is damaged");
  const name = decodeName(bytes.subarray(at + 46, nameEnd));
  const flags = view.getUint16(at + 8, true);
  if (flags & 1) throw new ZipError(`${JSON.stringify(name)} is encrypted`);
  const method = view.getUint16(at + 10, true);
  if (method !== 0 && method !== 8)
    throw new ZipError(`${JSON.stringify(name)} uses compression method ${method}, which is not supported`);
  const narrow = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const [size, compressedSize, headerOffset] = widen(narrow, view, nameEnd, extraEnd) as [number, number, number];
  if (method === 0 && size !== compressedSize)
    throw new ZipError(`${JSON.stringify(name)} is stored, but its two sizes differ`);
  const crc = view.getUint32(at + 16, true);
  return { entry: { name, method, crc, compressedSize, size, headerOffset, limit: 0 }, next };
}

/** Names are never used as paths, but one that tries to be clever is no checkpoint's. */
function decodeName(bytes: Uint8Array): string {
  let name: string;
  try {
    name = utf8.decode(bytes);
  } catch {
    name = new TextDecoder("latin1").decode(bytes);
  }
  // oxlint-disable-next-line no-control-regex
  if (/^[/\\]|^[a-zA-Z]:|\\|\0/.test(name) || name.split("/").includes(".."))
    throw new ZipError(`the archive has an entry with the unsafe name ${JSON.stringify(name)}`);
  return name;
}

/** Values that do not fit 32 bits are all ones there, and stand in the zip64 extra field. */
function widen(narrow: readonly number[], view: DataView, start: number, end: number): number[] {
  if (!narrow.includes(0xffffffff)) return [...narrow];
  for (let at = start; at + 4 <= end;) {
    const id = view.getUint16(at, true);
    const next = at + 4 + view.getUint16(at + 2, true);
    if (id === 1 && next <= end) {
      let from = at + 4;
      return narrow.map((value) => {
        if (value !== 0xffffffff) return value;
        if (from + 8 > next) throw new ZipError("the zip64 extra field is too short");
        const wide = Number(view.getBigUint64(from, true));
        from += 8;
        return wide;
      });
    }
    at = next;
  }
  return [...narrow];
}

/** Overlapping entries are how a small archive unpacks to a huge one. */
function checkOverlap(list: readonly ZipEntry[], directoryOffset: number): void {
  const sorted = [...list].sort((a, b) => a.headerOffset - b.headerOffset);
  sorted.forEach((entry, i) => {
    entry.limit = sorted[i + 1]?.headerOffset ?? directoryOffset;
    if (entry.headerOffset + 30 + entry.compressedSize > entry.limit) {
      throw new ZipError(`${JSON.stringify(entry.name)} overlaps what follows it; the file is damaged`);
    }
  });
}

/** Length of a local header without its name and extra field. */
export const LOCAL_HEADER = 30;

/** Where an entry's data begins: behind its local header, whose padding the directory does not tell. */
export function* locateData(entry: ZipEntry): Reading<number> {
  return parseLocalHeader(entry, yield* request(entry.headerOffset, LOCAL_HEADER));
}

/** {@link locateData} for a header that was read. @throws ZipError */
export function parseLocalHeader(entry: ZipEntry, bytes: Uint8Array): number {
  const header = viewOf(bytes);
  if (header.getUint32(0, true) !== LOCAL) throw new ZipError(`the header of ${JSON.stringify(entry.name)} is damaged`);
  const start = entry.headerOffset + LOCAL_HEADER + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + entry.compressedSize > entry.limit)
    throw new ZipError(`${JSON.stringify(entry.name)} overlaps what follows it; the file is damaged`);
  return start;
}
