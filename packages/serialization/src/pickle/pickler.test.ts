import { describe, expect, it } from "vitest";
import { Pickler } from "./pickler.ts";
import { ordered_dict, tuple } from "./python-type.ts";

function dumps(value: unknown): string {
  return Buffer.from(new Pickler().dump(value)).toString("latin1");
}

// `pickle.dumps(value, 2)` of CPython 3.11.
describe("CPython's bytes", () => {
  it.each<[string, unknown, string]>([
    ["None", null, "N."],
    ["bools", [true, false], "]q\x00(\x88\x89e."],
    ["small ints", [0, 255, 256, 65535], "]q\x00(K\x00K\xffM\x00\x01M\xff\xffe."],
    ["ints", [65536, -1, -(2 ** 31)], "]q\x00(J\x00\x00\x01\x00J\xff\xff\xff\xffJ\x00\x00\x00\x80e."],
    ["longs", [2 ** 31, -(2 ** 31) - 1], "]q\x00(\x8a\x05\x00\x00\x00\x80\x00\x8a\x05\xff\xff\xff\x7f\xffe."],
    ["floats", [0.5, -0], "]q\x00(G?\xe0\x00\x00\x00\x00\x00\x00G\x80\x00\x00\x00\x00\x00\x00\x00e."],
    ["text", "ü", "X\x02\x00\x00\x00\xc3\xbcq\x00."],
    ["a list of one", [1], "]q\x00K\x01a."],
    ["an empty list", [], "]q\x00."],
    ["tuples", [tuple([]), tuple([1]), tuple([1, 2, 3, 4])], "]q\x00()K\x01\x85q\x01(K\x01K\x02K\x03K\x04tq\x02e."],
    ["a dict", { a: 1, b: 2 }, "}q\x00(X\x01\x00\x00\x00aq\x01K\x01X\x01\x00\x00\x00bq\x02K\x02u."],
    ["a dict with an int key", new Map([[3, "x"]]), "}q\x00K\x03X\x01\x00\x00\x00xq\x01s."],
    ["an OrderedDict", ordered_dict({ a: 1 }), "ccollections\nOrderedDict\nq\x00)Rq\x01X\x01\x00\x00\x00aq\x02K\x01s."],
    ["a set", new Set([1]), "c__builtin__\nset\nq\x00]q\x01K\x01a\x85q\x02Rq\x03."],
    [
      "bytes",
      new Uint8Array([0, 255]),
      "c_codecs\nencode\nq\x00X\x03\x00\x00\x00\x00\xc3\xbfq\x01X\x06\x00\x00\x00latin1q\x02\x86q\x03Rq\x04.",
    ],
    ["no bytes", new Uint8Array(0), "c__builtin__\nbytes\nq\x00)Rq\x01."],
  ])("%s", (_, value, pickle) => {
    expect(dumps(value)).toBe(`\x80\x02${pickle}`);
  });

  it("writes long lists in batches of a thousand", () => {
    const pickle = dumps(Array.from({ length: 2001 }, () => null));
    expect(pickle).toBe(`\x80\x02]q\x00(${"N".repeat(1000)}e(${"N".repeat(1000)}eNa.`);
  });

  it("refers to what was written before", () => {
    const shared = [1];
    expect(dumps([shared, shared])).toBe("\x80\x02]q\x00(]q\x01K\x01ah\x01e.");
  });

  it("turns to long memo indices after 256 of them", () => {
    const many = Array.from({ length: 257 }, () => [] as unknown[]);
    expect(dumps([...many, many[256]]).endsWith("]r\x00\x01\x00\x00]r\x01\x01\x00\x00j\x01\x01\x00\x00e.")).toBe(true);
  });
});
