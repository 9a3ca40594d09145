import { describe, expect, it } from "vitest";
import { UnpicklingError } from "./errors.ts";
import { Budget, pythonGlobals } from "./globals.ts";
import { materialize } from "./materialize.ts";
import { python_type } from "./python-type.ts";
import { Unpickler } from "./unpickler.ts";

function find(size: number): (module: string, name: string) => unknown {
  const table = pythonGlobals({ complex: (re, im) => ({ re, im }) }, new Budget(size));
  return (module, name) => {
    const path = `${module}.${name}`;
    if (!table.has(path)) throw new UnpicklingError(`refused ${path}`);
    return table.get(path);
  };
}

function loads(pickle: string | Uint8Array): unknown {
  const bytes = typeof pickle === "string" ? Buffer.from(pickle, "latin1") : pickle;
  const value = new Unpickler(bytes, { find_global: find(bytes.length) }).load();
  return materialize(value, (leaf) => leaf);
}

/** `pickle.dumps(value, protocol)` for protocols 0 to 5 of the value below, from CPython 3.11. */
const VALUE = {
  a: [1, 300, 70000, -1, 2.5, "ü", null, true],
  t: [1, 2, 3, 4],
  big: 2n ** 80n,
  s: new Set([7]),
  b: new Uint8Array([0, 255, 120]),
};
const DUMPS = [
  "KGRwMApWYQpwMQoobHAyCkkxCmFJMzAwCmFJNzAwMDAKYUktMQphRjIuNQphVvwKcDMKYU5hSTAxCmFzVnQKcDQKKEkxCkkyCkkzCkk0CnRwNQpzVmJpZwpwNgpMMTIwODkyNTgxOTYxNDYyOTE3NDcwNjE3NkwKc1ZzCnA3CmNfX2J1aWx0aW5fXwpzZXQKcDgKKChscDkKSTcKYXRwMTAKUnAxMQpzVmIKcDEyCmNfY29kZWNzCmVuY29kZQpwMTMKKFZcdTAwMDD/eApwMTQKVmxhdGluMQpwMTUKdHAxNgpScDE3CnMu",
  "fXEAKFgBAAAAYXEBXXECKEsBTSwBSnARAQBK/////0dABAAAAAAAAFgCAAAAw7xxA05JMDEKZVgBAAAAdHEEKEsBSwJLA0sEdHEFWAMAAABiaWdxBkwxMjA4OTI1ODE5NjE0NjI5MTc0NzA2MTc2TApYAQAAAHNxB2NfX2J1aWx0aW5fXwpzZXQKcQgoXXEJSwdhdHEKUnELWAEAAABicQxjX2NvZGVjcwplbmNvZGUKcQ0oWAQAAAAAw794cQ5YBgAAAGxhdGluMXEPdHEQUnERdS4=",
  "gAJ9cQAoWAEAAABhcQFdcQIoSwFNLAFKcBEBAEr/////R0AEAAAAAAAAWAIAAADDvHEDTohlWAEAAAB0cQQoSwFLAksDSwR0cQVYAwAAAGJpZ3EGigsAAAAAAAAAAAAAAVgBAAAAc3EHY19fYnVpbHRpbl9fCnNldApxCF1xCUsHYYVxClJxC1gBAAAAYnEMY19jb2RlY3MKZW5jb2RlCnENWAQAAAAAw794cQ5YBgAAAGxhdGluMXEPhnEQUnERdS4=",
  "gAN9cQAoWAEAAABhcQFdcQIoSwFNLAFKcBEBAEr/////R0AEAAAAAAAAWAIAAADDvHEDTohlWAEAAAB0cQQoSwFLAksDSwR0cQVYAwAAAGJpZ3EGigsAAAAAAAAAAAAAAVgBAAAAc3EHY2J1aWx0aW5zCnNldApxCF1xCUsHYYVxClJxC1gBAAAAYnEMQwMA/3hxDXUu",
  "gASVYgAAAAAAAAB9lCiMAWGUXZQoSwFNLAFKcBEBAEr/////R0AEAAAAAAAAjALDvJROiGWMAXSUKEsBSwJLA0sEdJSMA2JpZ5SKCwAAAAAAAAAAAAABjAFzlI+UKEsHkIwBYpRDAwD/eJR1Lg==",
  "gAWVYgAAAAAAAAB9lCiMAWGUXZQoSwFNLAFKcBEBAEr/////R0AEAAAAAAAAjALDvJROiGWMAXSUKEsBSwJLA0sEdJSMA2JpZ5SKCwAAAAAAAAAAAAABjAFzlI+UKEsHkIwBYpRDAwD/eJR1Lg==",
];

describe("protocols", () => {
  it.each(DUMPS.map((dump, protocol) => [protocol, dump] as const))("reads protocol %i", (_, dump) => {
    const bytes = Buffer.from(dump, "base64");
    expect(loads(bytes)).toEqual(VALUE);
  });

  it("reads text opcodes of Python 2", () => {
    expect(loads("S'it\\'s\\n\\x41'\n.")).toBe("it's\nA");
    expect(loads("V\\u00e9\\U0001F600\n.")).toBe("é😀");
    expect(loads("(lp0\nF1e400\naF-inf\naI00\naI01\na.")).toEqual([Infinity, -Infinity, false, true]);
    expect(loads("U\x03abc.")).toBe("abc");
  });

  it("reads sets, frozen sets, bytearrays and frames of protocols 4 and 5", () => {
    expect(loads("\x80\x04\x95\x07\0\0\0\0\0\0\0\x8f\x94(K\x01K\x02\x90.")).toEqual(new Set([1, 2]));
    const frozen = loads("\x80\x04(K\x01\x91.") as Set<number>;
    expect(python_type(frozen)).toBe("frozenset");
    const bytearray = loads("\x80\x05\x96\x02\0\0\0\0\0\0\0ab.") as Uint8Array;
    expect([python_type(bytearray), ...bytearray]).toEqual(["bytearray", 97, 98]);
  });

  it("reads integers of any length", () => {
    expect(loads("\x8a\x00.")).toBe(0);
    expect(loads("\x8a\x01\xff.")).toBe(-1);
    expect(loads("\x8a\x02\xff\x00.")).toBe(255);
    expect(loads("\x8a\x09\0\0\0\0\0\0\0\0\x01.")).toBe(2n ** 64n);
    expect(loads("\x8b\x01\0\0\0\x80.")).toBe(-128);
  });
});

describe("what is refused", () => {
  it.each([
    ["a command", "cos\nsystem\n(S'echo hi'\ntR."],
    ["eval", "cbuiltins\neval\n(S'1'\ntR."],
    ["a name from the stack", "\x80\x04\x8c\x02os\x8c\x06system\x93."],
    ["INST", "(S'echo hi'\nios\nsystem\n."],
    ["getattr through a dotted name", "\x80\x04\x8c\x08builtins\x8c\x15set.__class__.__mro__\x93."],
    ["JavaScript's own names", "cconstructor\nconstructor\n(S'return 1'\ntR."],
    ["prototype names", "c__proto__\n__proto__\n."],
  ])("%s", (_, pickle) => {
    expect(() => loads(pickle)).toThrow(/^refused /);
  });

  it.each<[string, string, string]>([
    ["calling a string", "U\x04evalU\x011\x85R.", "not an allowed function"],
    ["calling without a tuple", "c__builtin__\nset\n]R.", "are not a tuple"],
    ["appending to a tuple", ")K\x01a.", "Can only append to lists, but got tuple"],
    ["setting items of a list", "]K\x01K\x02s.", "Can only set items of dicts, but got list"],
    ["setting the state of a dict", "}}b.", "Can only build"],
    ["lists as keys", "}]K\x01s.", "unhashable type: 'list'"],
    ["an odd number of items", "}(K\x01u.", "odd number of items"],
    ["memo that was never written", "h\x05.", "Memo value not found at index 5"],
    ["an empty stack", ".", "underflow"],
    ["too much popping", "0.", "could not find MARK"],
    ["a missing mark", "K\x01t.", "could not find MARK"],
    ["persistent ids where none belong", "K\x01Q.", "persistent"],
    ["extension codes", "\x82\x01.", "Unsupported operand EXT1"],
    ["out-of-band buffers", "\x97.", "Unsupported operand NEXT_BUFFER"],
    ["unknown opcodes", "\x01.", "invalid load key, '\\x01'"],
    ["future protocols", "\x80\x06.", "unsupported pickle protocol: 6"],
    ["a length beyond the data", "X\xff\xff\xff\xffabc.", "truncated"],
    ["a 64-bit length beyond the data", "\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc.", "truncated"],
    ["no STOP", "K\x01", "truncated"],
    ["text that is not UTF-8", "X\x01\0\0\0\xff.", "not valid UTF-8"],
    ["a decimal number of a million digits", `I${"9".repeat(1e6)}\n.`, "exceeds the limit"],
    ["a function as the result", "c__builtin__\nset\n.", "no JavaScript counterpart"],
    ["keyword arguments", "c__builtin__\nset\n)}K\x01K\x02s\x92.", "not supported"],
  ])("%s", (_, pickle, message) => {
    expect(() => loads(pickle)).toThrow(message);
    expect(() => loads(pickle)).toThrow(UnpicklingError);
  });
});

describe("bounds", () => {
  it("builds what is nested a million times without recursing", () => {
    const depth = 1_000_000;
    let value = loads(`${"]".repeat(depth)}${"a".repeat(depth - 1)}.`);
    let levels = 0;
    while (Array.isArray(value)) {
      levels++;
      value = (value as unknown[])[0];
    }
    expect(levels).toBe(depth);
  });

  it("keeps a billion laughs as small as they are", () => {
    // Each list holds the one before ten times.
    const level = (i: number): string => `](${`h${String.fromCharCode(i - 1)}`.repeat(10)}eq${String.fromCharCode(i)}`;
    const pickle = `]q\x00${Array.from({ length: 40 }, (_, i) => level(i + 1)).join("")}.`;
    const value = loads(pickle) as unknown[][];
    expect(value).toHaveLength(10);
    expect(value[0]).toBe(value[9]);
  });

  it("refuses to copy one string over and over", () => {
    const text = `X\x00\x00\x01\x00${"a".repeat(65536)}q\x000`;
    const copy = "c_codecs\nencode\n(h\x00X\x06\0\0\0latin1tR0";
    expect(() => loads(`${text}${copy.repeat(1000)}K\x01.`)).toThrow("copies far more data than it holds");
  });

  it("keeps cycles", () => {
    const list = loads("]q\x00h\x00a.") as unknown[];
    expect(list[0]).toBe(list);
  });
});
