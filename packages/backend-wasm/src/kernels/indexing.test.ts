import {
  argsort,
  bool,
  cat,
  type DType,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  manual_seed,
  rand,
  randint,
  randn,
  stack,
  type Tensor,
  tensor,
  uint8,
  zeros,
} from "@tt/core";
import "@tt/core/neural";
import "@tt/core/statistics";
import { callOp } from "@tt/core/dispatch";
import { beforeAll, describe, expect, it } from "vitest";
import { install } from "../testing.ts";

beforeAll(async () => {
  await install();
  manual_seed(0);
});

/** Runs `compute` on both devices; all results are equal element by element, to `digits` places. */
function expectEqual(inputs: readonly Tensor[], compute: (...tensors: Tensor[]) => unknown, digits = 12): void {
  const results = ["cpu", "wasm"].map((device) => {
    const found = compute(...inputs.map((x) => x.clone().to(device)));
    return (Array.isArray(found) ? found : [found]) as Tensor[];
  });
  const [want, got] = results as [Tensor[], Tensor[]];
  expect(got.length).toBe(want.length);
  got.forEach((x, i) => {
    expect(x.device.type).toBe("wasm");
    expect(x.dtype).toBe(want[i]!.dtype);
    expect(x.shape).toEqual(want[i]!.shape);
    const [a, b] = [x, want[i]!].map(
      (t) => (t.dtype === int64 ? t : t.double()).reshape([-1]).tolist() as (number | bigint)[],
    );
    const tolerance = 10 ** -digits;
    a!.forEach((value, k) => {
      const other = b![k]!;
      if (!(Object.is(value, other) || value === other || Math.abs(Number(value) - Number(other)) <= tolerance))
        expect([k, value]).toEqual([k, other]);
    });
  });
}

const DTYPES: readonly DType[] = [float32, float64, float16, int64, int32, int16, uint8, bool];
const of = (dtype: DType, ...shape: number[]): Tensor =>
  dtype === bool ? randint(0, 2, shape).to(bool) : randint(0, 90, shape).to(dtype);
const indices = (high: number, ...shape: number[]): Tensor => randint(0, high, shape);

describe.each(DTYPES)("%s elements", (dtype) => {
  it("are selected, gathered and scattered", () => {
    expectEqual([of(dtype, 30, 7, 9), indices(30, 50)], (x, i) => x.index_select(0, i));
    expectEqual([of(dtype, 30, 7, 9), indices(7, 50)], (x, i) => x.index_select(1, i));
    expectEqual([of(dtype, 6, 30), indices(30, 50).to(int32)], (x, i) => x.index_select(1, i));
    expectEqual([of(dtype, 30, 40), indices(40, 30, 25)], (x, i) => x.gather(1, i));
    expectEqual([of(dtype, 30, 40), indices(30, 25, 40)], (x, i) => x.gather(0, i));
    expectEqual([of(dtype, 30, 40), indices(40, 30, 25), of(dtype, 30, 25)], (x, i, y) => x.scatter(1, i, y));
    expectEqual([of(dtype, 30, 40), indices(30, 25, 40)], (x, i) => x.scatter(0, i, 1));
    // Indices that cover a part of the other dimensions, and tensors that are not dense.
    expectEqual([of(dtype, 30, 40), indices(40, 20, 25)], (x, i) => x.gather(1, i));
    expectEqual([of(dtype, 40, 30), indices(30, 25, 30)], (x, i) => x.t().gather(0, i));
    expectEqual([of(dtype, 30, 40), indices(40, 20, 25), of(dtype, 30, 30)], (x, i, y) => x.scatter(1, i, y));
    expectEqual([of(dtype, 40, 30), indices(30, 25, 30), of(dtype, 30, 30)], (x, i, y) => {
      const turned = x.clone().t();
      turned.scatter_(0, i, y);
      return turned;
    });
  });

  it("are taken, put and filled", () => {
    expectEqual([of(dtype, 30, 40), indices(1200, 300).sub(600)], (x, i) => x.take(i));
    expectEqual([of(dtype, 40, 30), indices(1200, 20, 15)], (x, i) => x.t().take(i));
    expectEqual([of(dtype, 30, 40), indices(1200, 300), of(dtype, 300)], (x, i, y) => x.put(i, y));
    expectEqual([of(dtype, 30, 7, 9), indices(7, 3).sub(3)], (x, i) => x.index_fill(1, i, 1));
    expectEqual([of(dtype, 30, 40)], (x) => x.clone().fill_(1));
    expectEqual([of(dtype, 30, 40)], (x) => x.t().contiguous());
    expectEqual([of(dtype, 3, 17, 19, 2)], (x) => x.permute(0, 3, 2, 1).contiguous());
  });

  it("are indexed by tensors and masks, read and written", () => {
    const [i, j] = [indices(30, 300), indices(7, 300).sub(7)];
    expectEqual([of(dtype, 30, 7, 9), i, j], (x, a, b) => x.at(a, b));
    expectEqual([of(dtype, 30, 7, 9), j], (x, b) => x.at(":", b));
    expectEqual([of(dtype, 30, 40), of(bool, 30, 40)], (x, m) => x.at(m));
    expectEqual([of(dtype, 30, 40), of(bool, 30, 40)], (x, m) => x.masked_select(m));
    expectEqual([of(dtype, 30, 40), of(bool, 30, 40), of(dtype, 1200)], (x, m, y) => x.masked_scatter(m, y));
    expectEqual([of(dtype, 30, 40), of(bool, 30, 40)], (x, m) => callOp("index_put", x, [m], x.new_zeros([]), false));
    expectEqual([of(dtype, 30, 40)], (x) => x.nonzero());
    expectEqual([of(dtype, 5, 6, 20)], (x) => x.nonzero());
  });

  it("are joined, reversed and cut along diagonals", () => {
    expectEqual([of(dtype, 30, 20), of(dtype, 30, 7)], (x, y) => cat([x, y], 1));
    expectEqual([of(dtype, 30, 20), of(dtype, 3, 20)], (x, y) => cat([x, y]));
    expectEqual([of(dtype, 30, 20), of(dtype, 30, 20)], (x, y) => stack([x, y], 1));
    expectEqual([of(dtype, 30, 21)], (x) => [x.flip([0]), x.flip([1]), x.flip([0, -1]), x.t().flip([1])]);
    expectEqual([of(dtype, 4, 30, 21)], (x) => [x.tril(), x.triu(3), x.tril(-40), x.triu(-2)]);
  });

  it("are sorted along any dimension, stably", () => {
    expectEqual([of(dtype, 40, 50)], (x) => [...x.sort(), ...x.sort(0, true), argsort(x, 1)]);
    expectEqual([of(dtype, 3, 300)], (x) => [...x.sort(1, true), ...x.t().sort(0)]);
    expectEqual([of(dtype, 40, 50)], (x) => [...x.topk(3), ...x.topk(40, 0, false), ...x.topk(3, 1, false)]);
    expectEqual([of(dtype, 40, 50)], (x) => [...x.kthvalue(7), ...x.kthvalue(2, 0, true)]);
    expectEqual([of(dtype, 40, 50)], (x) => callOp("unique.extra", x, true, true, true, null));
    if (dtype === bool) return;
    expectEqual([of(dtype, 40, 50)], (x) => [...x.median(1), ...x.median(0, true), ...x.mode(1), ...x.mode(0)]);
    expectEqual([of(dtype, 40, 50)], (x) => [x.median(), ...x.nanmedian(1)]);
  });
});

it("orders nan, infinities and zeros as the cpu does", () => {
  const special = [Number.NaN, 1, -0, 0, Infinity, -Infinity, -1, 1e-42, -1e-42, -Number.NaN];
  for (const dtype of [float32, float64, float16]) {
    const x = tensor(
      Array.from({ length: 200 }, (_, i) => special[(i * 7) % special.length]!),
      { dtype },
    );
    expectEqual([x], (t) => [
      ...t.sort(),
      ...t.sort(-1, true),
      ...t.topk(5),
      ...t.topk(5, 0, false),
      ...t.kthvalue(190),
      ...t.median(0),
      ...t.nanmedian(0),
      ...t.view([20, 10]).median(0),
      ...t.view([20, 10]).nanmedian(0),
      ...t.view([20, 10]).mode(1),
    ]);
    expectEqual([x], (t) => callOp("unique.extra", t, true, true, true, null));
    expectEqual([x], (t) => t.nonzero());
  }
});

it("tells apart large integers", () => {
  const x = tensor(
    Array.from({ length: 300 }, (_, i) => (2n ** 60n + BigInt((i * 37) % 101)) * (i % 3 === 0 ? -1n : 1n)),
  );
  expectEqual([x], (t) => [...t.sort(), ...t.sort(0, true), ...t.topk(4)]);
});

it("adds up in order what goes to one place", () => {
  for (const dtype of [float32, float64, int64, int32]) {
    const digits = dtype === float32 ? 3 : 9;
    const some = (...shape: number[]): Tensor =>
      (dtype.is_floating_point ? randn(shape) : randint(-9, 9, shape)).to(dtype);
    expectEqual([some(30, 40), indices(40, 30, 70), some(30, 70)], (x, i, y) => x.scatter_add(1, i, y), digits);
    expectEqual([some(30, 40), indices(30, 50), some(50, 40)], (x, i, y) => x.index_add(0, i, y, { alpha: 2 }), digits);
    expectEqual([some(30, 40), indices(40, 50), some(30, 50)], (x, i, y) => x.index_add(1, i, y), digits);
    expectEqual(
      [some(30, 40), indices(30, 500), some(500, 40)],
      (x, i, y) => callOp("index_put", x, [i], y, true),
      digits,
    );
    expectEqual(
      [some(30, 40), indices(40, 30, 70), some(30, 70)],
      (x, i, y) =>
        ["sum", "prod", "amax", "amin", "mean"].map((mode) => callOp("scatter_reduce", x, 1, i, y, mode, true)),
      dtype === float32 ? 1 : 6,
    );
  }
});

it("looks up rows and sums their gradients, some left out", () => {
  const index = indices(100, 6, 40);
  expectEqual([randn(100, 33), index], (w, i) => callOp("embedding", w, i, -1, false, false));
  for (const padding of [-1, 5])
    expectEqual([randn(6, 40, 33), index], (g, i) => callOp("embedding_dense_backward", g, i, 100, padding, false), 4);
});

it("counts", () => {
  expectEqual([indices(50, 1000)], (x) => [callOp("bincount", x, null, 0), callOp("bincount", x, null, 80)]);
});

it("fails as the cpu does, and writes nothing", () => {
  const x = zeros(30, 40, { device: "wasm" });
  const bad = indices(30, 300).to("wasm");
  bad.fill_(30);
  expect(() => x.index_select(0, bad)).toThrow("index out of range in self");
  expect(() => x.at(bad)).toThrow("index 30 is out of bounds for dimension 0 with size 30");
  expect(() => callOp("index_put", x, [bad], rand(300, 40).to("wasm"), true)).toThrow("out of bounds");
  const wide = bad.reshape([30, 10]).add(10);
  expect(() => x.gather(1, wide)).toThrow("index 40 is out of bounds for dimension 1 with size 40");
  expect(() => x.scatter_(1, wide, 1)).toThrow("out of bounds");
  expect(x.sum().item()).toBe(0);
});
