/** The format of `torch.save` since PyTorch 1.6. */
import { RuntimeError } from "@tt/core";
import type { Reading } from "../io/range.ts";
import { swapBytes } from "../numpy/descr.ts";
import { writeZip, zipSize, type EntryToWrite } from "../zip/write.ts";
import type { Container } from "./container.ts";
import { decodeCheckpoint } from "./decode.ts";
import type { EncodedCheckpoint } from "./encode.ts";
import type { StorageRecord } from "./records.ts";
import { ZipArchive } from "./zip-archive.ts";

export function* openZipCheckpoint(fileSize: number): Reading<Container> {
  const archive = yield* ZipArchive.open(fileSize);
  if (archive.has("constants.pkl")) {
    throw new RuntimeError(
      "Cannot use torch.load with TorchScript archives (this one was written by torch.jit.save). Use torch.jit.load, or readTorchScript for its weights and code alone",
    );
  }
  const { value, storages } = decodeCheckpoint(yield* archive.read("data.pkl"));
  return { value, storages, readStorage: yield* storageReader(archive, storages, (key) => `data/${key}`) };
}

/** Makes a reader of storages, having made sure that all of them are there in full. */
export function* storageReader(
  archive: ZipArchive,
  storages: ReadonlyMap<string, StorageRecord>,
  recordName: (key: string) => string,
): Reading<Container["readStorage"]> {
  const order = archive.has("byteorder") ? yield* archive.readText("byteorder") : "little";
  if (order !== "little" && order !== "big")
    throw new RuntimeError(`Unknown endianness ${JSON.stringify(order.slice(0, 20))}`);
  for (const record of storages.values()) {
    const { size } = archive.entry(recordName(record.key));
    if (size !== record.nbytes)
      throw new RuntimeError(
        `storage ${record.key} has ${size} bytes where ${record.nbytes} were expected; the file is damaged`,
      );
  }
  return function* (record) {
    const bytes = yield* archive.read(recordName(record.key), true);
    if (order === "big") swapBytes(bytes, record.dtype);
    return bytes;
  };
}

/** What PyTorch writes into the `version` record. */
const VERSION = "3\n";

/**
 * The bytes of a zip checkpoint.
 * @param name the folder inside of the archive; PyTorch takes the file's name
 */
export function writeZipCheckpoint(
  { pickle, storages }: EncodedCheckpoint,
  name: string,
): { size: number; chunks: Iterable<Uint8Array> } {
  const text = new TextEncoder();
  const entries: EntryToWrite[] = [
    { name: `${name}/data.pkl`, data: pickle },
    { name: `${name}/byteorder`, data: text.encode("little") },
    // PyTorch sorts the keys as text.
    ...[...storages]
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ key, bytes }) => ({ name: `${name}/data/${key}`, data: bytes })),
    { name: `${name}/version`, data: text.encode(VERSION) },
  ];
  return {
    size: zipSize(entries.map((entry) => ({ name: entry.name, size: entry.data.length }))),
    chunks: writeZip(entries),
  };
}
