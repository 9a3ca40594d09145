import { bfloat16, float16, manual_seed, rand, randint, randn, type Tensor, tensor } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSame, install } from "../testing.ts";

beforeAll(async () => {
  await install({ small_storage: 0 });
  manual_seed(0);
});

const all = (name: string, ...args: unknown[]): Tensor[] => callOp(name, ...(args as never[])) as unknown as Tensor[];

describe("softmax and its logarithm", () => {
  it.each([
    [[37, 50], 1],
    [[37, 50], 0],
    [[3, 70, 21], 1],
    [[2, 65, 4, 5], 1],
    [[130, 1], 0],
  ] as const)("of %j along %i", (shape, dim) => {
    for (const name of ["softmax", "log_softmax"]) {
      expectSame([randn(shape).mul(4)], (x) => callOp(name, x, dim));
      expectSame([randn(shape).mul(4)], (x) => callOp(name, x.transpose(0, 1).clone().transpose(0, 1), dim));
      expectSame([randn(shape), randn(shape)], (g, x) =>
        callOp(`_${name}_backward_data`, g, callOp(name, x, dim), dim),
      );
    }
  });

  it("of doubles and halves", () => {
    const x = randn(40, 33);
    for (const dim of [0, 1]) {
      const want = callOp("softmax", x.double(), dim);
      const difference = (got: Tensor): number => got.cpu().double().sub(want).abs().max().item();
      expect(difference(callOp("softmax", x.double().to("wasm"), dim))).toBeLessThan(1e-14);
      expect(difference(callOp("softmax", x.to(float16).to("wasm"), dim))).toBeLessThan(2e-3);
      expect(difference(callOp("softmax", x.to(bfloat16).to("wasm"), dim))).toBeLessThan(1e-2);
    }
  });

  it("of what is hidden is exactly 0", () => {
    const x = tensor([0, -95, -Infinity, -1000]).expand(20, 4).contiguous();
    for (const [y, dim] of [
      [x, 1],
      [x.t().contiguous(), 0],
    ] as const) {
      const got = callOp("softmax", y.to("wasm"), dim).cpu();
      expect([...got.select(1 - dim, 3).tolist()]).toEqual([1, 0, 0, 0]);
    }
  });
});

describe("group normalisation", () => {
  it.each([
    [[4, 6, 5, 7], 3],
    [[3, 8], 2],
    [[2, 12, 33], 12],
    [[5, 4, 8, 8], 1],
  ] as const)("of %j in %i groups", (shape, groups) => {
    const make = (): Tensor[] => [randn(shape).mul(3).add(2), rand(shape[1]), randn(shape[1])];
    const norm = (x: Tensor, w: Tensor | null, b: Tensor | null): Tensor[] => all("_group_norm", x, w, b, groups, 1e-5);
    for (const i of [0, 1, 2]) {
      expectSame(make(), (x, w, b) => norm(x, w, b)[i]!);
      expectSame(make().slice(0, 1), (x) => norm(x, null, null)[i]!);
      expectSame([randn(shape), ...make().slice(0, 2)], (g, x, w) => {
        const [, mean, rstd] = norm(x, w, null);
        return all("_group_norm_backward", g, x, mean, rstd, w, groups)[i]!;
      });
    }
  });
});

describe("negative log likelihood", () => {
  it.each([[[30, 12]], [[6, 5, 7, 3]]] as const)("of %j", (shape) => {
    const target = randint(0, shape[1], [shape[0], ...shape.slice(2)]);
    for (const reduction of ["none", "mean", "sum"]) {
      for (const ignore of [-100, 2]) {
        const inputs = [randn(shape), target, rand(shape[1])];
        const losses = (x: Tensor, t: Tensor, w: Tensor): Tensor[] =>
          all("_nll_loss", x, t, x.dtype === w.dtype ? w : w.to(x.dtype), reduction, ignore);
        expectSame(inputs, (x, t, w) => losses(x, t, w)[0]!);
        expectSame(inputs, (x, t, w) => losses(x, t, w)[1]!);
      }
    }
  });

  it("has the error of targets that are out of range", () => {
    const [x, target] = [randn(40, 10).to("wasm"), tensor([11n]).expand(40).contiguous().to("wasm")];
    expect(() => all("_nll_loss", x, target, null, "mean", -100)).toThrow("Target 11 is out of bounds.");
  });
});
