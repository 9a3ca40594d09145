/** The format of `torch.save` since PyTorch 1.6. */
import { RuntimeError } from "@tt/core";
import type { Reading } from "../io/range.ts";
import { swapBytes } from "../numpy/descr.ts";
import { writeZip, zipSize, type EntryToWrite } from "../zip/write.ts";
import type { ZipEntry } from "../zip/directory.ts";
import { readSpan, type Span, spansOf } from "../zip/spans.ts";
import { type Container, type Give, readWith } from "./container.ts";
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
  const { value, objects, storages } = decodeCheckpoint(yield* archive.read("data.pkl"));
  const reader = yield* storageReader(archive, storages, fileSize, (key) => `data/${key}`);
  return { value, objects, storages, ...reader };
}

/** Small files are read at once, and of large ones a tensor that outlives the others keeps a quarter at most. */
const SPAN_SHARE = 4;
const MIN_SPAN = 4 * 2 ** 20;
const MAX_SPAN = 256 * 2 ** 20;

/** Makes readers of storages, having made sure that all of them are there in full. */
export function* storageReader(
  archive: ZipArchive,
  storages: ReadonlyMap<string, StorageRecord>,
  fileSize: number,
  recordName: (key: string) => string,
): Reading<Pick<Container, "readStorage" | "readAll">> {
  const order = archive.has("byteorder") ? yield* archive.readText("byteorder") : "little";
  if (order !== "little" && order !== "big")
    throw new RuntimeError(`Unknown endianness ${JSON.stringify(order.slice(0, 20))}`);
  const stored = new Map<ZipEntry, StorageRecord>();
  const packed: StorageRecord[] = [];
  for (const record of storages.values()) {
    const entry = archive.entry(recordName(record.key));
    if (entry.size !== record.nbytes)
      throw new RuntimeError(
        `storage ${record.key} has ${entry.size} bytes where ${record.nbytes} were expected; the file is damaged`,
      );
    if (entry.method === 0) stored.set(entry, record);
    else packed.push(record);
  }

  function* readStorage(record: StorageRecord): Reading<Uint8Array<ArrayBuffer>> {
    const bytes = yield* archive.read(recordName(record.key), true);
    if (order === "big") swapBytes(bytes, record.dtype);
    return bytes;
  }

  function* readParts(span: Span, give: Give): Reading<void> {
    for (const [entry, bytes] of yield* readSpan(span)) {
      const record = stored.get(entry)!;
      if (order === "big") swapBytes(bytes, record.dtype);
      give(record, bytes.byteOffset % record.dtype.ArrayType.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice());
    }
  }

  function* readAll(give: Give): Iterable<Reading<void>> {
    const maxSpan = Math.min(Math.max(fileSize / SPAN_SHARE, MIN_SPAN), MAX_SPAN);
    for (const span of spansOf(stored.keys(), maxSpan)) yield readParts(span, give);
    for (const record of packed) yield readWith(readStorage, record, give);
  }
  return { readStorage, readAll };
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
