/** Against what gguf-py writes and reads: see test/gguf/generate.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gguf, loadSync } from "../index.ts";

const FOLDER = join(import.meta.dirname, "../../test/gguf");
const small = new Uint8Array(readFileSync(join(FOLDER, "small.gguf")));
const blocks = JSON.parse(readFileSync(join(FOLDER, "blocks.json"), "utf8")) as Record<
  string,
  { type: number; blocks: string; values: string }
>;

const u32 = (n: number): Uint8Array => new Uint8Array(Uint32Array.of(n).buffer);
const u64 = (n: number | bigint): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(n)).buffer);
const text = (value: string): Uint8Array => Buffer.concat([u64(value.length), Buffer.from(value)]);

/** A file of these metadata and tensors, written from the specification. */
function file(
  metadata: readonly Uint8Array[],
  tensors: readonly Uint8Array[],
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const head = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3),
    u64(tensors.length),
    u64(metadata.length),
    ...metadata,
    ...tensors,
  ]);
  return new Uint8Array(Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), data]));
}

const info = (name: string, dims: readonly (number | bigint)[], type: number, offset = 0): Uint8Array =>
  Buffer.concat([text(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset)]);

describe("files that gguf-py wrote", () => {
  it("give their metadata", async () => {
    const opened = await gguf.open(small);
    expect({ ...opened.metadata() }).toEqual({
      "general.architecture": "llama",
      "general.name": "small",
      "llama.context_length": 2048,
      "test.float": 0.5,
      "test.bool": true,
      "test.big": 2n ** 63n + 1n,
      "test.ints": [1, -2, 3],
      "tokenizer.ggml.tokens": ["<s>", "grüße", "你"],
    });
    expect(opened.keys()).toEqual(["embed.weight", "half.weight", "long", "quantized"]);
    expect(opened.info("quantized")).toEqual({ type: "Q8_0", shape: [2, 32] });
    expect(() => opened.info("none")).toThrow("does not contain tensor none");
  });

  it("give their tensors, one at a time or together", async () => {
    const opened = await gguf.open(new Blob([small]));
    expect((await opened.get_tensor("embed.weight")).tolist()).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
    const half = await opened.get_tensor("half.weight");
    expect([half.dtype.name, half.tolist()]).toEqual(["float16", [[1.5, -2]]]);
    await opened.close();
    const seen: number[] = [];
    const all = await gguf.load_file(join(FOLDER, "small.gguf"), { progress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(small.length);
    expect(all["long"]!.tolist()).toEqual([2 ** 40, -1]);
    const quantized = all["quantized"]!.tolist() as number[][];
    expect(all["quantized"]!.dtype.name).toBe("float32");
    quantized.flat().forEach((value, i) => expect(value).toBeCloseTo(-1 + (2 * i) / 63, 2));
  });

  it.each(Object.keys(blocks))("are dequantized as gguf-py does: %s", async (name) => {
    const { type, blocks: stored, values } = blocks[name]!;
    const want = new Float32Array(new Uint8Array(Buffer.from(values, "base64")).buffer);
    const bytes = file([], [info("w", [want.length / 2, 2], type)], Buffer.from(stored, "base64"));
    const tensor = (await gguf.load_file(bytes))["w"]!;
    expect(tensor.shape).toEqual([2, want.length / 2]);
    const got = tensor.array as Float32Array;
    for (let i = 0; i < want.length; i++) {
      // The order of roundings is up to the reader.
      const error = Math.abs(got[i]! - want[i]!);
      if (!(error <= 2e-6 * Math.max(1, Math.abs(want[i]!)))) throw new Error(`${i}: ${got[i]} instead of ${want[i]}`);
    }
  });
});

describe("files that are refused", () => {
  const value = (key: string, type: number, ...rest: Uint8Array[]): Uint8Array =>
    Buffer.concat([text(key), u32(type), ...rest]);
  const nested = (depth: number): Uint8Array[] => [
    ...Array.from({ length: depth }, () => [u32(9), u64(1)]).flat(),
    u32(4),
    u64(0),
  ];

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ["nothing", new Uint8Array(0), "ends inside its header"],
    ["another file", new Uint8Array(100), "no GGUF file"],
    ["version 1", new Uint8Array(Buffer.concat([Buffer.from("GGUF"), u32(1), Buffer.alloc(64)])), "version 1"],
    [
      "big-endian",
      new Uint8Array(Buffer.concat([Buffer.from("GGUF"), Buffer.from([0, 0, 0, 3]), Buffer.alloc(64)])),
      "big-endian",
    ],
    [
      "many tensors",
      new Uint8Array(Buffer.concat([Buffer.from("GGUF"), u32(3), u64(2 ** 40), u64(0)])),
      "claims to have",
    ],
    ["a long text", file([Buffer.concat([u64(2n ** 60n), Buffer.alloc(40)])], [], new Uint8Array(0)), "a text of"],
    ["a long array", file([value("a", 9, u32(4), u64(2 ** 50))], [], new Uint8Array(0)), "claims to have"],
    ["deep arrays", file([value("a", 9, ...nested(8))], [], new Uint8Array(0)), "nested too deeply"],
    ["an unknown type of metadata", file([value("a", 99, u64(0))], [], new Uint8Array(0)), "unknown type 99"],
    ["a key twice", file([value("a", 4, u32(1)), value("a", 4, u32(1))], [], new Uint8Array(0)), 'two values of "a"'],
    ["a tensor twice", file([], [info("a", [1], 0), info("a", [1], 0)], new Uint8Array(8)), 'two tensors named "a"'],
    ["a tensor outside", file([], [info("a", [9], 0)], new Uint8Array(8)), "outside of the file"],
    ["an odd offset", file([], [info("a", [1], 0, 4)], new Uint8Array(8)), "not aligned"],
    ["a size that overflows", file([], [info("a", [2n ** 40n, 2n ** 40n], 0)], new Uint8Array(8)), "too large"],
    ["half a block", file([], [info("a", [16], 8)], new Uint8Array(34)), "whole number of Q8_0's blocks"],
    ["a type we lack", file([], [info("a", [256], 16)], new Uint8Array(66)), "GGML's type 16"],
    ["an odd alignment", file([value("general.alignment", 4, u32(7))], [], new Uint8Array(0)), "multiple of 8"],
  ])("%s", async (_, bytes, message) => {
    await expect(gguf.open(bytes)).rejects.toThrow(message);
  });

  it("damaged at random, in bounded time", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(small.length - 1),
        fc.nat(255),
        fc.option(fc.nat(small.length)),
        async (at, byte, cut) => {
          const bytes = small.slice(0, cut ?? undefined);
          if (at < bytes.length) bytes[at] = byte;
          try {
            await gguf.load_file(bytes);
          } catch (error) {
            expect((error as Error).name).toBe("ValueError");
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("by torch.load, which says what they are", () => {
    expect(() => loadSync(small)).toThrow("gguf.load_file");
  });
});
