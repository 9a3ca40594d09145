/**
 * Reading many stored entries at once. Each buffer and each call costs: a host collects garbage
 * whenever enough memory outside of its heap was asked for, so that thousands of small buffers take
 * longer than their contents. Entries that lie one behind the other are read in one go, and their
 * data are views of one buffer.
 */
import type { Reading } from "../io/range.ts";
import { crc32 } from "./crc32.ts";
import { LOCAL_HEADER, parseLocalHeader, type ZipEntry } from "./directory.ts";
import { ZipError } from "./errors.ts";

/** Consecutive stored entries of an archive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly entries: readonly ZipEntry[];
}

/** PyTorch aligns data to this within the file; a span begins at a multiple, so its views are aligned too. */
const ALIGNMENT = 64;

/** Puts stored entries that follow each other together, up to `maxBytes` unless a single one is larger. */
export function spansOf(entries: Iterable<ZipEntry>, maxBytes: number): Span[] {
  const spans: { start: number; end: number; entries: ZipEntry[] }[] = [];
  for (const entry of [...entries].sort((a, b) => a.headerOffset - b.headerOffset)) {
    const last = spans.at(-1);
    if (last && last.end === entry.headerOffset && entry.limit - last.start <= maxBytes) {
      last.entries.push(entry);
      last.end = entry.limit;
    } else {
      const start = entry.headerOffset - (entry.headerOffset % ALIGNMENT);
      spans.push({ start, end: entry.limit, entries: [entry] });
    }
  }
  return spans;
}

/** Reads and checks the entries of a span, while what follows is still being read. @throws ZipError */
export function* readSpan(span: Span): Reading<Map<ZipEntry, Uint8Array<ArrayBuffer>>> {
  const check = new Check(span);
  const { start, end } = span;
  yield { offset: start, length: end - start, own: true, onBytes: (bytes, ready) => check.advance(bytes, ready) };
  return check.contents;
}

class Check {
  readonly contents: Map<ZipEntry, Uint8Array<ArrayBuffer>> = new Map();
  readonly #span: Span;
  /** Number of the entry at hand. */
  #current = 0;
  /** Where its data is in the buffer; undefined until its header was read. */
  #data: { readonly start: number; readonly end: number } | undefined;
  #checked = 0;
  #crc = 0;

  constructor(span: Span) {
    this.#span = span;
  }

  /** Goes on with the first `ready` bytes of the span at hand. */
  advance(bytes: Uint8Array<ArrayBuffer>, ready: number): void {
    for (let entry = this.#entry(); entry; entry = this.#entry()) {
      this.#data ??= this.#locate(entry, bytes, ready);
      if (!this.#data) return;
      const { start, end } = this.#data;
      const stop = Math.min(end, ready);
      if (stop > this.#checked) {
        this.#crc = crc32(bytes.subarray(this.#checked, stop), this.#crc);
        this.#checked = stop;
      }
      if (this.#checked < end) return;
      if (this.#crc !== entry.crc) throw new ZipError(`${label(entry)} is damaged: its checksum does not match`);
      this.contents.set(entry, bytes.subarray(start, end));
      this.#current++;
      this.#data = undefined;
    }
  }

  #entry(): ZipEntry | undefined {
    return this.#span.entries[this.#current];
  }

  #locate(
    entry: ZipEntry,
    bytes: Uint8Array<ArrayBuffer>,
    ready: number,
  ): { readonly start: number; readonly end: number } | undefined {
    const header = entry.headerOffset - this.#span.start;
    if (header + LOCAL_HEADER > ready) return undefined;
    const start = parseLocalHeader(entry, bytes.subarray(header, header + LOCAL_HEADER)) - this.#span.start;
    this.#checked = start;
    this.#crc = 0;
    return { start, end: start + entry.size };
  }
}

function label(entry: ZipEntry): string {
  return JSON.stringify(entry.name);
}
