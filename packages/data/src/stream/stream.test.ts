import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import type { Tensor } from "@tt/core";
import { packTar } from "modern-tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ByteSource, CsvDataset, DataLoader, JsonlDataset, TarDataset } from "../index.ts";
import { setWorkerInfo } from "../loader/worker_info.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

const archive = (names: readonly string[]): Promise<Uint8Array> =>
  packTar([
    { header: { name: "folder/", size: 0, type: "directory" } },
    ...names.map((name) => ({ header: { name, size: name.length }, body: bytes(name) })),
    { header: { name: "link", size: 0, type: "symlink" as const, linkname: names[0]! } },
  ]);

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const files = async (dataset: TarDataset): Promise<[string, string][]> =>
  (await all(dataset)).map(([name, data]) => [name, text(data.numpy() as Uint8Array)]);

/** What each of two workers gets. */
async function shares<T>(read: () => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  try {
    for (const id of [0, 1]) {
      setWorkerInfo({ id, num_workers: 2, seed: 0n, dataset: [] });
      found.push(await read());
    }
  } finally {
    setWorkerInfo(null as never);
  }
  return found;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tt-streams-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("TarDataset", () => {
  const names = ["a", "bb", "ccc"];
  const expected = names.map((name) => [name, name]);

  it("gives the files of archives, from wherever they come", async () => {
    const plain = await archive(names);
    const zipped = gzipSync(plain);
    const path = join(folder, "names.tar");
    await writeFile(path, plain);
    const server = createServer((_, response) => response.end(zipped)).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/names.tar.gz`;
      const stream = (): ReadableStream<Uint8Array> => new Blob([zipped]).stream();
      const sources: ByteSource[] = [plain, zipped, path, pathToFileURL(path), pathToFileURL(path).href, url, stream];
      for (const source of [...sources, new Blob([zipped]), stream()])
        expect(await files(new TarDataset(source))).toEqual(expected);
      const twice = new TarDataset([path, stream]);
      expect([await files(twice), await files(twice)]).toEqual([
        [...expected, ...expected],
        [...expected, ...expected],
      ]);
    } finally {
      server.close();
    }
  });

  it("takes what the filter names, and can be left early", async () => {
    const plain = await archive(names);
    expect(await files(new TarDataset(plain, { filter: (name) => name !== "bb" }))).toEqual([
      ["a", "a"],
      ["ccc", "ccc"],
    ]);
    for await (const [name] of new TarDataset(plain)) {
      expect(name).toBe("a");
      break;
    }
  });

  it("is shared among workers: archives, or the files of a single one", async () => {
    const [one, two, three] = await Promise.all(["x", "y", "z"].map((name) => archive([`${name}1`, `${name}2`])));
    const found = async (...sources: Uint8Array[]): Promise<string[][]> =>
      shares(async () => (await files(new TarDataset(sources))).map(([name]) => name));
    expect(await found(one!, two!, three!)).toEqual([
      ["x1", "x2", "z1", "z2"],
      ["y1", "y2"],
    ]);
    expect(await found(await archive(names))).toEqual([["a", "ccc"], ["bb"]]);
  });

  it("refuses archives that end too early or are none", async () => {
    const plain = await archive(["abc".repeat(500)]);
    await expect(files(new TarDataset(plain.subarray(0, 1200)))).rejects.toThrow("truncated");
    await expect(files(new TarDataset(bytes("no archive".repeat(200))))).rejects.toThrow("Invalid tar");
    await expect(files(new TarDataset(gzipSync(plain).subarray(0, 60)))).rejects.toThrow("unexpected end");
    await expect(files(new TarDataset(join(folder, "none.tar")))).rejects.toThrow("none.tar");
  });
});

describe("CsvDataset", () => {
  const source = bytes('x,name\r\n1,"a, ""b"""\r\n2.5,"two\nlines"\r\n\r\n-3e2,\r\n');

  it("reads rows by their columns, quoted fields and all", async () => {
    const rows = [
      { x: 1, name: 'a, "b"' },
      { x: 2.5, name: "two\nlines" },
      { x: -300, name: "" },
    ];
    expect(await all(new CsvDataset(source))).toEqual(rows);
    expect(await all(new CsvDataset(gzipSync(source)))).toEqual(rows);
    const bytewise = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of source) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await all(new CsvDataset(bytewise))).toEqual(rows);
    const many = Array.from({ length: 3000 }, (_, i) => `${i},"${i},\n"`);
    const read = await all(new CsvDataset(new Blob(["i,x\n", many.join("\n")])));
    expect(read).toEqual(many.map((_, i) => ({ i, x: `${i},\n` })));
    expect(await all(new CsvDataset(source, { numbers: false }))).toMatchObject([{ x: "1" }, { x: "2.5" }, {}]);
  });

  it("takes names of columns, or none, and another delimiter", async () => {
    const tabs = bytes("1\t2\n3\t4\n");
    expect(await all(new CsvDataset(tabs, { header: ["a", "b"], delimiter: "\t" }))).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    expect(await all(new CsvDataset<number[]>(tabs, { header: false }))).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("names the row that has too few fields", async () => {
    await expect(all(new CsvDataset(bytes("a,b\n1,2\n3\n")))).rejects.toThrow(
      "the source, row 3: 1 fields where there are 2 columns",
    );
  });

  it("makes batches, by column", async () => {
    const [batch] = await all(new DataLoader(new CsvDataset(source), { batch_size: 3 }));
    expect((batch!["x"] as Tensor).tolist()).toEqual([1, 2.5, -300]);
    expect(await shares(() => all(new CsvDataset(bytes("a\n1\n2\n3\n"))))).toEqual([[{ a: 1 }, { a: 3 }], [{ a: 2 }]]);
  });
});

describe("JsonlDataset", () => {
  it("reads a value a line", async () => {
    const lines = bytes('{"x": "ä"}\n\n[1, 2]\r\n3');
    expect(await all(new JsonlDataset([lines, gzipSync(lines)]))).toEqual([
      { x: "ä" },
      [1, 2],
      3,
      { x: "ä" },
      [1, 2],
      3,
    ]);
  });

  it("names the line that is not JSON", async () => {
    const path = join(folder, "bad.jsonl");
    await writeFile(path, "1\n\n{\n");
    await expect(all(new JsonlDataset(path))).rejects.toThrow(`${path}, line 3: `);
  });
});

it("keeps memory flat over archives of a gigabyte", { timeout: 120_000 }, async () => {
  const script = fileURLToPath(new URL("../../test/tar_memory.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script], { timeout: 110_000 });
  const lines = stdout.trim().split("\n");
  const found = lines.map((line) => JSON.parse(line) as [string, number, number, number]);
  expect(found.map((one) => one.slice(0, 3))).toEqual([
    ["plain", 128, 2 ** 30],
    ["gzip", 128, 2 ** 30],
    ["skipped", 0, 0],
  ]);
  for (const [, , , grown] of found) expect(grown).toBeLessThan(200e6);
});
