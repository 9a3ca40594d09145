/** What PyTorch 2 writes and 1.13 does not, spelled out: see torch/_utils.py, torch/serialization.py. */
import { Complex, type Tensor, Parameter } from "@tt/core";
import { expect, it } from "vitest";
import { archiveOf, ints, storage, text, vector } from "../../test/archive.ts";
import { loadSync } from "../index.ts";

const bytesOf = (array: { buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(array.buffer as ArrayBuffer);
const complex = bytesOf(new Float32Array([1, 2, 3, -1]));

const REBUILD = "ctorch._utils\n_rebuild_tensor_v2\n";
const metadata = (...flags: string[]): string => `}(${flags.map((flag) => `${text(flag)}\x88`).join("")}u`;

it("conjugates and negatives, which PyTorch puts off, are computed", () => {
  const conj = `${REBUILD}(${storage("ComplexFloatStorage", "0", 2)}${vector(2)}${metadata("conj")}tR.`;
  expect((loadSync(archiveOf(conj, { "data/0": complex })) as Tensor).tolist()).toEqual([
    new Complex(1, -2),
    new Complex(3, 1),
  ]);
  const neg = `${REBUILD}(${storage("FloatStorage", "0", 4)}${vector(4)}${metadata("neg")}tR.`;
  expect((loadSync(archiveOf(neg, { "data/0": complex })) as Tensor).tolist()).toEqual([-1, -2, -3, 1]);
});

it("tensors on untyped storages name their dtype", () => {
  const pickle = `ctorch._utils\n_rebuild_tensor_v3\n(${storage("UntypedStorage", "0", 16, "torch.storage")}${vector(2)}ctorch\nfloat64\n}tR.`;
  const data = bytesOf(new Float64Array([1.5, -2]));
  const tensor = loadSync(archiveOf(pickle, { "data/0": data })) as Tensor;
  expect([tensor.dtype.name, tensor.tolist()]).toEqual(["float64", [1.5, -2]]);
  const narrow = archiveOf(pickle.replace("K\x02t", "K\x03t"), { "data/0": data });
  expect(() => loadSync(narrow)).toThrow("out of bounds");
  const foreign = archiveOf(pickle.replace("float64", "uint16"), { "data/0": data });
  expect(() => loadSync(foreign)).toThrow("torch.uint16 are not supported");
});

it("Parameters with attributes are Parameters", () => {
  const tensor = `${REBUILD}(${storage("FloatStorage", "0", 4)}${vector(4)}tR`;
  const pickle = `ctorch._utils\n_rebuild_parameter_with_state\n(${tensor}\x88ccollections\nOrderedDict\n)R}${text("tag")}K\x01stR.`;
  const parameter = loadSync(archiveOf(pickle, { "data/0": complex })) as Tensor;
  expect([parameter instanceof Parameter, parameter.requires_grad, parameter.tolist()]).toEqual([
    true,
    true,
    [1, 2, 3, -1],
  ]);
});

/** Sizes are [2, 2]. */
function sparse(layout: string, indices: readonly string[], values: string, rest = ""): string {
  const size = `ctorch\nSize\n${ints(2, 2)}\x85R`;
  return `ctorch._utils\n_rebuild_sparse_tensor\n(ctorch.serialization\n_get_layout\n${text(`torch.${layout}`)}\x85R(${indices.join("")}${values}${size}${rest}ttR.`;
}
const index = (key: string, length: number): string =>
  `${REBUILD}(${storage("LongStorage", key, length)}${vector(length)}tR`;
const pairs = `${REBUILD}(${storage("LongStorage", "i", 4)}K\0${ints(2, 2)}${ints(2, 1)}\x89ccollections\nOrderedDict\n)RtR`;
const values = `${REBUILD}(${storage("FloatStorage", "v", 2)}${vector(2)}tR`;
const data = { "data/i": bytesOf(new BigInt64Array([0n, 1n, 1n, 0n])), "data/v": bytesOf(new Float32Array([5, 6])) };

it("sparse tensors tell whether they are coalesced", () => {
  for (const [flag, coalesced] of [
    ["", false],
    ["\x88", true],
    ["\x89", false],
  ] as const) {
    const tensor = loadSync(archiveOf(sparse("sparse_coo", [pairs], values, flag), data)) as Tensor;
    expect([tensor.is_coalesced(), tensor.to_dense().tolist()]).toEqual([
      coalesced,
      [
        [0, 5],
        [6, 0],
      ],
    ]);
  }
});

it.each([
  [
    "sparse_csr",
    [
      [5, 0],
      [0, 6],
    ],
  ],
  [
    "sparse_csc",
    [
      [5, 0],
      [0, 6],
    ],
  ],
])("compressed tensors: %s", (layout, dense) => {
  const lists = {
    "data/c": bytesOf(new BigInt64Array([0n, 1n, 2n])),
    "data/p": bytesOf(new BigInt64Array([0n, 1n])),
    "data/v": data["data/v"],
  };
  const pickle = sparse(layout, [index("c", 3), index("p", 2)], values);
  const tensor = loadSync(archiveOf(pickle, lists)) as Tensor;
  expect([tensor.layout, tensor.to_dense().tolist()]).toEqual([`torch.${layout}`, dense]);
});

it.each([
  ["an index outside", { ...data, "data/i": bytesOf(new BigInt64Array([0n, 2n, 1n, 0n])) }, "size is inconsistent"],
  ["a negative index", { ...data, "data/i": bytesOf(new BigInt64Array([0n, -1n, 1n, 0n])) }, "negative index"],
])("sparse tensors with %s are refused", (_, damaged, message) => {
  expect(() => loadSync(archiveOf(sparse("sparse_coo", [pairs], values), damaged))).toThrow(message);
});

it("records of newer archives are passed over, and big-endian ones turned", () => {
  const pickle = `${REBUILD}(${storage("FloatStorage", "0", 4)}${vector(4)}tR.`;
  const turned = complex.slice();
  for (let at = 0; at < turned.length; at += 4) turned.subarray(at, at + 4).reverse();
  const bytes = archiveOf(pickle, {
    ".format_version": "1",
    ".storage_alignment": "64",
    byteorder: "big",
    "data/0": turned,
    ".data/serialization_id": "0123456789",
  });
  expect((loadSync(bytes) as Tensor).tolist()).toEqual([1, 2, 3, -1]);
  expect(() => loadSync(archiveOf(pickle, { byteorder: "middle", "data/0": turned }))).toThrow("Unknown endianness");
});
