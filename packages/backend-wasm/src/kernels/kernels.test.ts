import { float32, int32, manual_seed, ones, rand, randn, type Tensor, tensor, where, zeros } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, expectSame, install } from "../testing.ts";

beforeAll(async () => {
  await install();
  manual_seed(0);
});

describe("matrix products", () => {
  it.each([
    [1, 300, 70],
    [7, 9, 300],
    [64, 64, 64],
    [97, 261, 770],
    [200, 515, 33],
  ])("%i x %i x %i, plain and transposed", (m, k, n) => {
    expectSame([randn(m, k), randn(k, n)], (a, b) => a.mm(b), 1e-5);
    expectSame([randn(k, m), randn(n, k)], (a, b) => a.t().mm(b.t()), 1e-5);
    expectSame([randn(m, 2 * k), randn(k, n)], (a, b) => a.at(":", "::2").mm(b), 1e-5);
  });

  it("batches, also expanded ones, and adds a bias", () => {
    expectSame([randn(5, 33, 40), randn(5, 40, 29)], (a, b) => a.bmm(b));
    expectSame([randn(33, 40), randn(5, 40, 29)], (a, b) => a.expand(5, 33, 40).bmm(b));
    expectSame([randn(29), randn(33, 40), randn(40, 29)], (c, a, b) => c.addmm(a, b, { alpha: 2 }));
    expectSame([randn(33, 1), randn(33, 40), randn(40, 29)], (c, a, b) => c.addmm(a, b, { beta: 0.5 }));
  });
});

describe("element-wise loops", () => {
  const x = (): Tensor => randn(37, 129);

  it.each([
    "exp",
    "expm1",
    "tanh",
    "sigmoid",
    "erf",
    "neg",
    "abs",
    "sign",
    "relu",
    "floor",
    "ceil",
    "trunc",
    "round",
    "isnan",
    "square",
    "reciprocal",
  ])("%s", (name) => {
    expectSame([x()], (a) => callOp(name, a).to(a.dtype), 1e-6);
  });

  it.each(["log", "log1p", "sqrt", "rsqrt"])("%s of positive numbers", (name) => {
    expectSame([rand(37, 129).add(0.01)], (a) => callOp(name, a), 1e-6);
  });

  it.each(["add", "sub", "mul", "div", "maximum", "minimum", "fmax", "fmin", "gt", "le", "eq", "copysign"])(
    "%s of broadcast operands",
    (name) => {
      const alpha = name === "add" || name === "sub" ? [1] : [];
      const op = (a: Tensor, b: Tensor): Tensor => callOp(name, a, b, ...alpha).to(a.dtype);
      expectSame([x(), x()], op, 1e-6);
      expectSame([x(), randn(129)], op, 1e-6);
      expectSame([x(), randn(37, 1)], op, 1e-6);
      expectSame([randn(3, 5, 7, 20), randn(1, 5, 1, 1)], op, 1e-6);
      expectSame([randn(3, 5, 7, 20), randn(3, 1, 7, 20)], op, 1e-6);
      expectSame([randn(40, 50).t(), randn(40, 50).t()], op, 1e-6);
      expectSame([randn(40, 50).t(), randn(50, 40)], op, 1e-6);
    },
  );

  it("select by a mask, from 32-bit integers and into parts of other tensors", () => {
    expectSame([x(), x()], (a, b) => where(a.gt(0), a, b));
    expectSame([x()], (a) => a.add(ones(37, 129, { dtype: int32, device: a.device })));
    expectSame([x()], (a) => {
      const out = zeros(37, 200, { dtype: a.dtype, device: a.device });
      out.at(":", "3:132").add_(a);
      return out;
    });
  });

  it("gives the limits of exp, log and tanh", () => {
    const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, 89, -104, -87.5, 88.7];
    const values = tensor(
      Array.from({ length: 128 }, (_, i) => special[i % special.length]!),
      { dtype: float32 },
    );
    for (const name of ["exp", "log", "tanh", "sigmoid", "expm1", "log1p", "relu", "sign"]) {
      const want = callOp(name, values).tolist() as number[];
      const got = callOp(name, values.to("wasm")).tolist() as number[];
      want.forEach((value, i) => {
        if (Number.isFinite(value))
          expect(Math.abs(got[i]! - value)).toBeLessThanOrEqual(3e-7 * Math.abs(value) + 1e-44);
        else expect(got[i]).toBe(value);
      });
    }
  });
});

describe("reductions", () => {
  it.each([
    [[5000], [0]],
    [[70, 33], [0]],
    [[70, 33], [1]],
    [
      [7, 5, 40],
      [0, 2],
    ],
    [[7, 50, 9], [1]],
    [
      [2, 3, 5, 60],
      [0, 2],
    ],
  ])("sum and mean of %j over %j", (shape, dims) => {
    expectSame([randn(shape)], (a) => a.sum(dims), 1e-6);
    expectSame([randn(shape)], (a) => a.mean(dims), 1e-6);
  });

  it("stays exact to a few units in the last place over a million elements", () => {
    const x = rand(1_000_000);
    expect(Math.abs(x.to("wasm").sum().item() / x.double().sum().item() - 1)).toBeLessThan(2e-7);
  });
});

describe("softmax", () => {
  it.each([10, 33, 500])("rows of %i and their gradients", (n) => {
    expectSame([randn(60, n).mul(5)], (a) => a.softmax(1), 1e-6);
    expectSame([randn(60, n).mul(5)], (a) => a.log_softmax(1), 1e-6);
    expectSame([randn(60, n), randn(60, n)], (a, g) => callOp("_softmax_backward_data", g, a.softmax(1), 1), 1e-6);
    expectSame(
      [randn(60, n), randn(60, n)],
      (a, g) => callOp("_log_softmax_backward_data", g, a.log_softmax(1), 1),
      1e-6,
    );
  });
});

describe("layer norm", () => {
  it.each([
    [50, 33],
    [3, 1000],
  ])("%i rows of %i and their gradients", (rows, n) => {
    const parts = (results: Tensor): Tensor =>
      callOp(
        "cat",
        (results as unknown as Tensor[]).map((t) => t.reshape([-1])),
        0,
      );
    const inputs = [randn(rows, n).add(3), rand(n), rand(n), randn(rows, n)];
    const forward = (x: Tensor, w: Tensor | null, b: Tensor | null): Tensor[] =>
      callOp("native_layer_norm", x, [n], w, b, 1e-5) as unknown as Tensor[];
    expectSame(inputs, (x, w, b) => parts(forward(x, w, b) as unknown as Tensor), 1e-5);
    expectSame(inputs, (x) => forward(x, null, null)[0]!, 1e-5);
    for (const scaled of [true, false]) {
      expectSame(
        inputs,
        (x, w, b, g) => {
          const [, mean, rstd] = forward(x, w, b);
          return parts(callOp("_layer_norm_backward", g, x, mean!, rstd!, scaled ? w : null, [n]));
        },
        1e-5,
      );
    }
  });
});

describe("pooling and optimizers", () => {
  it.each([
    [
      [2, 2],
      [2, 2],
      [0, 0],
      [1, 1],
    ],
    [
      [3, 3],
      [2, 1],
      [1, 1],
      [1, 1],
    ],
    [
      [3, 2],
      [1, 2],
      [1, 0],
      [2, 3],
    ],
  ])("max_pool2d %j stride %j padding %j dilation %j and its gradient", (kernel, stride, padding, dilation) => {
    const x = randn(3, 4, 25, 26);
    const op = (a: Tensor): Tensor[] =>
      callOp("max_pool2d_with_indices", a, kernel, stride, padding, dilation) as unknown as Tensor[];
    const [want, where] = op(x);
    const [got, at] = op(x.to("wasm"));
    expect(at!.tolist()).toEqual(where!.tolist());
    expectClose(got!, want!, 1e-9);
    const g = randn([...want!.shape]);
    const grads = [
      callOp("_max_pool_backward", g, where!, x.shape, 2),
      callOp("_max_pool_backward", g.to("wasm"), at!, x.shape, 2),
    ];
    expectClose(grads[1] as Tensor, grads[0] as Tensor, 1e-6);
  });

  it.each([
    ["sgd", [0.1, 0.9, 0.05, 0.2, false, false, false]],
    ["sgd", [0, 0.9, 0.05, 0, true, true, false]],
    ["adam", [[3], 0.01, 0.9, 0.99, 0.1, 1e-8, false, false]],
    ["adam", [[3], 0.01, 0.9, 0.99, 0.1, 1e-8, true, true]],
  ])("a step of %s %j", (name, settings) => {
    const state = Array.from({ length: name === "sgd" ? 3 : 5 }, () => rand(2003));
    const step = (tensors: Tensor[]): Tensor => {
      callOp(`_fused_${name}_`, ...tensors.map((t) => [t]), ...settings);
      return callOp("cat", tensors, 0);
    };
    expectClose(step(state.map((t) => t.to("wasm"))), step(state.map((t) => t.clone())), 1e-6);
  });
});
