import { manual_seed, rand, randint, randn, type Tensor } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSame, install } from "../testing.ts";

beforeAll(async () => {
  await install();
  manual_seed(0);
});

const LOSSES: Readonly<Record<string, readonly (number | null)[]>> = {
  mse_loss: [],
  smooth_l1_loss: [0.7],
  huber_loss: [0.4],
  binary_cross_entropy_with_logits: [null, null],
};

describe.each(Object.entries(LOSSES))("%s", (name, rest) => {
  it.each(["none", "mean", "sum"])("%s", (reduction) => {
    const inputs = [randn(37, 41).mul(2), rand(37, 41)];
    expectSame(inputs, (x, y) => callOp(name, x, y, ...rest, reduction));
    expectSame(inputs, (x, y) => callOp(name, x.t(), y.t(), ...rest, reduction));
    if (rest.includes(null)) return;
    expectSame([randn(37, 41), ...inputs], (g, x, y) => callOp(`_${name}_backward`, g, x, y, ...rest));
    expectSame([randn(1).squeeze(0), ...inputs], (g, x, y) => callOp(`_${name}_backward`, g, x, y, ...rest));
  });
});

describe("scatter_reduce", () => {
  it.each(["sum", "prod", "mean", "amax", "amin"])("%s, with and without what was there", (mode) => {
    const inputs = [randn(30, 40), randint(0, 40, [30, 25]), randn(30, 25)];
    for (const include of [true, false])
      expectSame(inputs, (x, i, y) => callOp("scatter_reduce", x, 1, i, y.to(x.dtype), mode, include));
  });
});

describe("index_reduce", () => {
  it.each(["prod", "mean", "amax", "amin"])("%s, with and without what was there", (mode) => {
    const inputs = [randn(30, 40), randint(0, 40, [25]), randn(30, 25)];
    for (const include of [true, false])
      expectSame(inputs, (x, i, y) => callOp("index_reduce", x, 1, i, y.to(x.dtype), mode, include));
  });
});

it("operands across their memory order are read straight", () => {
  const check = (compute: (x: Tensor, y: Tensor) => Tensor): void =>
    expectSame([randn(130, 110), randn(110, 130)], compute);
  check((x, y) => x.add(y.t()));
  check((x, y) => y.mul(x.t()).sub(x.t()));
  check((x, y) => x.clone().add_(y.t()));
  check((x, y) =>
    x
      .view([10, 13, 110])
      .permute(2, 1, 0)
      .mul(y.view([110, 13, 10])),
  );
  const square = randn(128, 128).to("wasm");
  const sum = square.add(square.t());
  expect(sum.sub(sum.t()).abs().max().item()).toBe(0);
});
