import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf, encode, entries, expected, normalize, path } from "../../test/oracle.ts";
import { BytesIO, load, loadSync, ordered_dict, PicklingError, python_type, save, saveSync, tuple } from "../index.ts";

const loadable = entries().filter((entry) => entry.loads === true && entry.file !== "sparse.pth");

function roundTrip<T>(value: T, options = {}): T {
  const buffer = new BytesIO();
  saveSync(value, buffer, options);
  buffer.seek(0);
  return loadSync(buffer) as T;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tt-save-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("what was loaded and is saved again", () => {
  it.each(loadable)("$file", ({ file, format }) => {
    const again = roundTrip(loadSync(path(file)) as unknown, { _use_new_zipfile_serialization: format !== "legacy" });
    expect(encode(again)).toEqual(normalize(expected(file).content));
  });

  // Elsewhere PyTorch's pickles share strings that are the same Python object; ours share equal ones.
  it.each([
    "checkpoint.pth",
    "dtypes.pth",
    "empty.pth",
    "large.pth",
    "lstm.pth",
    "noncontiguous.pth",
    "parameter.pth",
    "scalar.pth",
    "tensor.pth",
    "transformer_layer.pth",
    "views.pth",
  ])("%s has PyTorch's bytes in every record", (file) => {
    const target = join(folder, file);
    saveSync(loadSync(path(file)), target);
    const { [`${file.slice(0, -4)}/byteorder`]: byteorder, ...records } = unzipSync(readFileSync(target));
    expect(new TextDecoder().decode(byteorder)).toBe("little");
    expect(records).toEqual(unzipSync(bytesOf(file)));
  });

  it("aligns every record's data to 64 bytes", () => {
    const buffer = new BytesIO();
    saveSync(loadSync(path("cnn.pth")), buffer);
    const bytes = Buffer.from(buffer.getvalue());
    let found = 0;
    for (let at = bytes.indexOf("PK\x03\x04"); at >= 0; at = bytes.indexOf("PK\x03\x04", at + 1)) {
      expect((at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)) % 64).toBe(0);
      found++;
    }
    expect(found).toBe(12);
  });
});

describe("Python's types", () => {
  it("remembers tuples and lets others be marked", () => {
    const [list, pair] = roundTrip([[1, 2], tuple([1, 2])]);
    expect(python_type(list)).toBeUndefined();
    expect(python_type(pair)).toBe("tuple");
  });

  it("keeps the keys' types: objects are dicts of str or of int, Maps keep what they have", () => {
    const value = {
      mixed: new Map<unknown, unknown>([
        [0, "zero"],
        ["0", "text"],
        [2n ** 70n, true],
      ]),
      names: { a: 1, 10: 2, 9: 3 },
      ints: { 0: "a", 7: "b" },
    };
    expect(roundTrip(value)).toEqual(value);
    expect(roundTrip(new Map([[-1, "negative"]]))).toEqual(new Map([[-1, "negative"]]));
    expect(
      roundTrip(
        new Map([
          [5, "int"],
          [3, "int"],
        ]),
      ),
    ).toEqual({ 5: "int", 3: "int" });
  });

  it("keeps the order of integer-like keys that Python had", () => {
    const map = new Map([
      ["b", 1],
      ["10", 2],
      ["9", 3],
    ]);
    const object = roundTrip(map) as unknown as Record<string, number>;
    expect(Object.keys(object)).toEqual(["9", "10", "b"]);
    const buffer = new BytesIO();
    saveSync(object, buffer);
    const pickle = Buffer.from(Object.values(unzipSync(buffer.getvalue()))[0]!).toString("latin1");
    expect(pickle.indexOf("X\x01\0\0\0b")).toBeLessThan(pickle.indexOf("X\x02\0\0\x0010"));
    expect(pickle.indexOf("X\x02\0\0\x0010")).toBeLessThan(pickle.indexOf("X\x01\0\0\x009"));
  });

  it("writes state dicts as OrderedDicts with their metadata", () => {
    const again = roundTrip(ordered_dict({ weight: 1 }, ordered_dict({ "": { version: 2 } })));
    expect(python_type(again)).toBe("OrderedDict");
    expect(Object.keys(again)).toEqual(["weight"]);
    expect((again as unknown as { _metadata: unknown })._metadata).toEqual({ "": { version: 2 } });
  });

  it("keeps what holds itself", () => {
    const list: unknown[] = [];
    list.push(list, tuple([list]));
    const again = roundTrip(list);
    expect(again[0]).toBe(again);
    expect((again[1] as unknown[])[0]).toBe(again);
  });

  it("keeps numbers, however odd", () => {
    const numbers = [
      0,
      -0,
      255,
      256,
      65535,
      65536,
      -1,
      -(2 ** 31),
      2 ** 31,
      2 ** 53 - 1,
      2 ** 53,
      1e300,
      NaN,
      -Infinity,
      0.1,
    ];
    expect(roundTrip(numbers)).toEqual(numbers);
    const bigints = [2n ** 63n, -(2n ** 63n), 2n ** 2100n, -(2n ** 2039n), -129n * 2n ** 64n];
    expect(roundTrip(bigints)).toEqual(bigints);
    expect(roundTrip([127n, -128n, 128n])).toEqual([127, -128, 128]);
  });

  it("keeps a key called __proto__ an ordinary key", () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}}') as object;
    const again = roundTrip(value);
    expect(Object.keys(again)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ["functions", () => 1],
    ["symbols", Symbol("x")],
    [
      "class instances",
      new (class Net {
        state_dict(): void {}
      })(),
    ],
    ["dates", new Date(0)],
    ["typed arrays", new Float32Array(2)],
    ["text that is not Unicode", "\ud800"],
  ])("refuses %s", (_, value) => {
    expect(() => saveSync({ value }, new BytesIO())).toThrow(PicklingError);
  });

  it("says what to save instead of a module", () => {
    class Net {
      state_dict(): object {
        return {};
      }
    }
    const message = "Can't pickle Net object: save its state_dict() instead";
    expect(() => saveSync(new Net(), new BytesIO())).toThrow(message);
    const callable = Object.setPrototypeOf(() => 1, Net.prototype) as Net;
    expect(() => saveSync({ callable }, new BytesIO())).toThrow(message);
  });

  it("refuses bottomless nesting instead of overflowing the stack", () => {
    let deep: unknown[] = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(() => saveSync(deep, new BytesIO())).toThrow(PicklingError);
  });
});

describe("targets", () => {
  it("writes to a stream and to a handle with createWritable", async () => {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let closed = 0;
    const stream = (): WritableStream<Uint8Array> =>
      new WritableStream({ write: (chunk) => void chunks.push(chunk.slice()), close: () => void closed++ });
    await save([1, 2], stream());
    expect(await load(new Blob(chunks.splice(0)))).toEqual([1, 2]);
    await save([3], { createWritable: async () => stream() });
    expect(await load(new Blob(chunks))).toEqual([3]);
    expect(closed).toBe(2);
  });

  it("replaces a file through a symbolic link, keeping the link", async () => {
    const target = join(folder, "target.pth");
    const link = join(folder, "link.pth");
    await save({ step: 1 }, target);
    symlinkSync(target, link);
    await save({ step: 2 }, link);
    expect(loadSync(target)).toEqual({ step: 2 });
  });

  it("leaves the old file and nothing else behind when saving fails", async () => {
    const target = join(folder, "kept.pth");
    saveSync({ step: 1 }, target);
    const big = loadSync(path("large.pth")) as unknown;
    const controller = new AbortController();
    const progress = (): void => controller.abort();
    await expect(save(big, target, { progress, signal: controller.signal })).rejects.toThrow("abort");
    expect(() => saveSync(big, target, { signal: controller.signal })).toThrow("abort");
    expect(loadSync(target)).toEqual({ step: 1 });
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("refuses to replace a folder", () => {
    expect(() => saveSync(1, folder)).toThrow("not a file");
  });

  it("reports progress up to the number of bytes it wrote", () => {
    const target = join(folder, "progress.pth");
    const seen: [number, number][] = [];
    saveSync(loadSync(path("large.pth")), target, { progress: (done, total) => seen.push([done, total]) });
    const size = readFileSync(target).length;
    expect(seen.at(-1)).toEqual([size, size]);
  });

  it("does not touch a file next to it", () => {
    const neighbour = join(folder, ".other.pth.tmp");
    writeFileSync(neighbour, "x");
    saveSync(1, join(folder, "other.pth"));
    expect(readFileSync(neighbour, "utf8")).toBe("x");
    rmSync(neighbour);
  });
});
