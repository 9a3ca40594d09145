import { RuntimeError, type Tensor, ValueError } from "@tt/core";
import { fortranStrides, placeTensor } from "../checkpoint/place.ts";
import { nbytesOf } from "../io/tensor-bytes.ts";
import { Counter, type ProgressOptions } from "../io/counter.ts";
import { type LoadSource, openSource, openSourceSync, type SyncLoadSource } from "../io/open.ts";
import { readAsync, type Reading, readSync, request } from "../io/range.ts";
import { BytesSource } from "../io/source.ts";
import { looksLikeZip, readDirectory } from "../zip/directory.ts";
import { readEntry } from "../zip/read.ts";
import { swapBytes } from "./descr.ts";
import { readArrayHeader } from "./format.ts";

/** Compressed arrays may unpack to this much in all; larger ones must be stored. */
const MAX_UNPACKED = 2 ** 31;

function* readArray(fileSize: number): Reading<Tensor> {
  const { dtype, bigEndian, fortranOrder, shape, dataStart } = yield* readArrayHeader(fileSize);
  const nbytes = nbytesOf(shape, dtype);
  if (dataStart + nbytes > fileSize)
    throw new ValueError(`cannot reshape array of size ${fileSize - dataStart} bytes into shape (${shape.join(",")})`);
  const bytes = yield* request(dataStart, nbytes, true);
  if (bigEndian) swapBytes(bytes, dtype);
  return placeTensor(bytes, dtype, shape, fortranOrder ? fortranStrides(shape) : null);
}

function* readArchive(fileSize: number): Reading<Record<string, Tensor>> {
  const { entries } = yield* readDirectory(fileSize);
  let unpacked = 0;
  for (const entry of entries.values()) if (entry.method !== 0) unpacked += entry.size;
  if (unpacked > MAX_UNPACKED)
    throw new RuntimeError(`the archive's ${fileSize} bytes unpack to ${unpacked}; refusing to go on`);
  const arrays: [string, Tensor][] = [];
  for (const [name, entry] of entries) {
    if (!name.endsWith(".npy")) continue;
    const bytes = yield* readEntry(entry);
    arrays.push([name.slice(0, -".npy".length), readSync(readArray(bytes.length), new BytesSource(bytes))]);
  }
  return Object.fromEntries(arrays);
}

function* readEither(fileSize: number): Reading<Tensor | Record<string, Tensor>> {
  if (fileSize === 0) throw new ValueError("No data left in file");
  const start = yield* request(0, Math.min(4, fileSize));
  return looksLikeZip(start) ? yield* readArchive(fileSize) : yield* readArray(fileSize);
}

/**
 * Loads a `.npy` file as a tensor, or an `.npz` file as tensors by name. Arrays in Fortran order
 * get the strides they have in NumPy.
 *
 * @throws TypeError for arrays of types that no tensor has (text, objects, dates)
 * @throws ValueError for damaged files
 * @example
 * const buffer = new BytesIO();
 * npy.save(buffer, zeros(2, 3));
 * buffer.seek(0);
 * const array = await npy.load(buffer);
 */
export async function load(
  source: LoadSource,
  options: ProgressOptions = {},
): Promise<Tensor | Record<string, Tensor>> {
  const counter = new Counter(options);
  const bytes = await openSource(source, counter);
  try {
    counter.total = bytes.size;
    return await readAsync(readEither(bytes.size), bytes, counter);
  } finally {
    await bytes.close();
  }
}

/** {@link load} without waiting, for a path or bytes. */
export function loadSync(source: SyncLoadSource): Tensor | Record<string, Tensor> {
  const bytes = openSourceSync(source);
  try {
    return readSync(readEither(bytes.size), bytes);
  } finally {
    void bytes.close();
  }
}
