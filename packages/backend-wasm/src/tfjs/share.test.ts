// It registers itself.
// oxlint-disable-next-line import/no-unassigned-import
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { arange, bfloat16, complex64, equal, float32, int32, rand, randn, tensor, zeros } from "@tt/core";
import "@tt/core/memory";
import { expect, it } from "vitest";
import { install } from "../testing.ts";
import { from_tfjs, to_tfjs } from "./index.ts";

it("needs the engine", async () => {
  expect(() => to_tfjs(zeros(2))).toThrow(
    'to_tfjs needs the backend that computes with TF.js: await torch.use(wasm({ engine: "tfjs" }))',
  );
  await install({ engine: "tfjs", heap_target: 64 * 2 ** 20 });
});

it("from_tfjs shares memory, which outlives TF.js's tensor", async () => {
  const theirs = tf.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const ours = from_tfjs(theirs);
  expect(ours.device.type).toBe("wasm");
  expect(ours.tolist()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  ours.mul_(2);
  expect(await theirs.data()).toEqual(Float32Array.of(2, 4, 6, 8, 10, 12));
  theirs.dispose();
  const other = tf.ones([2, 3]);
  expect(ours.add(1).tolist()).toEqual([
    [3, 5, 7],
    [9, 11, 13],
  ]);
  other.dispose();
});

it("gives TF.js its memory back", () => {
  const { numDataBuffers } = tf.memory();
  const theirs = tf.zeros([1000]);
  const ours = from_tfjs(theirs);
  theirs.dispose();
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers + 1);
  ours[Symbol.dispose]();
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
  expect(() => ours.add(1)).toThrow("this tensor's memory was freed");
});

it("to_tfjs shares large contiguous tensors of TF.js's dtypes", async () => {
  const ours = randn(64, 64, { device: "wasm" });
  const theirs = to_tfjs<tf.Tensor>(ours);
  expect(theirs.shape).toEqual([64, 64]);
  ours.fill_(3);
  expect((await theirs.data()).every((value) => value === 3)).toBe(true);
  const product = tf.matMul(theirs, theirs);
  expect((await product.data())[0]).toBe(3 * 3 * 64);
  expect(from_tfjs(product).sum().item()).toBe(64 * 64 * 9 * 64);
  tf.dispose([theirs, product]);
});

it("to_tfjs converts the others", async () => {
  const values = async (x: tf.Tensor): Promise<[string, number[]]> => [x.dtype, [...(await x.data())]];
  expect(await values(to_tfjs(tensor([1, 2])))).toEqual(["float32", [1, 2]]);
  expect(await values(to_tfjs(arange(3)))).toEqual(["int32", [0, 1, 2]]);
  expect(await values(to_tfjs(tensor([true, false])))).toEqual(["bool", [1, 0]]);
  expect(await values(to_tfjs(tensor([1.5], { dtype: bfloat16 })))).toEqual(["float32", [1.5]]);
  const transposed = to_tfjs<tf.Tensor>(arange(2000, { device: "wasm" }).view(2, 1000).t());
  expect(await values(tf.slice(transposed, [0, 0], [2, 2]))).toEqual(["int32", [0, 1000, 1, 1001]]);
  expect(() => to_tfjs(zeros(2, { dtype: complex64 }))).toThrow("no counterpart for complex");
});

it("memory lent to TF.js stays where it is", async () => {
  const lent = to_tfjs<tf.Tensor>(rand(1000, 100, { device: "wasm" }).mul(0).add(7));
  // More than the heap holds, so that whatever may move out has moved.
  const kept = Array.from({ length: 80 }, (_, i) => zeros(2 ** 20, { device: "wasm" }).add(i));
  expect((await lent.data()).every((value) => value === 7)).toBe(true);
  kept.forEach((x, i) => expect(x.at(-1).item()).toBe(i));
  lent.dispose();
});

it("goes on when TF.js lets its memory grow", () => {
  const ours = arange(100_000, { dtype: float32, device: "wasm" });
  const view = ours.view(1000, 100);
  const shared = from_tfjs(tf.range(0, 5000, 1, "int32"));
  const large = Array.from({ length: 8 }, () => tf.zeros([16, 1024, 1024]));
  expect(ours.at(99_999).item()).toBe(99_999);
  expect(view.sum(1).at(0).item()).toBe(4950);
  expect(shared.dtype).toBe(int32);
  expect(shared.at(4999).item()).toBe(4999);
  expect(equal(ours.add(ours), ours.mul(2))).toBe(true);
  tf.dispose(large);
});
