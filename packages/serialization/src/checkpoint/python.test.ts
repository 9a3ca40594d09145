/** PyTorch itself reads what we write, and we read what it writes. Needs a python3 with torch. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Complex, DTYPES, Parameter, type Tensor } from "@tt/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encode, entries, FOLDER, path } from "../../test/oracle.ts";
import { python, runPython, runScript } from "../../test/python.ts";
import { counting, everyDtype, rawBytes } from "../../test/tensors.ts";
import { load, loadSync, ordered_dict, save, saveSync, tuple } from "../index.ts";

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

const NUMPY = `
import sys, torch, numpy as np
torch.save({
    "scalars": [np.float64(0.5), np.float32(2), np.int64(3), np.bool_(True), np.complex64(1 + 1j), np.uint16(7), np.uint64(2**63), np.str_("ü"), np.bytes_(b"x")],
    "fortran": np.asfortranarray(np.arange(6, dtype=">f4").reshape(2, 3)),
    "unsigned": [np.array([0, 65535], "u2"), np.array([0, 2**32 - 1], ">u4"), np.array([5], "u8")],
    "texts": np.asfortranarray(np.array([["a", "bc"], ["ü", ""]])),
    "objects": np.array([1, "a", None, torch.ones(1)], dtype=object),
    "state": np.random.RandomState(0).get_state(),
    "dtype": np.dtype("float32"),
}, sys.argv[1], pickle_protocol=int(sys.argv[2]))
`;

describe.skipIf(python === undefined)(
  `PyTorch (${python ?? "skipped: no python3 here has torch"})`,
  { timeout: 120_000 },
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "tt-python-"));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it("finds every file of the oracle unchanged after we loaded and saved it", { timeout: 120_000 }, async () => {
      const target = join(folder, "oracle");
      mkdirSync(target);
      const chosen = entries().filter(({ loads }) => loads === true);
      for (const { file, format } of chosen) {
        await save(await load(path(file)), join(target, file), { _use_new_zipfile_serialization: format !== "legacy" });
      }
      expect(runScript("compare.py", FOLDER, target)).toBe(`${chosen.length} compared\n`);
      expect(chosen.length).toBeGreaterThan(20);
    });

    it(
      "finds files of unusual shape unchanged, in every format, and others are refused",
      { timeout: 120_000 },
      async () => {
        const source = join(folder, "shapes");
        const target = join(folder, "shapes again");
        mkdirSync(source);
        mkdirSync(target);
        const refusals = runScript("shapes.py", source)
          .trim()
          .split("\n")
          .map((line) => line.split("\t") as [string, string]);
        const names = readdirSync(join(source, "kept"));
        for (const name of names) {
          const options = { _use_new_zipfile_serialization: !name.includes("legacy") };
          await save(await load(join(source, "kept", name)), join(target, name), options);
        }
        expect(runScript("compare.py", join(source, "kept"), target)).toBe(`${names.length} compared\n`);
        expect(names.length).toBeGreaterThan(150);
        for (const [key, words] of refusals) {
          const files = readdirSync(join(source, "refused")).filter((name) => name.startsWith(`${key}.`));
          expect(files).toHaveLength(5);
          for (const name of files) expect(() => loadSync(join(source, "refused", name))).toThrow(words);
        }
      },
    );

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

    it.each([2, 4, 5])("writes numpy values that we read as numbers, tensors and lists (protocol %i)", (protocol) => {
      const file = join(folder, "numpy.pth");
      runPython(NUMPY, file, String(protocol));
      const { scalars, fortran, unsigned, texts, objects, state, dtype } = loadSync(file) as {
        scalars: unknown[];
        fortran: Tensor;
        unsigned: Tensor[];
        texts: unknown;
        objects: unknown[];
        state: [string, Tensor, ...number[]];
        dtype: unknown;
      };
      expect(scalars).toEqual([0.5, 2, 3, true, new Complex(1, 1), 7, 2n ** 63n, "ü", new Uint8Array([120])]);
      expect(encode(fortran)).toEqual({ dtype: "float32", shape: [2, 3], stride: [1, 2], data: [0, 1, 2, 3, 4, 5] });
      expect(unsigned.map((tensor) => [tensor.dtype.name, tensor.tolist()])).toEqual([
        ["int32", [0, 65535]],
        ["int64", [0, 2 ** 32 - 1]],
        ["int64", [5]],
      ]);
      expect(texts).toEqual([
        ["a", "bc"],
        ["ü", ""],
      ]);
      expect(encode(objects)).toEqual([1, "a", null, { dtype: "float32", shape: [1], data: [1] }]);
      expect([state[0], state[1].shape, state[2]]).toEqual(["MT19937", [624], 624]);
      expect(dtype).toBe(DTYPES.find(({ name }) => name === "float32"));
    });

    it("writes numpy values that no JavaScript value stands for, which we name", () => {
      const file = join(folder, "numpy.pth");
      const refused: readonly (readonly [value: string, words: string])[] = [
        ["np.datetime64('2020-01-01')", '"M8" are not supported'],
        ["np.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f4')])", '"V8" are not supported'],
        ["np.array([2**63], dtype='u8')", "9223372036854775808, which no tensor can"],
        ["np.longdouble(1)", '"f16" are not supported'],
      ];
      for (const [value, words] of refused) {
        runPython(`import sys, torch, numpy as np; torch.save(${value}, sys.argv[1])`, file);
        expect(() => loadSync(file)).toThrow(words);
      }
    });
  },
);
