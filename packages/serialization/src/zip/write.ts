/**
 * Writes zip archives as PyTorch's writer does: entries are stored, and their data begins at
 * multiples of 64 bytes so that it can be mapped into memory. No library pads headers like that.
 */
import { crc32 } from "./crc32.ts";
import { ByteWriter } from "../io/byte-writer.ts";

export interface EntryToWrite {
  name: string;
  /** The unpacked data, or for `deflated` entries the packed one. */
  data: Uint8Array;
  /** Given for deflated entries only. */
  deflated?: { size: number; crc: number };
}

const ALIGNMENT = 64;
const MAX32 = 0xffffffff;
/** UTF-8 names; sizes and checksum follow the data. */
const FLAGS = 0x0808;

interface Written {
  name: Uint8Array;
  offset: number;
  crc: number;
  size: number;
  compressedSize: number;
  method: number;
}

const utf8 = new TextEncoder();

/** The archive's bytes in order; large data is passed on without being copied. */
export function* writeZip(entries: Iterable<EntryToWrite>): Generator<Uint8Array> {
  const written: Written[] = [];
  let position = 0;
  for (const { name, data, deflated } of entries) {
    const entry: Written = {
      name: utf8.encode(name),
      offset: position,
      crc: deflated?.crc ?? crc32(data),
      size: deflated?.size ?? data.length,
      compressedSize: data.length,
      method: deflated ? 8 : 0,
    };
    written.push(entry);
    const header = localHeader(entry, position);
    const trailer = dataDescriptor(entry);
    yield header;
    if (data.length > 0) yield data;
    yield trailer;
    position += header.length + data.length + trailer.length;
  }
  yield directory(written, position);
}

/** The length of what `writeZip` will write. */
export function zipSize(entries: Iterable<{ name: string; size: number }>): number {
  let position = 0;
  let central = 0;
  for (const { name, size } of entries) {
    const bytes = utf8.encode(name);
    const entry: Written = { name: bytes, offset: position, crc: 0, size, compressedSize: size, method: 0 };
    central += 46 + bytes.length + zip64Values(entry).length * 8 + (zip64Values(entry).length ? 4 : 0);
    position += localHeader(entry, position).length + size + dataDescriptor(entry).length;
  }
  return position + central + 56 + 20 + 22;
}

function zip64Values(entry: Written): number[] {
  return [entry.size, entry.compressedSize, entry.offset].filter((value) => value >= MAX32);
}

/** With a data descriptor the header's own sizes are zero, as PyTorch's are. */
function localHeader(entry: Written, position: number): Uint8Array {
  const out = new ByteWriter();
  const large = entry.size >= MAX32 || entry.compressedSize >= MAX32;
  const before = position + 30 + entry.name.length + (large ? 20 : 0) + 4;
  const padding = (ALIGNMENT - (before % ALIGNMENT)) % ALIGNMENT;
  out.u32(0x04034b50);
  out.u16(entry.method === 8 ? 20 : large ? 45 : 0);
  out.u16(FLAGS);
  out.u16(entry.method);
  out.u32(0); // no time
  out.u32(0);
  out.u32(large ? MAX32 : 0);
  out.u32(large ? MAX32 : 0);
  out.u16(entry.name.length);
  out.u16((large ? 20 : 0) + 4 + padding);
  out.raw(entry.name);
  if (large) {
    out.u16(1);
    out.u16(16);
    out.u64(entry.size);
    out.u64(entry.compressedSize);
  }
  out.ascii("FB");
  out.u16(padding);
  out.ascii("Z".repeat(padding));
  return out.bytes();
}

function dataDescriptor(entry: Written): Uint8Array {
  const out = new ByteWriter();
  const large = entry.size >= MAX32 || entry.compressedSize >= MAX32;
  out.u32(0x08074b50);
  out.u32(entry.crc);
  for (const size of [entry.compressedSize, entry.size]) {
    if (large) out.u64(size);
    else out.u32(size);
  }
  return out.bytes();
}

/** The central directory and the end records; PyTorch always writes the 64-bit ones. */
function directory(entries: readonly Written[], offset: number): Uint8Array {
  const out = new ByteWriter();
  for (const entry of entries) centralHeader(out, entry);
  const size = out.bytes().length;
  const end64 = offset + size;
  out.u32(0x06064b50);
  out.u64(44);
  out.u16(0x031e);
  out.u16(45);
  out.u32(0);
  out.u32(0);
  out.u64(entries.length);
  out.u64(entries.length);
  out.u64(size);
  out.u64(offset);
  out.u32(0x07064b50);
  out.u32(0);
  out.u64(end64);
  out.u32(1);
  out.u32(0x06054b50);
  out.u16(0);
  out.u16(0);
  out.u16(Math.min(entries.length, 0xffff));
  out.u16(Math.min(entries.length, 0xffff));
  out.u32(Math.min(size, MAX32));
  out.u32(Math.min(offset, MAX32));
  out.u16(0);
  return out.bytes();
}

function centralHeader(out: ByteWriter, entry: Written): void {
  const wide = zip64Values(entry);
  out.u32(0x02014b50);
  out.u16(0);
  out.u16(entry.method === 8 ? 20 : wide.length ? 45 : 0);
  out.u16(FLAGS);
  out.u16(entry.method);
  out.u32(0);
  out.u32(entry.crc);
  out.u32(Math.min(entry.compressedSize, MAX32));
  out.u32(Math.min(entry.size, MAX32));
  out.u16(entry.name.length);
  out.u16(wide.length ? 4 + 8 * wide.length : 0);
  out.u16(0); // comment
  out.u16(0); // disk
  out.u16(0); // internal attributes
  out.u32(0); // external attributes
  out.u32(Math.min(entry.offset, MAX32));
  out.raw(entry.name);
  if (wide.length) {
    out.u16(1);
    out.u16(8 * wide.length);
    for (const value of wide) out.u64(value);
  }
}
