import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { bytesOf, encode, expected, normalize } from "../../test/oracle.ts";
import { hub } from "../index.ts";

const bytes = bytesOf("large.pth");
const prefix = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
const want = normalize(expected("large.pth").content);

let folder: string;
let server: Server;
let base: string;
let requests: { url: string; range: string | undefined }[] = [];
let breakAfter: number | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = request.url!;
    const range = request.headers.range;
    requests.push({ url, range });
    if (url === "/missing.pth") return void response.writeHead(404).end();
    const etag = url === "/changed.pth" ? `"${requests.length}"` : '"v1"';
    const start = range && request.headers["if-range"] === etag ? Number(/(\d+)-/.exec(range)![1]) : 0;
    const body = bytes.subarray(start);
    const headers = {
      etag,
      "content-length": body.length,
      ...(start > 0 && { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    };
    response.writeHead(start > 0 ? 206 : 200, headers);
    if (breakAfter === undefined) return void response.end(body);
    response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 50));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tt-hub-"));
  requests = [];
  breakAfter = undefined;
  hub.set_dir(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

it("downloads once, into the hub's folder, and checks the hash in the name", async () => {
  const url = `${base}/model-${prefix}.pth`;
  const seen: [number, number][] = [];
  expect(
    encode(
      await hub.load_state_dict_from_url(url, {
        check_hash: true,
        progress: (done, total) => seen.push([done, total]),
      }),
    ),
  ).toEqual(want);
  expect(encode(await hub.load_state_dict_from_url(url, { check_hash: true }))).toEqual(want);
  expect(requests).toHaveLength(1);
  expect(readdirSync(join(folder, "checkpoints"))).toEqual([`model-${prefix}.pth`]);
  expect(seen.at(-1)).toEqual([bytes.length, bytes.length]);
});

it("refuses a file with another hash and keeps nothing of it", async () => {
  await expect(
    hub.load_state_dict_from_url(`${base}/model-0badcafe.pth`, { check_hash: true, model_dir: folder }),
  ).rejects.toThrow('invalid hash value (expected "0badcafe"');
  expect(readdirSync(folder)).toEqual([]);
});

it("continues an interrupted download", async () => {
  breakAfter = 5000;
  const target = join(folder, "x.pth");
  await expect(hub.download_url_to_file(`${base}/x.pth`, target)).rejects.toThrow(/terminated|ended after|closed/);
  expect(existsSync(target)).toBe(false);
  breakAfter = undefined;
  await hub.download_url_to_file(`${base}/x.pth`, target, { hash_prefix: prefix });
  expect(requests.map(({ range }) => range)).toEqual([undefined, "bytes=5000-"]);
  expect(new Uint8Array(readFileSync(target))).toEqual(bytes);
  expect(readdirSync(folder)).toEqual(["x.pth"]);
});

it("starts again when the file on the server has changed", async () => {
  breakAfter = 5000;
  const target = join(folder, "changed.pth");
  await expect(hub.download_url_to_file(`${base}/changed.pth`, target)).rejects.toThrow(
    /terminated|ended after|closed/,
  );
  breakAfter = undefined;
  await hub.download_url_to_file(`${base}/changed.pth`, target);
  expect(new Uint8Array(readFileSync(target))).toEqual(bytes);
});

it("does not continue what it knows nothing about", async () => {
  const target = join(folder, "x.pth");
  writeFileSync(`${target}.partial`, "rubbish");
  await hub.download_url_to_file(`${base}/x.pth`, target);
  expect(new Uint8Array(readFileSync(target))).toEqual(bytes);
});

it("reports what the server says, and URLs without a file", async () => {
  await expect(hub.load_state_dict_from_url(`${base}/missing.pth`)).rejects.toThrow("HTTP 404");
  await expect(hub.load_state_dict_from_url(`${base}/`)).rejects.toThrow("names no file");
  await expect(hub.load_state_dict_from_url(`${base}/x.pth`, { file_name: "../x.pth" })).rejects.toThrow(
    "names no file",
  );
});

it("says where to put the file when there is no network", async () => {
  const nobody = createServer();
  await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
  const { port } = nobody.address() as AddressInfo;
  await new Promise((resolve) => nobody.close(resolve));
  const url = `http://127.0.0.1:${port}/x.pth`;
  await expect(hub.load_state_dict_from_url(url)).rejects.toThrow(
    `could not reach ${url} (connect ECONNREFUSED 127.0.0.1:${port}). Without a network, put the file at ${join(folder, "checkpoints", "x.pth")} yourself`,
  );
  // And once it is there, no network is needed.
  writeFileSync(join(folder, "checkpoints", "x.pth"), bytes);
  expect(encode(await hub.load_state_dict_from_url(url))).toEqual(want);
});
