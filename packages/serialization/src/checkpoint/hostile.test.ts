/** Damaged and malicious files: a clear error in bounded time, and nothing run. */
import { existsSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, entries, files, path } from "../../test/oracle.ts";
import { loadSync, readTorchScriptSync } from "../index.ts";
import { writeZip } from "../zip/write.ts";
import { ZipArchive } from "./zip-archive.ts";
import { BytesSource } from "../io/source.ts";
import { readSync } from "../io/range.ts";

/** Everything a refusal may be; a TypeError or RangeError would be our own fault. */
const REFUSALS = ["UnpicklingError", "ZipError", "RuntimeError"];
/** Far more than any of the small files needs, even on a busy machine. */
const MAX_MILLISECONDS = 2000;

function expectHandled(bytes: Uint8Array): void {
  const start = performance.now();
  try {
    loadSync(bytes);
  } catch (error) {
    const { name, message } = error as Error;
    if (!REFUSALS.includes(name)) throw new Error(`${name} is no refusal: ${message}`, { cause: error });
  }
  const elapsed = performance.now() - start;
  if (elapsed > MAX_MILLISECONDS) throw new Error(`took ${elapsed} ms`);
}

/** A PyTorch archive around a pickle. */
function checkpoint(pickle: string, storages: Record<string, Uint8Array> = {}): Uint8Array {
  const records = Object.entries({
    "data.pkl": Buffer.from(pickle, "latin1"),
    ...storages,
    version: Buffer.from("3\n"),
  });
  return Buffer.concat([...writeZip(records.map(([name, data]) => ({ name: `archive/${name}`, data })))]);
}

describe("files of the oracle that must not load", () => {
  it.each(entries().filter((entry) => entry.loads !== true))("$file", ({ file }) => {
    expect(() => loadSync(path(file))).toThrow(/./);
    expectHandled(bytesOf(file));
  });

  it("names the function that was refused", () => {
    expect(() => loadSync(path("malicious.pth"))).toThrow("GLOBAL posix.system was not an allowed global");
    expect(() => loadSync(path("malicious.legacy.pth"))).toThrow("GLOBAL posix.system was not an allowed global");
    expect(() => loadSync(path("whole_module.pth"))).toThrow("torch.nn.modules.linear.Linear");
    expect(() => loadSync(path("torchscript_trace.pt"))).toThrow("torch.jit.load");
  });

  it("says what other files are", () => {
    expect(() => loadSync(Buffer.from([0x1f, 0x8b, 8, 0]))).toThrow("gzip");
    expect(() => loadSync(Buffer.concat([Buffer.alloc(8), Buffer.from('{"a":{}}')]))).toThrow("safetensors");
    expect(() => loadSync(Buffer.from("GGUF\x03"))).toThrow("GGUF");
    expect(() => loadSync(Buffer.concat([Buffer.alloc(257, 1), Buffer.from("ustar\0")]))).toThrow("tar files");
    expect(() => loadSync(zipSync({ "x.npy": strToU8("x") }))).toThrow("data.pkl: file not found");
    expect(() => loadSync("/no/such/file.pth")).toThrow("ENOENT");
    expect(() => loadSync("/")).toThrow("is not a file");
  });
});

const STORAGE = "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ";
const tensor = (offset: string, size: string, stride: string): string =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${STORAGE}${offset}${size}${stride}\x89NtR.`;
const four = { "data/0": new Uint8Array(16) };

describe("malicious pickles", () => {
  it.each([
    ["os.system", "cos\nsystem\n(X\x1b\0\0\0touch /tmp/tt-was-compromisedtR."],
    ["builtins.eval", "cbuiltins\neval\n(X\x01\0\0\x001tR."],
    ["a REDUCE on a REDUCE's result", "ccollections\nOrderedDict\n)R)R."],
    [
      "an allowed function as the argument of another",
      "ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nctorch\nTensor\n)}tR.",
    ],
    [
      "a function that is not one of PyTorch's rebuilders",
      "ctorch._tensor\n_rebuild_from_type_v2\n(c__builtin__\nset\nctorch\nTensor\n)}tR.",
    ],
    ["a storage that is not one", "ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\0))\x89NtR."],
    ["a persistent id that is not a storage", "(X\x06\0\0\0moduleK\x01tQ."],
    [
      "a laughing persistent id",
      `](${"N".repeat(9)}e${Array.from({ length: 30 }, () => "q\0](h\0h\0h\0h\0h\0h\0h\0h\0e").join("")}\x85Q.`,
    ],
  ])("%s", (_, pickle) => {
    const bytes = checkpoint(pickle, four);
    expect(() => loadSync(bytes)).toThrow(
      /not allowed|not an allowed|cannot be called|is not a storage|Unknown saved id/,
    );
    expectHandled(bytes);
  });

  it("leaves no trace of having run anything", () => {
    expect(existsSync("/tmp/tt-was-compromised")).toBe(false);
  });

  it.each([
    ["too many elements", tensor("K\0", "K\x05\x85", "K\x01\x85")],
    ["a stride too long", tensor("K\0", "K\x02\x85", "K\x04\x85")],
    ["an offset at the end", tensor("K\x04", "K\x01\x85", "K\x01\x85")],
    ["a negative offset", tensor("J\xff\xff\xff\xff", ")", ")")],
    ["a negative size", tensor("K\0", "J\xff\xff\xff\xff\x85", "K\x01\x85")],
    ["a negative stride", tensor("K\x03", "K\x02\x85", "J\xff\xff\xff\xff\x85")],
    [
      "sizes whose product overflows",
      tensor("K\0", "\x8a\x07\0\0\0\0\0\0\x10h\0\x86".replace("h\0", "\x8a\x07\0\0\0\0\0\0\x10"), "K\0K\0\x86"),
    ],
    ["more sizes than strides", tensor("K\0", "K\x01\x85", ")")],
    ["more dimensions than there are", tensor("K\0", `(${"K\x01".repeat(65)}t`, `(${"K\x01".repeat(65)}t`)],
  ])("a tensor with %s", (_, pickle) => {
    expect(() => loadSync(checkpoint(pickle, four))).toThrow(/out of bounds|non-negative|sizes but/);
  });

  it("accepts the tensor these are made from", () => {
    expect((loadSync(checkpoint(tensor("K\0", "K\x04\x85", "K\x01\x85"), four)) as { shape: number[] }).shape).toEqual([
      4,
    ]);
  });

  it("does not allocate what a storage merely claims", () => {
    const claim = tensor("K\0", ")", ")").replace("K\x04tQ", "\x8a\x06\0\0\0\0\0\x40tQ");
    expect(() => loadSync(checkpoint(claim, four))).toThrow("were expected");
    const legacy = Buffer.from(bytesOf("mlp.legacy.pth"));
    const numel = legacy.indexOf(Buffer.from("4b204e74", "hex")); // BININT1 32, NONE, TUPLE
    const huge = Buffer.concat([
      legacy.subarray(0, numel),
      Buffer.from("8a06000000000040", "hex"),
      legacy.subarray(numel + 2),
    ]);
    expect(() => loadSync(huge)).toThrow("unexpected EOF");
  });
});

describe("bombs", () => {
  it("refuses an archive that unpacks to far more than it is", () => {
    const packed = new Uint8Array(2 ** 19);
    const bomb = Buffer.concat([
      ...writeZip([
        { name: "archive/data.pkl", data: strToU8("N.") },
        { name: "archive/data/0", data: packed, deflated: { size: 1000 * packed.length, crc: 0 } },
      ]),
    ]);
    expect(() => loadSync(bomb)).toThrow(/unpack to \d+; refusing/);
  });

  it("accepts records that are compressed within reason", () => {
    const archive = zipSync({ "archive/data.pkl": strToU8("]K\x01a."), "archive/version": strToU8("3\n") });
    expect(loadSync(archive)).toEqual([1]);
  });
});

describe("random damage", () => {
  const originals = files()
    .map(bytesOf)
    .filter((bytes) => bytes.length > 0);
  const damage = fc.record({
    original: fc.constantFrom(...originals),
    edits: fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    }),
    cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 4 }),
  });
  const runs = Number(process.env["TT_FUZZ_RUNS"] ?? 10_000);

  it(`never harms the process (${runs} files)`, { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(damage, ({ original, edits, cut }) => {
        const bytes = original.slice(0, cut === null ? undefined : Math.floor(cut * original.length));
        for (const [at, value] of edits) if (bytes.length > 0) bytes[Math.floor(at * bytes.length)] = value;
        expectHandled(bytes);
      }),
      { numRuns: runs },
    );
  });

  // The checksums of archives catch nearly everything above, so pickles are damaged inside of sound archives as well.
  const archives = entries()
    .filter(({ file, format, loads }) => format === "zip" && loads === true && file !== "large.pth")
    .map(({ file }) => {
      const source = new BytesSource(bytesOf(file));
      const archive = readSync(ZipArchive.open(source.size), source);
      return [...archive.records()].map((name) => ({
        name: `archive/${name}`,
        data: readSync(archive.read(name), source),
      }));
    });
  const opcodes = [
    ...Buffer.from(
      "(.)0123BFGIJKLMNPQRSTUVX]abcdeghijloqrstu}\x80\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x93\x94\x95",
      "latin1",
    ),
  ];

  it(`never harms the process inside of pickles (${runs} files)`, { timeout: 600_000 }, () => {
    const edit = fc.tuple(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.oneof(fc.nat(255), fc.constantFrom(...opcodes)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...archives), fc.array(edit, { minLength: 1, maxLength: 6 }), (records, edits) => {
        const changed = records.map(({ name, data }) => {
          if (!name.endsWith("data.pkl")) return { name, data };
          const pickle = data.slice();
          for (const [at, value] of edits) pickle[Math.floor(at * pickle.length)] = value;
          return { name, data: pickle };
        });
        expectHandled(Buffer.concat([...writeZip(changed)]));
      }),
      { numRuns: runs },
    );
  });

  it("never harms the process in TorchScript archives", { timeout: 600_000 }, () => {
    const original = bytesOf("torchscript_script.pt");
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.nat(255), (at, value) => {
        const bytes = original.slice();
        bytes[at] = value;
        try {
          readTorchScriptSync(bytes);
        } catch (error) {
          expect(REFUSALS).toContain((error as Error).name);
        }
      }),
      { numRuns: 500 },
    );
  });
});
