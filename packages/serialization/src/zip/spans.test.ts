import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FileSource } from "../io/file-source.ts";
import { readAsync, readSync } from "../io/range.ts";
import { BytesSource } from "../io/source.ts";
import { readDirectory } from "./directory.ts";
import { ZipError } from "./errors.ts";
import { readSpan, spansOf } from "./spans.ts";
import { writeZip } from "./write.ts";

const folder = mkdtempSync(join(tmpdir(), "tt-spans-"));
afterAll(() => rmSync(folder, { recursive: true }));

function contents(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255);
}

const LENGTHS = [0, 1, 63, 64, 1000, 70_000, 5, 0];
const archive = Buffer.concat([
  ...writeZip(LENGTHS.map((length, i) => ({ name: `a/data/${i}`, data: contents(length, i) }))),
]);

function entriesOf(bytes: Uint8Array): ReturnType<typeof spansOf>[number]["entries"] {
  return [...readSync(readDirectory(bytes.length), new BytesSource(bytes)).entries.values()];
}

describe("spans", () => {
  it("put entries together that follow each other, as far as they are allowed to", () => {
    const entries = entriesOf(archive);
    expect(spansOf(entries, archive.length).map((span) => span.entries.length)).toEqual([8]);
    expect(spansOf(entries, 1).map((span) => span.entries.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    const without = entries.filter((entry) => entry.name !== "a/data/4");
    expect(spansOf(without, archive.length).map((span) => span.entries.length)).toEqual([4, 3]);
  });

  it.each([1, 2000, 1e9])("give each entry its bytes, aligned as in the file (%i)", (maxBytes) => {
    const source = new BytesSource(archive);
    const seen: string[] = [];
    for (const span of spansOf(entriesOf(archive), maxBytes)) {
      for (const [entry, bytes] of readSync(readSpan(span), source)) {
        const i = Number(entry.name.slice(7));
        expect(new Uint8Array(bytes)).toEqual(contents(LENGTHS[i]!, i));
        expect(bytes.byteOffset % 64).toBe(0);
        seen.push(entry.name);
      }
    }
    expect(seen).toEqual(LENGTHS.map((_, i) => `a/data/${i}`));
  });

  it("are checked while they arrive, whatever the pieces", () => {
    for (const step of [1, 7, 100, 33_333]) {
      const [span] = spansOf(entriesOf(archive), archive.length);
      const reading = readSpan(span!);
      const range = reading.next().value as { onBytes(bytes: Uint8Array, ready: number): void };
      const bytes = new Uint8Array(archive).slice(0, span!.end);
      for (let ready = step; ready < bytes.length; ready += step) range.onBytes(bytes, ready);
      range.onBytes(bytes, bytes.length);
      const { value } = reading.next(bytes);
      expect([...(value as Map<unknown, Uint8Array>).values()].map((part) => part.length)).toEqual(LENGTHS);
    }
  });

  it("with damage end the reading with an error, and no read of the file is left under way", async () => {
    const damaged = Buffer.from(archive);
    damaged[damaged.indexOf(Buffer.from(contents(64, 3)))]! ^= 1;
    const path = join(folder, "damaged.zip");
    const padded = Buffer.concat([damaged, Buffer.alloc(40 * 2 ** 20)]);
    writeFileSync(path, padded);
    const [span] = spansOf(entriesOf(archive), archive.length);
    const source = new FileSource(path);
    await expect(readAsync(readSpan({ ...span!, end: padded.length }), source)).rejects.toThrow(ZipError);
    source.close();
    expect(() => readSync(readSpan(span!), new BytesSource(damaged))).toThrow('"a/data/3" is damaged');
  });

  it("with a damaged header end the reading", () => {
    const damaged = Buffer.from(archive);
    damaged[damaged.indexOf("PK\x03\x04", 100)] = 0;
    const [span] = spansOf(entriesOf(archive), archive.length);
    expect(() => readSync(readSpan(span!), new BytesSource(damaged))).toThrow("header of");
  });
});
