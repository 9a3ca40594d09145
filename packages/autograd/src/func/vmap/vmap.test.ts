import {
  allclose,
  cat,
  float32,
  manual_seed,
  rand,
  rand_like,
  randn,
  stack,
  tensor,
  type Tensor,
  zeros,
} from "@tt/core";
import { conv2d } from "@tt/core/neural";
import { describe, expect, it } from "vitest";
import { Function, type FunctionCtx } from "../../index.ts";
import { grad, hessian, jacfwd, jacrev, vmap } from "../index.ts";

/** The same by a loop over the examples. */
function loop(fn: (...args: Tensor[]) => Tensor, ...args: Tensor[]): Tensor {
  return stack(Array.from({ length: args[0]!.shape[0]! }, (_, i) => fn(...args.map((a) => a.select(0, i)))));
}

function expectSame(fn: (...args: Tensor[]) => Tensor, ...args: Tensor[]): void {
  const batched = vmap(fn)(...args);
  const wanted = loop(fn, ...args);
  expect(batched.shape).toEqual(wanted.shape);
  expect(batched.dtype).toBe(wanted.dtype);
  expect(allclose(batched, wanted, { rtol: 1e-4, atol: 1e-6 })).toBe(true);
}

describe("vmap", () => {
  it("aligns operands of different rank and promotes as each example does", () => {
    manual_seed(0);
    expectSame((a, b) => a.mul(b), rand(3), rand(3, 2, 4));
    expectSame((a, b) => a.add(b), rand(3, 4), rand(3, 2, 4));
    // One example's b is a number, which does not widen a.
    expectSame((a, b) => a.add(b), rand(3, 2), rand(3).double());
    expectSame((a) => a.gt(0.5).logical_not().float().mul(2), rand(3, 2));
    const shared = rand(4);
    expectSame((a) => shared.div(a.add(1)), rand(3, 2, 4));
  });

  it.each<[string, (...args: Tensor[]) => Tensor, ...Tensor[]]>([
    ["sum", (a) => a.sum(), rand(3, 2, 4)],
    ["sum of a number", (a) => a.sum(0), rand(3)],
    ["mean over a dim", (a) => a.mean(-1, true), rand(3, 2, 4)],
    ["max of all", (a) => a.max(), rand(3, 2, 4)],
    ["std", (a) => a.std(), rand(3, 2, 4)],
    ["values of max", (a) => a.max(0)[0], rand(3, 2, 4)],
    ["softmax", (a) => a.softmax(-1), rand(3, 2, 4)],
    ["sort", (a) => a.sort(0)[0], rand(3, 5)],
    ["argmax", (a) => a.argmax(), rand(3, 2, 4)],
    ["cumsum", (a) => a.cumsum(0), rand(3, 5)],
    ["transpose", (a) => a.transpose(0, -1), rand(3, 2, 4)],
    ["permute", (a) => a.permute(-1, 0), rand(3, 2, 4)],
    ["reshape", (a) => a.reshape(4, -1), rand(3, 2, 4)],
    ["unsqueeze", (a) => a.unsqueeze(-1), rand(3, 2)],
    ["squeeze", (a) => a.squeeze(), rand(3, 2, 1, 4)],
    ["expand", (a) => a.expand(4, -1).clone(), rand(3, 2)],
    ["indexing", (a) => a.at(0, "::2"), rand(3, 2, 4)],
    ["indexing by a list", (a) => a.at([1, 0]), rand(3, 2, 4)],
    ["diagonal", (a) => a.diagonal(), rand(3, 4, 4)],
    ["triu", (a) => a.triu(), rand(3, 4, 4)],
    ["flip", (a) => a.flip(0), rand(3, 4)],
    ["roll", (a) => a.roll(1), rand(3, 4)],
    ["repeat", (a) => a.repeat(2, 2), rand(3, 4)],
    ["cat", (a, b) => cat([a, b]), rand(3, 4), rand(3, 2)],
    ["stack", (a, b) => stack([a, b], -1), rand(3, 4), rand(3, 4)],
    ["gather", (a, i) => a.gather(0, i.argsort()), rand(3, 4), rand(3, 4)],
    ["where", (a, b) => a.where(b.gt(0.5), b), rand(3, 4), rand(3, 4)],
    ["matmul", (a, b) => a.matmul(b), rand(3, 2, 4), rand(3, 4, 5)],
    ["matrix by vector", (a, b) => a.matmul(b), rand(3, 2, 4), rand(3, 4)],
    ["dot", (a, b) => a.dot(b), rand(3, 4), rand(3, 4)],
    ["outer", (a, b) => a.outer(b), rand(3, 4), rand(3, 2)],
    ["bmm", (a, b) => a.bmm(b), rand(3, 2, 2, 4), rand(3, 2, 4, 1)],
    ["addmm", (a, b, c) => a.addmm(b, c, { beta: 2 }), rand(3, 5), rand(3, 2, 4), rand(3, 4, 5)],
    ["without a rule: kthvalue of masked", (a) => a.masked_fill(a.gt(0.8), 0).kthvalue(2)[0], rand(3, 6)],
    ["without a rule: put", (a, b) => a.put(tensor([0n, 1n]), b), rand(3, 6), rand(3, 2)],
    ["in place", (a, b) => a.clone().add_(b).clamp_(0, 1), rand(3, 6), rand(3, 6)],
    [
      "in place on a view",
      (a) => {
        const c = a.clone();
        c.select(0, 1).mul_(10);
        return c;
      },
      rand(3, 2, 2),
    ],
    [
      "assignment",
      (a) => {
        const c = a.new_zeros([4]);
        c.setitem(["1:3"], a);
        return c;
      },
      rand(3, 2),
    ],
  ])("%s", (_name, fn, ...args) => {
    expectSame(fn, ...args);
  });

  it("shares weights, or has one for each example", () => {
    const x = randn(3, 2, 2, 6, 6);
    const w = randn(4, 2, 3, 3);
    const ws = randn(3, 4, 2, 3, 3);
    expectSame((a) => conv2d(a, w, null, { padding: 1 }), x);
    expectSame((a, k) => conv2d(a, k, null, { stride: 2 }), x, ws);
    expectSame((a) => conv2d(a, w), randn(3, 2, 6, 6));
  });

  it("takes and gives dimensions, nested inputs and chunks", () => {
    const x = rand(2, 5);
    const y = rand(5);
    const out = vmap((p: { x: Tensor }, b: Tensor) => [p.x.mul(b), b], {
      in_dims: [{ x: 1 }, null],
      out_dims: [1, null],
    })({ x }, y.at(0));
    expect(allclose(out[0]!, x.mul(y.at(0)))).toBe(true);
    expect(out[1]!.shape).toEqual([]);
    const whole = vmap((a: Tensor) => a.sin().sum(), 1)(x);
    expect(allclose(vmap((a: Tensor) => a.sin().sum(), { in_dims: 1, chunk_size: 2 })(x), whole)).toBe(true);
    expect(vmap((a: Tensor) => a.mul(0).sum().add(zeros(2)), 0)(rand(3)).shape).toEqual([3, 2]);
    expect(vmap((_a: Tensor) => zeros(2))(rand(3)).shape).toEqual([3, 2]);
  });

  it("nests", () => {
    const a = rand(3, 4);
    const b = rand(2, 4);
    const all = vmap((x: Tensor) => vmap((y: Tensor) => x.dot(y))(b))(a);
    expect(allclose(all, a.matmul(b.t()))).toBe(true);
    const outer = vmap((x: Tensor) => vmap((y: Tensor) => x.mul(y), 0, 1)(x))(a);
    expect(outer.shape).toEqual([3, 4, 4]);
  });

  it("draws as it is told", () => {
    const x = zeros(3, 2);
    expect(() => vmap((a: Tensor) => a.add(rand(2)))(x)).toThrow(
      "vmap: called random operation while in randomness error mode",
    );
    manual_seed(1);
    const same = vmap((a: Tensor) => a.add(rand(2)), { randomness: "same" })(x);
    expect(same.at(0).tolist()).toEqual(same.at(2).tolist());
    const different = vmap((a: Tensor) => a.add(rand_like(a)).add(a.bernoulli(0.5)), { randomness: "different" })(x);
    expect(different.at(0).tolist()).not.toEqual(different.at(1).tolist());
    const masks = vmap((a: Tensor) => a.add(1).bernoulli(0.5), { randomness: "same" })(zeros(4, 20));
    expect(masks.at(0).tolist()).toEqual(masks.at(3).tolist());
  });

  it("says what it cannot do", () => {
    expect(() => vmap(() => zeros(1))()).toThrow("got no inputs");
    expect(() => vmap((a: Tensor) => a, 2)(rand(2))).toThrow("expected in_dim to satisfy -1 <= in_dim < 1");
    expect(() => vmap((a: Tensor, b: Tensor) => a.add(b))(rand(2), rand(3))).toThrow("got sizes [2, 3]");
    expect(() => vmap((a: Tensor) => a.item())(rand(2))).toThrow("calling .item()");
    expect(() => vmap((a: Tensor) => zeros(2).add_(a))(rand(3, 2))).toThrow("vmap: inplace arithmetic");
    expect(() => vmap((a: Tensor) => a.numel())(rand(3))).toThrow("must only return Tensors, got type int");
  });

  it("runs custom functions", () => {
    class Square extends Function {
      static override forward(ctx: FunctionCtx, x: Tensor): Tensor {
        ctx.save_for_backward(x);
        return x.mul(x);
      }
      static override backward(ctx: FunctionCtx, g: Tensor): Tensor {
        return g.mul(ctx.saved_tensors[0]!).mul(2);
      }
    }
    const x = rand(3);
    expect(allclose(vmap((a: Tensor) => Square.apply(a))(x), x.mul(x))).toBe(true);
    expect(allclose(vmap(grad((a: Tensor) => Square.apply(a)))(x), x.mul(2))).toBe(true);
    expect(allclose(grad((b: Tensor) => vmap((a: Tensor) => Square.apply(a))(b).sum())(x), x.mul(2))).toBe(true);
    const both = grad((b: Tensor) => vmap(grad((a: Tensor) => Square.apply(a).mul(a)))(b).sum());
    expect(allclose(both(x), x.mul(6))).toBe(true);
  });
});

describe("vmap with gradients", () => {
  const x = rand(5, 3, { dtype: float32 });
  const w = rand(3);

  it("gives each example's gradient of shared weights", () => {
    const loss = (weight: Tensor, one: Tensor): Tensor => one.dot(weight).sin();
    const got = vmap(grad(loss), { in_dims: [null, 0] })(w, x);
    const wanted = stack(Array.from({ length: 5 }, (_, i) => x.at(i).mul(x.at(i).dot(w).cos())));
    expect(allclose(got, wanted, { rtol: 1e-4 })).toBe(true);
  });

  it("differentiates through", () => {
    const outer = grad((weight: Tensor) => vmap((one: Tensor) => one.dot(weight).pow(2))(x).sum());
    expect(allclose(outer(w), x.t().matmul(x.matmul(w)).mul(2), { rtol: 1e-4 })).toBe(true);
    const leaf = w.clone().requires_grad_();
    vmap((one: Tensor) => one.dot(leaf).pow(2))(x)
      .sum()
      .backward();
    expect(allclose(leaf.grad!, outer(w), { rtol: 1e-4 })).toBe(true);
  });

  it("nests with itself and higher derivatives", () => {
    const cube = (a: Tensor): Tensor => a.pow(3);
    const second = vmap(grad(grad(cube)))(w);
    expect(allclose(second, w.mul(6), { rtol: 1e-4 })).toBe(true);
    // The gradient by w of the sum over examples of inner gradients.
    const mixed = grad((weight: Tensor) => vmap(grad((one: Tensor) => one.mul(weight).sum().pow(2)))(x).sum());
    const byHand = grad((weight: Tensor) => x.matmul(weight).mul(2).unsqueeze(1).mul(weight).sum());
    expect(allclose(mixed(w), byHand(w), { rtol: 1e-3 })).toBe(true);
    const f = (a: Tensor): Tensor => a.sin().prod();
    const H = vmap(hessian(f))(x);
    expect(H.shape).toEqual([5, 3, 3]);
    for (let i = 0; i < 5; i++)
      expect(allclose(H.at(i), jacfwd(jacrev(f))(x.at(i)), { rtol: 1e-3, atol: 1e-5 })).toBe(true);
  });

  it("differentiates in-place code", () => {
    const f = (a: Tensor): Tensor => {
      const c = a.mul(1);
      c.at(0).mul_(3);
      c.sin_();
      return c.sum();
    };
    const got = vmap(grad(f))(x);
    for (let i = 0; i < 5; i++) expect(allclose(got.at(i), grad(f)(x.at(i)), { rtol: 1e-4 })).toBe(true);
  });
});
