import { add, atan2, float32, int32, manual_seed, rand, randint, randn, type Tensor, tensor } from "@tt/core";
import * as core from "@tt/core";
import { conv1d, conv2d } from "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { beforeEach, expect, it, type MockInstance, vi } from "vitest";
import { expectSame, install } from "../testing.ts";
import { Bridge } from "./bridge.ts";
import "./index.ts";

const backend = await install({ engine: "tfjs", small_storage: 0 });
const run: MockInstance<Bridge["run"]> = vi.spyOn(Bridge.prototype, "run");

beforeEach(() => {
  manual_seed(0);
  run.mockClear();
});

/** Names of TF.js's kernels that ran. */
const ran = (): string[] => [...new Set(run.mock.calls.map(([, name]) => name))];

type Unary = (x: Tensor) => Tensor;

it("says so", () => {
  expect(backend.info()).toMatchObject({ engine: "tfjs", threads: 1 });
});

it.each([
  ["neg", "Neg", 0],
  ["abs", "Abs", 0],
  ["acos", "Acos", 2],
  ["asin", "Asin", 2],
  ["atan", "Atan", 2],
  ["ceil", "Ceil", 0],
  ["cosh", "Cosh", 2],
  ["erf", "Erf", 2],
  ["exp", "Exp", 2],
  ["expm1", "Expm1", 2],
  ["floor", "Floor", 0],
  ["log", "Log", 2],
  ["reciprocal", "Reciprocal", 1],
  ["relu", "Relu", 0],
  ["round", "Round", 0],
  ["rsqrt", "Rsqrt", 2],
  ["sigmoid", "Sigmoid", 3],
  ["sinh", "Sinh", 2],
  ["sqrt", "Sqrt", 1],
  ["tan", "Tan", 2],
  ["tanh", "Tanh", 3],
] as const)("%s by %s is right to %i units in the last place", (name, kernel, ulp) => {
  const f = core[name] as Unary;
  const special = [0, -0, 1, -1, NaN, Infinity, -Infinity, 0.5, -0.5, 1.5, 2.5, -2.5, 3e38, 1e-30, 100, -100, 88.5];
  const random = randn(8000).mul(name === "acos" || name === "asin" ? 0.2 : 3);
  const x = core.cat([tensor(special), random]);
  const got = f(x.to("wasm")).cpu();
  expect(ran()).toEqual([kernel]);
  const want = f(x.double()).to(float32).tolist() as number[];
  (got.tolist() as number[]).forEach((value, i) => {
    const error = Object.is(value, want[i])
      ? 0
      : Math.abs(value - want[i]!) / Math.max(Math.abs(want[i]!) * 2 ** -23, 1e-42);
    if (!(error <= ulp)) expect(`${name}(${(x.tolist() as number[])[i]}) = ${value}`).toBe(`${want[i]}`);
  });
});

it("two operands broadcast, and either may be a number", () => {
  const [a, b, row] = [randn(60, 100), randn(60, 100), randn(100)];
  expectSame([a, b], (x, y) => x.add(y).sub(y.mul(x)).div(y));
  expectSame([a, row], (x, y) => x.add(y));
  expectSame([row, a], (x, y) => x.sub(y));
  expectSame([a], (x) => add(x.mul(2), 3).div(4));
  expectSame([a, b], (x, y) => atan2(x, y));
  expect(ran().sort()).toEqual(["Add", "Atan2", "Multiply", "RealDiv", "Sub"]);
});

it("integers, comparisons and in-place ops", () => {
  const [a, b] = [randint(-100, 100, [90, 100], { dtype: int32 }), randint(-100, 100, [90, 100], { dtype: int32 })];
  expectSame([a, b], (x, y) => x.mul(y).add(x).maximum(y));
  expectSame([a, b], (x, y) => x.lt(y).to(int32).add(x.eq(y)).add(x.ge(0)));
  expectSame([randn(5000)], (x) => x.clone().add_(x).mul_(2));
  expect(ran().sort()).toEqual(["Add", "Equal", "GreaterEqual", "Less", "Maximum", "Multiply"]);
});

it("matrix products, also of transposed and expanded operands", () => {
  const [a, b] = [randn(50, 70), randn(70, 90)];
  expectSame([a, b], (x, y) => x.mm(y));
  expectSame([a.t().contiguous(), b.t().contiguous()], (x, y) => x.t().mm(y.t()));
  expectSame([randn(3, 50, 70), randn(3, 70, 90)], (x, y) => x.bmm(y));
  expectSame([randn(3, 50, 70), b], (x, y) => x.matmul(y));
  expect(ran()).toEqual(["BatchMatMul"]);
  expectSame([randn(90), a, b], (bias, x, y) => core.addmm(bias, x, y));
  expect(ran()).toContain("_FusedMatMul");
  run.mockClear();
  expectSame([randn(50, 90), a, b], (bias, x, y) => core.addmm(bias, x, y, { beta: 2 }));
  expectSame([a.double(), b.double()], (x, y) => x.mm(y), 1e-12);
  expect(ran()).toEqual([]);
});

it("weights that change are packed anew", () => {
  const [x, w] = [randn(64, 64, { device: "wasm" }), randn(64, 64, { device: "wasm" })];
  const before = x.mm(w);
  w.mul_(2);
  expect(core.equal(x.mm(w), before.mul(2))).toBe(true);
});

it.each([
  ["", [2, 8, 12, 14], [16, 8, 3, 3], {}, "FusedConv2D"],
  [" with padding and stride", [2, 8, 12, 14], [16, 8, 3, 5], { padding: [1, 2], stride: [2, 1] }, "FusedConv2D"],
  [" with dilation", [2, 8, 12, 14], [16, 8, 3, 3], { dilation: 2 }, "FusedConv2D"],
  [" of pixels", [2, 8, 12, 14], [16, 8, 1, 1], {}, "FusedConv2D"],
  [" for each channel", [2, 8, 12, 14], [16, 1, 3, 3], { groups: 8, padding: 1 }, "FusedDepthwiseConv2D"],
  [" of one dimension", [2, 8, 40], [16, 8, 5], { padding: 2 }, "FusedConv2D"],
  [" in groups", [2, 8, 12, 14], [16, 4, 3, 3], { groups: 2 }, null],
] as const)("convolution%s", (_, shape, weight, options, kernel) => {
  const [x, w, bias] = [randn([...shape]), randn([...weight]), randn(16)];
  const convolve = shape.length === 3 ? conv1d : conv2d;
  expectSame([x, w, bias], (a, b, c) => convolve(a, b, c, { ...options }));
  expect(ran()).toEqual(kernel === null ? [] : [kernel]);
  expectSame([x, w], (a, b) => convolve(a, b, null, { ...options }));
});

it("means over windows, softmax, cumulated sums", () => {
  const x = randn(2, 8, 12, 14);
  const pool = (...window: readonly unknown[]): void => expectSame([x], (a) => callOp("avg_pool2d", a, ...window));
  pool([3, 3], [2, 2], [0, 0], false, true, null);
  pool([3, 2], [1, 1], [1, 1], false, false, null);
  expect(run.mock.calls).toHaveLength(2);
  pool([3, 3], [1, 1], [1, 1], false, true, null);
  pool([3, 3], [2, 2], [0, 0], true, true, null);
  pool([3, 3], [2, 2], [0, 0], false, true, 5);
  expect(run.mock.calls).toHaveLength(2);
  expectSame([randn(80, 100)], (a) => a.softmax(1));
  expectSame([randn(80, 100)], (a) => a.cumsum(1));
  expectSame([randn(80, 100)], (a) => a.cumsum(0));
  expect(ran()).toEqual(["AvgPool", "Softmax", "Cumsum"]);
});

it("reductions over any dimensions", () => {
  const x = rand(20, 30, 40);
  for (const dims of [[2], [0], [1], [0, 2]]) {
    expectSame([x], (a) => a.sum(dims), 1e-5);
    expectSame([x], (a) => a.amax(dims), 0.0001);
    expectSame([x], (a) => a.amin(dims, { keepdim: true }), 0.0001);
  }
  expectSame([x], (a) => a.mean([0]));
  expectSame([x.add(0.5)], (a) => a.prod(1));
  expectSame([x], (a) => a.gt(0.99).any(2).to(int32));
  expect(ran().sort()).toEqual(["Any", "Greater", "Max", "Mean", "Min", "Prod", "Sum"].sort());
  run.mockClear();
  // A million terms, one after another in float32, would be wrong in the fifth digit.
  expectSame([rand(1_000_000)], (a) => a.sum(), 1e-6);
  expect(ran()).toEqual([]);
});

it("maxima of rows with nan are nan", () => {
  const x = randn(80, 100);
  x.setitem([3, 5], NaN);
  x.setitem([7, 0], NaN);
  x.setitem([9, 99], NaN);
  for (const name of ["amax", "amin"] as const) {
    const rows = x.to("wasm")[name](1).cpu().isnan().nonzero().flatten();
    expect(rows.tolist()).toEqual([3n, 7n, 9n].map(Number));
  }
});
