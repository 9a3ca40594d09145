import { createServer, type Server } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { complex128, float32, int64, type Tensor } from "@tt/core";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { counting, everyDtype, rawBytes } from "../../test/tensors.ts";
import { load, load_file, loadFileSync, safe_open, save, save_file, saveFileSync } from "./index.ts";

/** `safetensors.numpy.save({"b": arange(3, dtype=int64), "a": ones((2, 2), float32), "0": array([True])}, {"format": "np"})` of safetensors 0.8.0. */
const REFERENCE =
  "yAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJucCJ9LCJiIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbMCwyNF19LCJhIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDJdLCJkYXRhX29mZnNldHMiOlsyNCw0MF19LCIwIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzQwLDQxXX19IAAAAAAAAAAAAQAAAAAAAAACAAAAAAAAAAAAgD8AAIA/AACAPwAAgD8B";

function file(header: unknown, data = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

function expectSame(got: Record<string, Tensor>, want: Record<string, Tensor>): void {
  expect(Object.keys(got).toSorted()).toEqual(Object.keys(want).toSorted());
  for (const [name, tensor] of Object.entries(want)) {
    expect([got[name]!.dtype, got[name]!.shape]).toEqual([tensor.dtype, tensor.shape]);
    expect(rawBytes(got[name]!)).toEqual(rawBytes(tensor));
  }
}

const { complex128: _, ...all } = everyDtype([2, 3]);

describe("reading and writing", () => {
  it("round-trips every dtype bit for bit", () => {
    expectSame(load(save(all)), all);
  });

  it("reads what the reference implementation writes, and writes the same bytes", () => {
    const bytes = Buffer.from(REFERENCE, "base64");
    const tensors = load(bytes);
    expect([tensors["a"]!.tolist(), tensors["b"]!.tolist(), tensors["0"]!.tolist()]).toEqual([
      [
        [1, 1],
        [1, 1],
      ],
      [0, 1, 2],
      [true],
    ]);
    expect(Buffer.from(save(tensors, { format: "np" })).toString("base64")).toBe(REFERENCE);
  });

  it("keeps scalars, empty tensors and strange names", () => {
    const tensors = {
      scalar: counting(float32, []),
      empty: counting(int64, [0, 3]),
      ["__proto__"]: counting(float32, [1]),
      "": counting(float32, [1]),
    };
    expectSame(load(save(tensors)), tensors);
    expect(load(save({}))).toEqual({});
  });

  it("refuses shared, strided and complex128 tensors as the reference does", () => {
    const x = counting(float32, [2, 3]);
    expect(() => save({ x, y: x })).toThrow("Some tensors share memory, this will lead to duplicate memory on disk");
    expect(() => save({ x: x.t() })).toThrow("You are trying to save a non contiguous tensor: `x`");
    expect(() => save({ x: counting(complex128, [1]) })).toThrow("no type for torch.complex128");
  });

  it("saves a view that is contiguous without the rest of its storage", () => {
    const x = counting(float32, [4, 3]).narrow(0, 1, 2);
    const bytes = save({ x });
    expect(load(bytes)["x"]!.tolist()).toEqual(x.tolist());
    expect(load(bytes)["x"]!.storage.nbytes).toBe(24);
  });
});

describe("files", () => {
  let folder: string;
  let server: Server;
  let url: string;
  let ranges: string[] = [];
  const bytes = save(all, { epoch: "3" });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tt-safetensors-"));
    server = createServer((request, response) => {
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
      if (!range || request.url === "/plain") return void response.end(bytes);
      ranges.push(request.headers.range!);
      const [start, end] = [Number(range[1]), Number(range[2])];
      response.writeHead(206, { "content-range": `bytes ${start}-${end}/${bytes.length}` });
      response.end(bytes.subarray(start, end + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it("writes and reads paths", async () => {
    const target = join(folder, "x.safetensors");
    await save_file(all, target, { metadata: { epoch: "3" } });
    expect(new Uint8Array(readFileSync(target))).toEqual(bytes);
    saveFileSync(all, target, { metadata: { epoch: "3" } });
    expectSame(loadFileSync(target), all);
    expectSame(await load_file(target), all);
  });

  it("opens a path lazily", async () => {
    const target = join(folder, "lazy.safetensors");
    await save_file(all, target, { metadata: { epoch: "3" } });
    const opened = await safe_open(target);
    expect(opened.keys().toSorted()).toEqual(Object.keys(all).toSorted());
    expect(opened.metadata()).toEqual({ epoch: "3" });
    expect(opened.info("bfloat16")).toEqual({ dtype: "BF16", shape: [2, 3] });
    expect(rawBytes(await opened.get_tensor("int16"))).toEqual(rawBytes(all["int16"]!));
    expect((await opened.get_slice("int16", 1, 2)).tolist()).toEqual(all["int16"]!.tolist().slice(1));
    await expect(async () => opened.get_slice("int16", 1, 3)).rejects.toThrow("out of range");
    await expect(async () => opened.get_tensor("nope")).rejects.toThrow("File does not contain tensor nope");
    await opened.close();
  });

  it("fetches only the parts of a URL that it needs", async () => {
    ranges = [];
    const opened = await safe_open(`${url}/x`);
    expect(rawBytes(await opened.get_tensor("float64"))).toEqual(rawBytes(all["float64"]!));
    const sizes = ranges.map((range) => range.slice(6).split("-").map(Number)).map(([start, end]) => end! - start! + 1);
    expect(sizes).toEqual([1, 8, expect.any(Number), 48]);
    expect(sizes[2]).toBeLessThan(bytes.length - 100);
  });

  it("fetches the whole file from a server without ranges", async () => {
    const opened = await safe_open(`${url}/plain`);
    expect(rawBytes(await opened.get_tensor("float64"))).toEqual(rawBytes(all["float64"]!));
  });
});

describe("damaged files", () => {
  const entry = (offsets: number[], shape = [1], dtype = "F32"): object => ({ dtype, shape, data_offsets: offsets });

  it.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "header too small"],
    ["a header beyond the file", Buffer.from("ffffff0000000000", "hex"), "invalid header length"],
    ["a header of 2^63 bytes", Buffer.from("ffffffffffffff7f", "hex"), "header too large"],
    ["no JSON", file("hello"), "invalid JSON"],
    ["a list", file("[]"), "not an object"],
    ["metadata that is not text", file({ __metadata__: { a: 1 } }), "__metadata__"],
    ["an unknown dtype", file({ a: entry([0, 4], [1], "X9") }), "unknown dtype"],
    ["a dtype from the prototype", file({ a: entry([0, 4], [1], "constructor") }), "unknown dtype"],
    ["a negative size", file({ a: entry([0, 4], [-1]) }, new Uint8Array(4)), "invalid shape"],
    ["sizes that overflow", file({ a: entry([0, 4], [2 ** 40, 2 ** 40]) }, new Uint8Array(4)), "need"],
    ["a hole", file({ a: entry([4, 8]) }, new Uint8Array(8)), "invalid offset"],
    ["overlap", file({ a: entry([0, 4]), b: entry([2, 6]) }, new Uint8Array(6)), "invalid offset"],
    ["data left over", file({ a: entry([0, 4]) }, new Uint8Array(5)), "not fully covered"],
    ["data missing", file({ a: entry([0, 4]) }, new Uint8Array(3)), "not fully covered"],
  ])("%s", (_name, bytes, message) => {
    expect(() => load(bytes)).toThrow(message);
  });

  it("names a type that tt lacks, and still opens the file", async () => {
    const bytes = file({ a: entry([0, 2], [2], "F8_E4M3"), b: entry([2, 6]) }, new Uint8Array(6));
    expect(() => load(bytes)).toThrow('tensor "a" has the type F8_E4M3');
    const opened = await safe_open(bytes);
    expect((await opened.get_tensor("b")).tolist()).toEqual([0]);
  });

  it("survives random damage", () => {
    const original = save(all);
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.nat(255), fc.option(fc.nat(original.length)), (at, value, cut) => {
        const bytes = original.slice(0, cut ?? undefined);
        if (at < bytes.length) bytes[at] = value;
        try {
          load(bytes);
        } catch (error) {
          expect(["ValueError", "TypeError"]).toContain((error as Error).name);
          expect((error as Error).message).toMatch(/header|not supported/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
