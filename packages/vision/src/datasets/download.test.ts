/** Downloads from a server of this machine that serves small files of the right form, and sometimes misbehaves. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { zipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { datasets, io } from "../index.ts";
import type { Resource } from "./download.ts";
import { tensor, uint8 } from "@tt/core";

const served = new Map<string, Uint8Array>();
let server: Server;
let base: string;
let requests: { url: string; range: string | undefined }[] = [];
/** Bytes after which the connection breaks, once. */
let breakAfter: number | null = null;
let root: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = request.url!.slice(1);
    requests.push({ url, range: request.headers.range });
    const bytes = served.get(url);
    if (bytes === undefined) return void response.writeHead(404).end();
    const start = Number(/(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const body = bytes.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      etag: '"1"',
      "content-length": body.length,
      ...(start > 0 && { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (breakAfter === null) return void response.end(body);
    response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 20));
    breakAfter = null;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
  served.clear();
  requests = [];
  breakAfter = null;
  root = mkdtempSync(join(tmpdir(), "tt-datasets-"));
  return () => rmSync(root, { recursive: true });
});

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");
const urls = (file: string): string[] => [`${base}/missing/${file}`, `${base}/${file}`];

/** Serves a file and tells of it. */
function serve(file: string, bytes: Uint8Array, sum = md5(bytes)): Resource {
  served.set(file, bytes);
  return { file, md5: sum, urls: urls(file) };
}

function idx(type: number, shape: readonly number[], values: readonly number[]): Uint8Array {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = type;
  head[3] = shape.length;
  shape.forEach((size, i) => head.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([head, Uint8Array.from(values)]);
}

const images = (n: number): Uint8Array =>
  gzipSync(
    idx(
      8,
      [n, 2, 2],
      Array.from({ length: 4 * n }, (_, i) => i),
    ),
  );
const labels = (n: number): Uint8Array =>
  gzipSync(
    idx(
      8,
      [n],
      Array.from({ length: n }, (_, i) => i % 10),
    ),
  );

class Tiny extends datasets.MNIST {}

function serveTiny(): void {
  Tiny.resources = [
    serve("train-images-idx3-ubyte.gz", images(3)),
    serve("train-labels-idx1-ubyte.gz", labels(3)),
    serve("t10k-images-idx3-ubyte.gz", images(2)),
    serve("t10k-labels-idx1-ubyte.gz", labels(2)),
  ];
}

describe("MNIST.load", () => {
  it("takes the files from the first mirror that has them, tells how far it is, and does so once", async () => {
    serveTiny();
    const seen = new Map<string, number>();
    const train = await Tiny.load(root, {
      download: true,
      progress: (file, done, total) => seen.set(file, done / total),
    });
    expect([train.length, train.at(1)[1]]).toEqual([3, 1]);
    expect([...seen.values()]).toEqual([1, 1, 1, 1]);
    const before = requests.length;
    expect((await Tiny.load(root, { download: true, train: false })).length).toBe(2);
    expect(requests.length).toBe(before);
    expect(readdirSync(join(root, "Tiny/raw")).every((name) => name.endsWith("ubyte.gz"))).toBe(true);
  });

  it("goes on where a broken connection stopped", async () => {
    serveTiny();
    served.set("train-images-idx3-ubyte.gz", images(2000));
    Tiny.resources = [serve("train-images-idx3-ubyte.gz", images(2000)), ...Tiny.resources.slice(1)];
    breakAfter = null;
    requests = [];
    const failing = Tiny.resources.map((resource) => ({ ...resource, urls: [resource.urls[1]!] }));
    Tiny.resources = failing;
    breakAfter = 40;
    await expect(Tiny.download(root)).rejects.toThrow("Error downloading train-images-idx3-ubyte.gz");
    await Tiny.download(root);
    expect(requests.map(({ range }) => range).filter((range) => range !== undefined)).toEqual(["bytes=40-"]);
  });

  it("refuses a wrong checksum, and says what to put where", async () => {
    serveTiny();
    Tiny.resources = [{ ...Tiny.resources[0]!, md5: "0".repeat(32) }, ...Tiny.resources.slice(1)];
    const path = join(root, "Tiny/raw/train-images-idx3-ubyte.gz");
    await expect(Tiny.download(root)).rejects.toThrow(/wrong checksum: MD5 [0-9a-f]{32}, expected 0{32}/);
    await expect(Tiny.download(root)).rejects.toThrow(`Without a network, put the file at ${path} yourself.`);
    expect(existsSync(path)).toBe(false);
  });

  it("says how to get what is missing", () => {
    expect(() => new Tiny(root)).toThrow("await datasets.Tiny.load(root, { download: true })");
  });
});

it("EMNIST unpacks its archive and has six splits", async () => {
  class Letters extends datasets.EMNIST {}
  const entries = ["byclass", "bymerge", "balanced", "letters", "digits", "mnist"].flatMap((split) =>
    ["train", "test"].flatMap((part) => [
      [`gzip/emnist-${split}-${part}-images-idx3-ubyte.gz`, images(2)] as const,
      [`gzip/emnist-${split}-${part}-labels-idx1-ubyte.gz`, labels(2)] as const,
    ]),
  );
  Letters.resources = [serve("gzip.zip", zipSync(Object.fromEntries(entries)))];
  await Letters.download(root);
  const letters = new Letters(root, { split: "letters", train: false });
  expect([letters.length, letters.classes.length, letters.classes[1]]).toEqual([2, 27, "a"]);
  expect(new Letters(root, { split: "balanced" }).classes.length).toBe(47);
  expect(() => new Letters(root, { split: "other" as "letters" })).toThrow("Unknown value 'other' for argument split");
});

/** A pickle of Python 2: {"data": uint8 array of shape [n, 3072], key: labels}. */
function batch(n: number, key: string): Uint8Array {
  const parts: Uint8Array[] = [];
  const raw = (...bytes: number[]): void => void parts.push(Uint8Array.from(bytes));
  const short = (text: string): void => {
    raw(0x55, text.length);
    parts.push(Buffer.from(text, "latin1"));
  };
  const int = (value: number): void => raw(0x4a, value & 255, (value >> 8) & 255, (value >> 16) & 255, 0);
  raw(0x80, 2, 0x7d, 0x28); // {, mark
  short("data");
  parts.push(Buffer.from("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n"));
  int(0);
  raw(0x85);
  short("b");
  raw(0x87, 0x52, 0x28); // 3-tuple, call, mark
  int(1);
  int(n);
  int(3072);
  raw(0x86);
  parts.push(Buffer.from("cnumpy\ndtype\n"));
  short("u1");
  int(0);
  int(1);
  raw(0x87, 0x52, 0x28);
  int(3);
  short("|");
  raw(0x4e, 0x4e, 0x4e, 0x4a, 255, 255, 255, 255, 0x4a, 255, 255, 255, 255);
  int(0);
  raw(0x74, 0x62, 0x89, 0x54); // state of the dtype, False, a text of n * 3072 bytes
  const size = Buffer.alloc(4);
  size.writeUInt32LE(n * 3072);
  parts.push(
    size,
    Uint8Array.from({ length: n * 3072 }, (_, i) => i % 256),
  );
  raw(0x74, 0x62);
  short(key);
  raw(0x5d, 0x28);
  for (let i = 0; i < n; i++) int(i);
  raw(0x65, 0x75, 0x2e);
  return Buffer.concat(parts);
}

it("CIFAR10 reads Python's pickles from its archive", async () => {
  class Small extends datasets.CIFAR10 {}
  const names = Buffer.from("\x80\x02}U\x0blabel_names](U\x03catU\x03dogU\x04birdes.", "latin1");
  const files: [string, Uint8Array][] = [
    ...["data_batch_1", "data_batch_2"].map((file): [string, Uint8Array] => [file, batch(3, "labels")]),
    ["test_batch", batch(2, "labels")],
    ["batches.meta", names],
  ];
  const part = (file: string): readonly [string, string] => [file, md5(files.find(([name]) => name === file)![1])];
  Small.train_list = [part("data_batch_1"), part("data_batch_2")];
  Small.test_list = [part("test_batch")];
  Small.meta = part("batches.meta");
  const archive = await packTar([
    ...files.map(([name, body]) => ({ header: { name: `cifar-10-batches-py/${name}`, size: body.length }, body })),
    { header: { name: "cifar-10-batches-py/../../escaped", size: 1 }, body: new Uint8Array(1) },
  ]);
  Small.resource = serve("cifar.tar.gz", gzipSync(archive));
  const train = await Small.load(root, { download: true });
  expect([train.length, train.classes, train.data.shape]).toEqual([6, ["cat", "dog", "bird"], [6, 3, 32, 32]]);
  const [image, target] = train.at(4);
  expect([target, image.mode, image.size]).toEqual([1, "RGB", [32, 32]]);
  // Planes of 1024 bytes side by side: 3072 and 1024 are multiples of 256.
  expect(Array.from(image.data.slice(0, 6))).toEqual([0, 0, 0, 1, 1, 1]);
  expect((await Small.load(root, { download: true, train: false })).length).toBe(2);
  expect(String(train)).toContain("Split: Train");
  expect(existsSync(join(root, "..", "escaped"))).toBe(false);
});

it("ImageFolder finds classes and images", async () => {
  for (const [name, value] of [
    ["dog/b.png", 10],
    ["dog/deep/a.png", 20],
    ["cat/x.PNG", 30],
  ] as const) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    io.write_file(join(root, name), io.encode_png(tensor([[[value]], [[0]], [[1]]], { dtype: uint8 })));
  }
  writeFileSync(join(root, "dog/notes.txt"), "no image");
  const pets = new datasets.ImageFolder(root);
  expect([pets.classes, pets.targets]).toEqual([
    ["cat", "dog"],
    [0, 1, 1],
  ]);
  const [image, target] = await pets.at(1);
  expect([[...image.data], target]).toEqual([[10, 0, 1], 1]);
  mkdirSync(join(root, "empty"));
  expect(() => new datasets.ImageFolder(root)).toThrow("Found no valid file for the classes empty");
  expect(() => new datasets.DatasetFolder(root, { loader: String })).toThrow("Both extensions and is_valid_file");
});
