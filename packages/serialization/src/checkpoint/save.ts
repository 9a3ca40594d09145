import { CPU, RuntimeError, Tensor } from "@tt/core";
import { tableOf, transfer } from "@tt/core/dispatch";
import { requireBuiltin } from "../io/node.ts";
import { openSink, openSyncSink, type SaveTarget } from "../io/sink.ts";
import { writeAll, writeAllSync, type WriteOptions } from "../io/write.ts";
import { type EncodedStorage, encodeObject, type PendingStorage } from "./encode.ts";
import { writeLegacyCheckpoint } from "./legacy-format.ts";
import { writeZipCheckpoint } from "./zip-format.ts";

export interface SaveOptions extends WriteOptions {
  /** false writes the format before PyTorch 1.6. */
  _use_new_zipfile_serialization?: boolean;
}

const OPTIONS = ["_use_new_zipfile_serialization", "progress", "signal"];

/**
 * Saves an object for `load` and for PyTorch's `torch.load`: tensors and Parameters, numbers,
 * strings, booleans, null, bigints, arrays, plain objects, Maps, Sets, Uint8Arrays, dtypes and
 * devices, nested as you like. Tensors that share storage are saved once.
 *
 * - Plain objects become dicts with str keys, or with int keys when all keys are integers
 *   (`{ 0: "a" }`); Maps become dicts whose keys keep their types, state dicts OrderedDicts. Arrays become lists, or tuples when they were tuples in a loaded file or
 *   were marked with {@link tuple}.
 * - Integral numbers become ints and others floats, except where a loaded file had a float.
 * - Tensors of every device are saved as cpu tensors.
 *
 * A path is written atomically: under its name there is always either the old file or the whole new
 * one. Tensors must not be changed before the promise is fulfilled.
 *
 * @param target path, BytesIO, WritableStream or file handle
 * @throws PicklingError for functions, class instances (save their `state_dict()`) and symbols
 * @example
 * const buffer = new BytesIO();
 * await save({ epoch: 3, losses: [0.5, 0.25] }, buffer);
 */
export async function save(object: unknown, target: SaveTarget, options: SaveOptions = {}): Promise<void> {
  checkOptions(options);
  const { pickle, storages: pending } = encodeObject(object, isLegacy(options));
  const storages: EncodedStorage[] = [];
  for (const item of pending) storages.push(encoded(item, await download(item)));
  const { size, chunks } = layOut({ pickle, storages }, target, options);
  await writeAll(await openSink(target), chunks, size, options);
}

/**
 * {@link save} without waiting, to a path or a BytesIO.
 *
 * @example
 * const buffer = new BytesIO();
 * saveSync({ epoch: 3 }, buffer);
 */
export function saveSync(object: unknown, target: SaveTarget, options: SaveOptions = {}): void {
  checkOptions(options);
  const { pickle, storages: pending } = encodeObject(object, isLegacy(options));
  const storages = pending.map((item) => encoded(item, downloadSync(item)));
  const { size, chunks } = layOut({ pickle, storages }, target, options);
  writeAllSync(openSyncSink(target), chunks, size, options);
}

function isLegacy(options: SaveOptions): boolean {
  return options._use_new_zipfile_serialization === false;
}

function checkOptions(options: SaveOptions): void {
  for (const key of Object.keys(options)) {
    if (!OPTIONS.includes(key))
      throw new TypeError(`save() got an unexpected keyword argument '${key}'; valid ones are ${OPTIONS.join(", ")}`);
  }
}

function layOut(
  checkpoint: Parameters<typeof writeLegacyCheckpoint>[0],
  target: SaveTarget,
  options: SaveOptions,
): { size: number; chunks: Iterable<Uint8Array> } {
  return isLegacy(options) ? writeLegacyCheckpoint(checkpoint) : writeZipCheckpoint(checkpoint, archiveName(target));
}

/** PyTorch names the folder inside of the archive like the file. */
function archiveName(target: SaveTarget): string {
  if (typeof target !== "string" && !(target instanceof URL)) return "archive";
  const { basename, extname } = requireBuiltin("node:path", "saving to a path");
  const path = String(target);
  const name = basename(path, extname(path));
  return /^[\x20-\x7e]+$/.test(name) && !/[\\:]|^\.+$/.test(name) ? name : "archive";
}

function flat(item: PendingStorage): Tensor {
  return new Tensor(item.storage, item.dtype, [item.numel]);
}

function downloadSync(item: PendingStorage): Tensor["array"] {
  return transfer(flat(item), CPU).array;
}

async function download(item: PendingStorage): Promise<Tensor["array"]> {
  if (item.storage.host !== null) return flat(item).array;
  const { backend } = tableOf(item.storage.device);
  return backend.downloadAsync ? backend.downloadAsync(item.storage, item.dtype) : downloadSync(item);
}

function encoded({ key, numel, dtype }: PendingStorage, array: Tensor["array"]): EncodedStorage {
  const nbytes = numel * dtype.itemsize;
  if (array.byteLength < nbytes)
    throw new RuntimeError(`storage ${key} has ${array.byteLength} bytes where ${nbytes} were expected`);
  return { key, numel, bytes: new Uint8Array(array.buffer, array.byteOffset, nbytes) };
}
