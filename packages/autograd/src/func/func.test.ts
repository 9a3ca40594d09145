import { allclose, arange, float64, rand, tensor, type Tensor, zeros } from "@tt/core";
import { describe, expect, it } from "vitest";
import { grad as gradients } from "../backward.ts";
import { grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp } from "./index.ts";

const close = (a: Tensor, b: Tensor | unknown[]): boolean =>
  allclose(a.double(), Array.isArray(b) ? tensor(b as number[], { dtype: float64 }) : b.double(), {
    rtol: 1e-4,
    atol: 1e-5,
  });

describe("grad", () => {
  it("nests without confusing one level with another", () => {
    const x = tensor(0.5);
    expect(close(grad(grad((t: Tensor) => t.sin()))(x), x.sin().neg())).toBe(true);
    // d/dx (x * d/dy (x + y)) = 1
    expect(grad((a: Tensor) => a.mul(grad((b: Tensor) => a.add(b))(tensor(1))))(tensor(1)).item()).toBe(1);
    // d/dx (x * d/dx (x * x)) at captured x
    const f = (a: Tensor): Tensor => a.mul(grad((b: Tensor) => b.mul(b).mul(a))(a));
    expect(grad(f)(tensor(2)).item()).toBe(24);
  });

  it("takes trees, several arguments and auxiliary outputs", () => {
    const loss = (p: { w: Tensor; b: Tensor }, x: Tensor): Tensor => x.mul(p.w).add(p.b).sum();
    const x = tensor([1, 2]);
    const g = grad(loss)({ w: tensor(3), b: tensor(1) }, x) as unknown as { w: Tensor; b: Tensor };
    expect([g.w.item(), g.b.item(), g.w.requires_grad]).toEqual([3, 2, false]);
    const [gx, gp] = grad(loss, [1, 0])({ w: tensor(3), b: tensor(1) }, x) as unknown as [Tensor, { b: Tensor }];
    expect([gx.tolist(), gp.b.item()]).toEqual([[3, 3], 2]);
    const [grads, [value, aux]] = grad_and_value((t: Tensor) => [t.sum(), { twice: t.mul(2) }], 0, true)(x) as [
      Tensor,
      [Tensor, { twice: Tensor }],
    ];
    expect([grads.tolist(), value.item(), aux.twice.tolist(), aux.twice.requires_grad]).toEqual([
      [1, 1],
      3,
      [2, 4],
      false,
    ]);
  });

  it("keeps gradients for tensors outside", () => {
    const w = tensor(3, { requires_grad: true });
    grad((x: Tensor) => x.mul(x).mul(w))(tensor(2)).backward();
    expect(w.grad!.item()).toBe(4);
    const x = tensor(2, { requires_grad: true });
    grad((t: Tensor) => t.pow(3))(x).backward();
    expect(x.grad!.item()).toBe(12);
  });

  it("wants a number", () => {
    expect(() => grad((x: Tensor) => x.mul(2))(rand(3))).toThrow(
      "Expected f(*args) to return a scalar tensor, got tensor with 1 dims. Did you mean to use vmap?",
    );
    expect(() => grad((x: Tensor) => x.sum(), 2)(rand(3))).toThrow("Got argnum=2, but only 1 positional inputs");
    expect(grad((x: Tensor) => zeros([]).add(x.detach().sum()))(rand(2)).tolist()).toEqual([0, 0]);
  });
});

describe("vjp and jvp", () => {
  it("multiply with the Jacobian from both sides", () => {
    const x = tensor([1, 2, 3]);
    const f = (a: Tensor): Tensor[] => [a.mul(a), a.sum()];
    const [y, pullback] = vjp(f, x) as unknown as [Tensor[], (c: Tensor[]) => Tensor[]];
    expect(y[1]!.item()).toBe(6);
    expect(pullback([tensor([1, 0, 1]), tensor(2)])[0]!.tolist()).toEqual([4, 2, 8]);
    expect(pullback([tensor([0, 1, 0]), tensor(0)])[0]!.tolist()).toEqual([0, 4, 0]);
    const [z, t] = jvp(f, [x], [tensor([1, 0, 2])]) as unknown as [Tensor[], Tensor[]];
    expect([z[1]!.item(), t[0]!.tolist(), t[1]!.item()]).toEqual([6, [2, 0, 12], 3]);
    // Forward over forward.
    const second = (a: Tensor): Tensor => jvp((b: Tensor) => b.pow(3), [a], [tensor(1)])[1];
    expect(close(jvp(second, [tensor(2)], [tensor(1)])[1], tensor(12))).toBe(true);
    expect(close(grad(second)(tensor(2)), tensor(12))).toBe(true);
  });
});

describe("jacobians", () => {
  it("agree by rows and by columns", () => {
    const x = rand(3);
    const y = rand(2);
    const f = (a: Tensor, b: Tensor): Tensor => a.sin().outer(b.exp());
    for (const jac of [jacrev, jacfwd]) {
      const J = jac(f)(x, y);
      expect(J.shape).toEqual([3, 2, 3]);
      expect(close(J.diagonal(0, 0, 2), x.cos().outer(y.exp()).t())).toBe(true);
      const [, by] = jac(f, [0, 1])(x, y) as unknown as Tensor[];
      expect(by!.shape).toEqual([3, 2, 2]);
      const tree = jac((a: Tensor) => ({ s: a.sum(), sq: a.mul(a) }))(x) as unknown as Record<string, Tensor>;
      expect([tree["s"]!.tolist(), close(tree["sq"]!, x.mul(2).diag())]).toEqual([[1, 1, 1], true]);
      expect(jac(f, { chunk_size: 2 })(x, y).shape).toEqual([3, 2, 3]);
    }
    expect(jacrev((a: Tensor) => a.mul(2), 0)(arange(2, { dtype: float64 })).tolist()).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });

  it("give Hessians", () => {
    const x = rand(3);
    const H = hessian((a: Tensor) => a.pow(3).sum().add(a.prod()))(x);
    const p = x.prod();
    const wanted = x
      .mul(6)
      .diag()
      .add(p.div(x.outer(x)).mul(tensor(1).sub(zeros(3, 3).add(1).diag().diag())));
    expect(close(H, wanted)).toBe(true);
    expect(close(jacfwd(jacrev((a: Tensor) => a.sin().sum()))(x), x.sin().neg().diag())).toBe(true);
  });
});

describe("results", () => {
  const x = tensor([1, 2, 3], { dtype: float64 });
  const cubes = (a: Tensor): Tensor => a.pow(3);

  it("have no history of their own, only what leads outside", () => {
    for (const made of [jacrev(cubes)(x), jacfwd(cubes)(x), hessian((a: Tensor) => cubes(a).sum())(x)])
      expect(made.requires_grad).toBe(false);
    const outer = x.clone().requires_grad_();
    const [g] = gradients(jacrev(cubes)(outer).sum(), outer);
    expect(g!.tolist()).toEqual([6, 12, 18]);
  });

  it("linearize gives the map that takes tangents forward, as often as wanted", () => {
    const [y, push] = linearize((a: Tensor, b: Tensor) => a.mul(b), x, x.add(1));
    expect(y.tolist()).toEqual([2, 6, 12]);
    const ones = x.new_ones([3]);
    expect(push(ones, ones.mul(0)).tolist()).toEqual([2, 3, 4]);
    expect(push(ones.mul(0), ones).tolist()).toEqual([1, 2, 3]);
    expect(() => push(ones)).toThrow("Expected tangents to have the same structure");
  });
});
