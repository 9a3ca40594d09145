import type { Tensor } from "@tt/core";
import { deflateSync } from "fflate";
import { openSyncSink, type SaveTarget } from "../io/sink.ts";
import { nbytesOf, tensorBytes } from "../io/tensor-bytes.ts";
import { writeAllSync } from "../io/write.ts";
import { crc32 } from "../zip/crc32.ts";
import { type EntryToWrite, writeZip } from "../zip/write.ts";
import { formatArrayHeader } from "./format.ts";

type Arrays = Readonly<Record<string, Tensor>>;

function encode(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const header = formatArrayHeader(tensor.dtype, tensor.shape);
  const bytes = new Uint8Array(header.length + nbytesOf(tensor.shape, tensor.dtype));
  bytes.set(header);
  bytes.set(tensorBytes(tensor), header.length);
  return bytes;
}

function write(target: SaveTarget, chunks: readonly Uint8Array[]): void {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  writeAllSync(openSyncSink(target), chunks, size, {});
}

function entries(arrays: Arrays, compressed: boolean): EntryToWrite[] {
  return Object.entries(arrays).map(([name, tensor]) => {
    const data = encode(tensor);
    if (!compressed) return { name: `${name}.npy`, data };
    return { name: `${name}.npy`, data: deflateSync(data), deflated: { size: data.length, crc: crc32(data) } };
  });
}

/**
 * Writes a `.npy` file to a path (atomically) or a BytesIO, as `numpy.save`.
 *
 * @throws TypeError for bfloat16, which NumPy lacks
 * @example
 * const buffer = new BytesIO();
 * npy.save(buffer, zeros(2, 3));
 */
export function save(target: SaveTarget, tensor: Tensor): void {
  write(target, [encode(tensor)]);
}

/**
 * Writes an `.npz` file with the arrays under their names, as `numpy.savez`.
 *
 * @example
 * const buffer = new BytesIO();
 * npy.savez(buffer, { x: zeros(2), y: ones(3) });
 */
export function savez(target: SaveTarget, arrays: Arrays): void {
  write(target, [...writeZip(entries(arrays, false))]);
}

/** {@link savez} with compressed arrays, as `numpy.savez_compressed`. */
export function savez_compressed(target: SaveTarget, arrays: Arrays): void {
  write(target, [...writeZip(entries(arrays, true))]);
}
