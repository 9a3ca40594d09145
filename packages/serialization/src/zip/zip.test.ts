import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readSync } from "../io/range.ts";
import { BytesSource } from "../io/source.ts";
import { crc32, crc32Portable } from "./crc32.ts";
import { readDirectory } from "./directory.ts";
import { ZipError } from "./errors.ts";
import { readEntry } from "./read.ts";
import { type EntryToWrite, writeZip, zipSize } from "./write.ts";

function archive(entries: EntryToWrite[]): Buffer<ArrayBuffer> {
  return Buffer.concat([...writeZip(entries)]);
}

function unzip(bytes: Uint8Array): Record<string, string> {
  const source = new BytesSource(bytes);
  const { entries } = readSync(readDirectory(bytes.length), source);
  return Object.fromEntries(
    [...entries].map(([name, entry]) => [name, Buffer.from(readSync(readEntry(entry), source)).toString()]),
  );
}

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
const two = [
  { name: "a/x", data: text("hello") },
  { name: "a/ü", data: text("") },
];

describe("writing and reading", () => {
  it("gives back what was written", () => {
    expect(unzip(archive(two))).toEqual({ "a/x": "hello", "a/ü": "" });
    expect(unzip(archive([]))).toEqual({});
  });

  it("knows the size beforehand", () => {
    expect(zipSize(two.map(({ name, data }) => ({ name, size: data.length })))).toBe(archive(two).length);
  });

  it("reads what others write, compressed or not", () => {
    const long = "abc".repeat(50_000);
    expect(unzip(zipSync({ stored: [text(long), { level: 0 }], packed: [text(long), { level: 9 }] }))).toEqual({
      stored: long,
      packed: long,
    });
  });

  it("finds the directory in front of a comment", () => {
    const bytes = Buffer.from(archive(two));
    const comment = Buffer.from(
      "a comment that holds PK\x05\x06 too, with enough behind it to look like an end record",
    );
    bytes.writeUInt16LE(comment.length, bytes.length - 2);
    expect(unzip(Buffer.concat([bytes, comment]))).toEqual({ "a/x": "hello", "a/ü": "" });
  });
});

describe("zip64", () => {
  /** Entries whose data is far larger than memory should be spent on: only their lengths are used. */
  function hugeEntry(name: string, length: number): EntryToWrite {
    const data = Object.create(Uint8Array.prototype, { length: { value: length } }) as Uint8Array;
    return { name, data, deflated: { size: length, crc: 7 } };
  }

  it("writes and reads sizes and offsets beyond 4 GiB", () => {
    const large = 5 * 2 ** 30;
    const chunks = [...writeZip([hugeEntry("x/large", large), { name: "x/last", data: text("end") }])];
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const segments: { start: number; bytes: Uint8Array }[] = [];
    let start = 0;
    for (const chunk of chunks) {
      if (chunk.length < large) segments.push({ start, bytes: chunk });
      start += chunk.length;
    }
    const source = {
      size,
      readSync({ offset, length }: { offset: number; length: number }): Uint8Array<ArrayBuffer> {
        const out = new Uint8Array(length);
        for (const segment of segments) {
          const from = Math.max(offset, segment.start);
          const to = Math.min(offset + length, segment.start + segment.bytes.length);
          if (from < to) out.set(segment.bytes.subarray(from - segment.start, to - segment.start), from - offset);
        }
        return out;
      },
      read: async () => new Uint8Array(0),
      close() {},
    };
    const { entries } = readSync(readDirectory(size), source);
    expect([...entries.values()].map((entry) => [entry.name, entry.size])).toEqual([
      ["x/large", large],
      ["x/last", 3],
    ]);
    expect(entries.get("x/last")!.headerOffset).toBeGreaterThan(large);
    expect(Buffer.from(readSync(readEntry(entries.get("x/last")!), source)).toString()).toBe("end");
  });

  it("writes and reads more than 65535 entries", () => {
    const many = Array.from({ length: 65_540 }, (_, i) => ({ name: `a/${i}`, data: new Uint8Array(0) }));
    const bytes = archive(many);
    const { entries } = readSync(readDirectory(bytes.length), new BytesSource(bytes));
    expect(entries.size).toBe(65_540);
  });
});

describe("archives that are refused", () => {
  const bytes = archive(two);

  it.each([0, 1, 21, 22, 100, bytes.length - 1])("cut to %i bytes", (length) => {
    expect(() => unzip(bytes.subarray(0, length))).toThrow(ZipError);
  });

  it("damaged data", () => {
    const damaged = Buffer.from(bytes);
    damaged.write("jello", damaged.indexOf("hello"));
    expect(() => unzip(damaged)).toThrow('"a/x" is damaged: its checksum does not match');
  });

  it.each(["../x", "a/../../x", "/etc/passwd", "C:\\x", "a\\..\\x", "a\0b"])("the name %j", (name) => {
    expect(() => unzip(archive([{ name, data: text("x") }]))).toThrow("unsafe name");
  });

  it("two entries of one name", () => {
    expect(() => unzip(archive([two[0]!, two[0]!]))).toThrow("two entries named");
  });

  it("overlapping entries, as in quine bombs", () => {
    const overlapping = Buffer.from(bytes);
    const central = overlapping.indexOf("PK\x01\x02");
    const second = overlapping.indexOf("PK\x01\x02", central + 1);
    overlapping.writeUInt32LE(1, second + 42);
    expect(() => unzip(overlapping)).toThrow("overlaps");
  });

  it("data that unpacks to more than announced", () => {
    const packed = Buffer.from(zipSync({ x: new Uint8Array(100_000) }, { level: 9 }));
    packed.writeUInt32LE(1000, packed.indexOf("PK\x01\x02") + 24);
    expect(() => unzip(packed)).toThrow("unpacks to more than the 1000 bytes announced");
    packed.writeUInt32LE(0x7fffffff, packed.indexOf("PK\x01\x02") + 24);
    expect(() => unzip(packed)).toThrow("impossible size");
  });

  it("encrypted entries and other compressions", () => {
    const changed = Buffer.from(bytes);
    const central = changed.indexOf("PK\x01\x02");
    changed.writeUInt16LE(1, central + 8);
    expect(() => unzip(changed)).toThrow("encrypted");
    changed.writeUInt16LE(0, central + 8);
    changed.writeUInt16LE(12, central + 10);
    expect(() => unzip(changed)).toThrow("compression method 12");
  });
});

describe("crc32", () => {
  it.each([[crc32], [crc32Portable]])("is that of the standard", (crc) => {
    expect(crc(text("123456789"), 0)).toBe(0xcbf43926);
    expect(crc(text("56789"), crc(text("1234"), 0))).toBe(0xcbf43926);
    expect(crc(new Uint8Array(0), 0)).toBe(0);
  });
});
