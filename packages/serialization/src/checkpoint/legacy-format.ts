/** The format before PyTorch 1.6: five pickles, then the storages, each behind its length. */
import { RuntimeError } from "@tt/core";
import { request, type Reading } from "../io/range.ts";
import { swapBytes } from "../numpy/descr.ts";
import { materialize } from "../pickle/materialize.ts";
import { TruncatedPickle, UnpicklingError } from "../pickle/errors.ts";
import { Pickler } from "../pickle/pickler.ts";
import { type Container, type Give, readWith } from "./container.ts";
import { type Decoded, decodeCheckpoint, decodePlain } from "./decode.ts";
import type { EncodedCheckpoint } from "./encode.ts";
import type { StorageRecord } from "./records.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;
const FIRST_WINDOW = 2 ** 20;

interface Head extends Pick<Decoded, "value" | "objects"> {
  readonly storages: ReadonlyMap<string, StorageRecord>;
  readonly keys: readonly string[];
  readonly bigEndian: boolean;
  readonly end: number;
}

export function* openLegacyCheckpoint(fileSize: number): Reading<Container> {
  const head = yield* readHead(fileSize);
  const offsets = new Map<string, number>();
  let position = head.end;
  for (const key of head.keys) {
    const record = head.storages.get(key);
    if (!record || offsets.has(key))
      throw new RuntimeError(`the list of storages is damaged: it names storages that no tensor has, or one twice`);
    if (position + 8 + record.nbytes > fileSize)
      throw new RuntimeError(
        `unexpected EOF, expected ${position + 8 + record.nbytes - fileSize} more bytes. The file might be corrupted.`,
      );
    const length = yield* request(position, 8);
    const numel = Number(new DataView(length.buffer, length.byteOffset, 8).getBigInt64(0, !head.bigEndian));
    if (numel !== record.numel) throw new RuntimeError(`storage has wrong size: expected ${record.numel} got ${numel}`);
    offsets.set(key, position + 8);
    position += 8 + record.nbytes;
  }
  for (const key of head.storages.keys())
    if (!offsets.has(key)) throw new RuntimeError(`the data of storage ${JSON.stringify(key)} is missing`);

  function* readStorage(record: StorageRecord): Reading<Uint8Array<ArrayBuffer>> {
    const bytes = yield* request(offsets.get(record.key)!, record.nbytes, true);
    if (head.bigEndian) swapBytes(bytes, record.dtype);
    return bytes;
  }
  function* readAll(give: Give): Iterable<Reading<void>> {
    for (const record of head.storages.values()) yield readWith(readStorage, record, give);
  }
  return { value: head.value, objects: head.objects, storages: head.storages, readStorage, readAll };
}

/** Where the pickles end is only known once they are read, so more is fetched until they are whole. */
function* readHead(fileSize: number): Reading<Head> {
  for (let window = Math.min(FIRST_WINDOW, fileSize); ; window = Math.min(4 * window, fileSize)) {
    const bytes = yield* request(0, window);
    try {
      return parseHead(bytes);
    } catch (error) {
      if (!(error instanceof TruncatedPickle) || window === fileSize) throw error;
    }
  }
}

function parseHead(bytes: Uint8Array): Head {
  const magic = decodePlain(bytes, 0);
  if (magic.value !== MAGIC) throw new RuntimeError("Invalid magic number; corrupt file?");
  const version = decodePlain(bytes, magic.end);
  if (version.value !== PROTOCOL_VERSION)
    throw new RuntimeError(
      `Invalid protocol version: ${typeof version.value === "number" ? version.value : typeof version.value}`,
    );
  const system = decodePlain(bytes, version.end);
  const info = materialize(system.value, () => null);
  const bigEndian =
    typeof info === "object" && info !== null && "little_endian" in info && info.little_endian === false;
  const { value, objects, storages, end } = decodeCheckpoint(bytes, system.end);
  const keys = decodePlain(bytes, end);
  if (!Array.isArray(keys.value) || !keys.value.every((key) => typeof key === "string"))
    throw new UnpicklingError("the list of storages is damaged");
  return { value, objects, storages, keys: keys.value, bigEndian, end: keys.end };
}

const SYSTEM = { protocol_version: PROTOCOL_VERSION, little_endian: true, type_sizes: { short: 2, int: 4, long: 4 } };

/** The bytes of a legacy checkpoint. */
export function writeLegacyCheckpoint({ pickle, storages }: EncodedCheckpoint): {
  size: number;
  chunks: Iterable<Uint8Array>;
} {
  const sorted = [...storages].sort((a, b) => (a.key < b.key ? -1 : 1));
  const head = [
    new Pickler().dump(MAGIC),
    new Pickler().dump(PROTOCOL_VERSION),
    new Pickler().dump(SYSTEM),
    pickle,
    new Pickler().dump(sorted.map(({ key }) => key)),
  ];
  const chunks: Uint8Array[] = [...head];
  for (const { bytes, numel } of sorted) {
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigInt64(0, BigInt(numel), true);
    chunks.push(length, bytes);
  }
  return { size: chunks.reduce((sum, chunk) => sum + chunk.length, 0), chunks };
}
