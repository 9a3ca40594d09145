/** The records of a PyTorch archive: a zip file with everything below one folder. */
import { RuntimeError } from "@tt/core";
import type { Reading } from "../io/range.ts";
import { readDirectory, type ZipEntry } from "../zip/directory.ts";
import { readEntry } from "../zip/read.ts";

/** PyTorch never compresses tensors, so an archive that grows this much is up to no good. */
const MAX_GROWTH = 20;
const ALWAYS_ALLOWED = 256 * 2 ** 20;

export class ZipArchive {
  readonly prefix: string;
  readonly #entries: ReadonlyMap<string, ZipEntry>;

  private constructor(prefix: string, entries: ReadonlyMap<string, ZipEntry>) {
    this.prefix = prefix;
    this.#entries = entries;
  }

  static *open(fileSize: number): Reading<ZipArchive> {
    const { entries } = yield* readDirectory(fileSize);
    let unpacked = 0;
    for (const entry of entries.values()) if (entry.method !== 0) unpacked += entry.size;
    if (unpacked > Math.max(ALWAYS_ALLOWED, MAX_GROWTH * fileSize)) {
      throw new RuntimeError(`the archive's ${fileSize} bytes unpack to ${unpacked}; refusing to go on`);
    }
    const first = entries.keys().next().value ?? "";
    return new ZipArchive(first.slice(0, first.indexOf("/") + 1), entries);
  }

  has(record: string): boolean {
    return this.#entries.has(this.prefix + record);
  }

  /** Names of the records, without the folder. */
  *records(): Generator<string> {
    for (const name of this.#entries.keys()) if (name.startsWith(this.prefix)) yield name.slice(this.prefix.length);
  }

  entry(record: string): ZipEntry {
    const entry = this.#entries.get(this.prefix + record);
    if (!entry) throw new RuntimeError(`PytorchStreamReader failed locating file ${record}: file not found`);
    return entry;
  }

  read(record: string, own = false): Reading<Uint8Array<ArrayBuffer>> {
    return readEntry(this.entry(record), { own });
  }

  *readText(record: string): Reading<string> {
    return new TextDecoder().decode(yield* this.read(record));
  }
}
