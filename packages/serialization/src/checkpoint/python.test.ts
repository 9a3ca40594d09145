/** PyTorch itself reads what we write, and we read what it writes. Needs a python3 with torch. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Complex, DTYPES, Parameter, type Tensor } from "@tt/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encode, entries, FOLDER, path } from "../../test/oracle.ts";
import { python, runPython } from "../../test/python.ts";
import { counting, everyDtype, rawBytes } from "../../test/tensors.ts";
import { load, loadSync, ordered_dict, save, saveSync, tuple } from "../index.ts";

/** Compares two folders of checkpoints file by file: types, keys, values, strides, offsets, bytes, sharing. */
const COMPARE = `
import os, sys, torch
def fail(where, a, b): print(f"{where}: {a!r} != {b!r}")
def same(a, b, where, seen):
    if type(a) is not type(b): return fail(where, type(a), type(b))
    if isinstance(a, torch.Tensor):
        key = lambda t: (t.dtype, t.layout, tuple(t.shape), t.requires_grad)
        if key(a) != key(b): return fail(where, key(a), key(b))
        if a.layout != torch.strided: a, b = a.to_dense(), b.to_dense()
        if (a.stride(), a.storage_offset()) != (b.stride(), b.storage_offset()): return fail(where, a.stride(), b.stride())
        if bytes(a.storage().untyped()) != bytes(b.storage().untyped()): return fail(where, a, b)
        if seen.setdefault(a.storage().data_ptr(), b.storage().data_ptr()) != b.storage().data_ptr() and a.numel(): return fail(where, "shared", "not shared")
    elif isinstance(a, dict):
        if list(a) != list(b): return fail(where, list(a), list(b))
        for k in a: same(a[k], b[k], f"{where}.{k}", seen)
        same(getattr(a, "_metadata", None), getattr(b, "_metadata", None), where + "._metadata", seen)
    elif isinstance(a, (list, tuple)):
        if len(a) != len(b): return fail(where, len(a), len(b))
        for i, (x, y) in enumerate(zip(a, b)): same(x, y, f"{where}[{i}]", seen)
    elif a != b: fail(where, a, b)
for name in sorted(os.listdir(sys.argv[2])):
    same(torch.load(os.path.join(sys.argv[1], name)), torch.load(os.path.join(sys.argv[2], name)), name, {})
`;

const DESCRIBE = `
import json, sys, torch
def show(v):
    if isinstance(v, torch.nn.Parameter): return ["Parameter", v.requires_grad, v.tolist()]
    if isinstance(v, torch.Tensor): return [str(v.dtype), list(v.stride()), v.requires_grad, bytes(v.storage().untyped()).hex()]
    if isinstance(v, dict): return [type(v).__name__, [[show(k), show(x)] for k, x in v.items()]]
    if isinstance(v, (list, tuple)): return [type(v).__name__, [show(x) for x in v]]
    if isinstance(v, (set, frozenset)): return [type(v).__name__, sorted(v)]
    return [type(v).__name__, str(v)]
print(json.dumps(show(torch.load(sys.argv[1]))))
`;

describe.skipIf(python === undefined)(`PyTorch (${python ?? "skipped: no python3 here has torch"})`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tt-python-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("finds every file of the oracle unchanged after we loaded and saved it", { timeout: 120_000 }, async () => {
    const target = join(folder, "oracle");
    mkdirSync(target);
    // Sparse tensors become dense, on purpose.
    const chosen = entries().filter(({ file, loads }) => loads === true && file !== "sparse.pth");
    for (const { file, format } of chosen) {
      await save(await load(path(file)), join(target, file), { _use_new_zipfile_serialization: format !== "legacy" });
    }
    expect(runPython(COMPARE, FOLDER, target)).toBe("");
    expect(chosen.length).toBeGreaterThan(20);
  });

  function described(value: unknown, options = {}): unknown {
    const file = join(folder, "value.pth");
    saveSync(value, file, options);
    return JSON.parse(runPython(DESCRIBE, file));
  }

  it.each([[{}], [{ _use_new_zipfile_serialization: false }]])(
    "reads tensors of every dtype bit for bit (%j)",
    (options) => {
      const tensors = everyDtype([2, 3]);
      const want = DTYPES.map(({ name }) => [
        ["str", name],
        [`torch.${name}`, [3, 1], false, Buffer.from(rawBytes(tensors[name]!)).toString("hex")],
      ]);
      expect(described(tensors, options)).toEqual(["dict", want]);
    },
  );

  it("sees the types that the rules promise", () => {
    const digits = join(folder, "digits.pth");
    saveSync(
      new Map([
        ["0", "str"],
        ["1", "str"],
      ]),
      digits,
    );
    const value = {
      numbers: [1, 2.5, -0, 2n ** 70n, Infinity],
      tuple: tuple([true, null]),
      map: new Map<unknown, unknown>([
        [0, "int"],
        [0.5, "float"],
        ["0", "str"],
      ]),
      ints: { 0: "int", 1: "int" },
      digits: loadSync(digits) as unknown,
      state_dict: ordered_dict({ w: "x" }),
      set: new Set([1]),
      bytes: new Uint8Array([0, 255]),
      complex: new Complex(1, -2),
      dtype: DTYPES[6],
    };
    expect(described(value)).toEqual([
      "dict",
      [
        [
          ["str", "numbers"],
          [
            "list",
            [
              ["int", "1"],
              ["float", "2.5"],
              ["float", "-0.0"],
              ["int", "1180591620717411303424"],
              ["float", "inf"],
            ],
          ],
        ],
        [
          ["str", "tuple"],
          [
            "tuple",
            [
              ["bool", "True"],
              ["NoneType", "None"],
            ],
          ],
        ],
        [
          ["str", "map"],
          [
            "dict",
            [
              [
                ["int", "0"],
                ["str", "int"],
              ],
              [
                ["float", "0.5"],
                ["str", "float"],
              ],
              [
                ["str", "0"],
                ["str", "str"],
              ],
            ],
          ],
        ],
        [
          ["str", "ints"],
          [
            "dict",
            [
              [
                ["int", "0"],
                ["str", "int"],
              ],
              [
                ["int", "1"],
                ["str", "int"],
              ],
            ],
          ],
        ],
        [
          ["str", "digits"],
          [
            "dict",
            [
              [
                ["str", "0"],
                ["str", "str"],
              ],
              [
                ["str", "1"],
                ["str", "str"],
              ],
            ],
          ],
        ],
        [
          ["str", "state_dict"],
          [
            "OrderedDict",
            [
              [
                ["str", "w"],
                ["str", "x"],
              ],
            ],
          ],
        ],
        [
          ["str", "set"],
          ["set", [1]],
        ],
        [
          ["str", "bytes"],
          ["bytes", "b'\\x00\\xff'"],
        ],
        [
          ["str", "complex"],
          ["complex", "(1-2j)"],
        ],
        [
          ["str", "dtype"],
          ["dtype", "torch.bfloat16"],
        ],
      ],
    ]);
  });

  it("gets Parameters as Parameters, and views with their strides", () => {
    const x = counting(DTYPES[0]!, [2, 3]);
    const weight = new Parameter(counting(DTYPES[7]!, [1]), false);
    weight.requiresGradFlag = true;
    const got = described([x.t(), weight]) as [string, unknown[]];
    expect(got[1][0]).toEqual(["torch.uint8", [1, 3], false, "000102030405"]);
    expect((got[1][1] as unknown[]).slice(0, 2)).toEqual(["Parameter", true]);
  });

  it("accepts what we write with weights_only=True", () => {
    const file = join(folder, "weights.pth");
    saveSync(loadSync(path("cnn.pth")), file);
    expect(runPython("import sys, torch; print(len(torch.load(sys.argv[1], weights_only=True)))", file).trim()).toBe(
      "9",
    );
  });

  it("writes files of more than 2000 tensors and long lists that we read", () => {
    const file = join(folder, "many.pth");
    runPython(
      "import sys, torch; torch.save({'t': [torch.full((2,), float(i)) for i in range(2500)], 'l': list(range(5000))}, sys.argv[1])",
      file,
    );
    const { t, l } = loadSync(file) as { t: Tensor[]; l: number[] };
    expect(t.map((tensor) => Number(tensor.array[1]))).toEqual(Array.from({ length: 2500 }, (_, i) => i));
    expect(l).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  it("writes numpy values that we read as numbers and tensors", () => {
    const file = join(folder, "numpy.pth");
    runPython(
      "import sys, torch, numpy as np; torch.save({'best': np.float64(0.5), 'n': np.int64(3), 'm': np.asfortranarray(np.arange(6, dtype='>f4').reshape(2, 3))}, sys.argv[1])",
      file,
    );
    const { best, n, m } = loadSync(file) as { best: number; n: number; m: Tensor };
    expect([best, n, encode(m)]).toEqual([
      0.5,
      3,
      { dtype: "float32", shape: [2, 3], stride: [1, 2], data: [0, 1, 2, 3, 4, 5] },
    ]);
  });
});
