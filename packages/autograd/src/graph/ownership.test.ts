import {
  type Backend,
  defineBackend,
  type Device,
  type DType,
  enable_grad,
  findBackend,
  manual_seed,
  ones,
  rand,
  registerBackend,
  type Tensor,
  type TypedArray,
  unregisterBackend,
} from "@tt/core";
import { type Bound, call, defineOp, freeTemporaries, ManagedStorage, memory } from "@tt/core/dispatch";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Function, type FunctionCtx, grad } from "../index.ts";

const device = "poison";
let live = 0;

/** Memory that is overwritten when freed, and cannot be looked at again. */
class Poisoned extends ManagedStorage {
  private readonly elements: TypedArray;
  private freed = false;

  constructor(where: Device, elements: TypedArray, bytes: number) {
    super(where, null, bytes);
    this.elements = elements;
    live++;
  }

  override get host(): TypedArray {
    if (this.freed) throw new Error("used after it was freed");
    return this.elements;
  }

  override set host(_elements: TypedArray | null) {}

  override free(): void {
    if (this.freed) return;
    this.freed = true;
    live--;
    if (this.elements instanceof Float32Array) this.elements.fill(NaN);
  }
}

const hidden = defineOp({
  schema: "test_hidden(Tensor input) -> Tensor",
  doc: "Saves tensors that nobody else sees.",
  decompose: (input: Tensor) => {
    const part = input.exp();
    return part.mul(part.sin()).mul(input.cos());
  },
});

beforeAll(() => {
  const backend: Backend = {
    ...defineBackend({ name: device, extends: findBackend("cpu"), kernels: {} }),
    allocate: (where: Device, dtype: DType, numel: number) =>
      new Poisoned(where, new dtype.ArrayType(numel * dtype.lanes), numel * dtype.itemsize),
  };
  registerBackend(backend);
  memory.own = freeTemporaries;
});

afterAll(() => {
  memory.own = null;
  unregisterBackend(device);
});

const leaf = (...shape: number[]): Tensor => rand(shape, { device }).requires_grad_();
const secret = (x: Tensor): Tensor => call(hidden, [x]) as Tensor;

/** How many storages came into being in `run` and are not freed at its end. */
function left(run: () => void): number {
  const before = live;
  run();
  return live - before;
}

beforeEach(() => void manual_seed(0));

describe("what is freed", () => {
  it("frees all gradients on the way, and keeps those of leaves", () => {
    const x = leaf(4);
    let y: Tensor = x;
    for (let i = 0; i < 10; i++) y = y.mul(1.5).sin();
    const total = y.sum();
    // The gradient of the leaf, and the one at the root, which is made before.
    expect(left(() => total.backward())).toBe(2);
    expect(x.grad!.isfinite().all().item()).toBe(true);
  });

  it("frees what joins and what is broadcast", () => {
    const [a, b] = [leaf(3, 4), leaf(4)];
    const out = a.mul(b).add(b).add(a.sum(1, true)).exp().sum();
    expect(left(() => out.backward())).toBe(3);
    expect(a.grad!.isfinite().all().item() && b.grad!.isfinite().all().item()).toBe(true);
  });

  it("frees the second gradient of a leaf", () => {
    const x = leaf(4);
    x.exp().sum().backward();
    const again = x.exp().sum();
    expect(left(() => again.backward())).toBe(1);
  });

  it("frees temporaries of decompositions, and what they saved when the graph goes", () => {
    expect(left(() => void secret(rand(4, { device })))).toBe(2);
    const x = leaf(4);
    let y!: Tensor;
    const forward = left(() => (y = secret(x)));
    const loss = y.sum();
    loss.backward(null, true);
    const x1 = x.grad!.clone();
    const freed = left(() => loss.backward());
    expect(forward).toBe(5);
    // The gradient at the root stays; four private tensors go.
    expect(freed).toBe(-3);
    expect(x.grad!.sub(x1.mul(2)).abs().max().item()).toBeLessThan(1e-5);
    expect(() => loss.backward()).toThrow("Trying to backward through the graph a second time");
  });

  it("keeps what a decomposition gives back or is given", () => {
    const both = defineOp({
      schema: "test_both(Tensor input, Tensor out) -> (Tensor a, Tensor b)",
      doc: "Two results on one memory, and a write.",
      decompose: (input: Tensor, out: Tensor) => {
        const made = input.mul(2);
        out.copy_(made);
        return [made.view(-1), made.t()];
      },
    });
    const out = rand(2, 3, { device });
    const [a, b] = call(both, [ones(2, 3, { device }), out] as Bound[]) as [Tensor, Tensor];
    expect(a.sum().item() + b.sum().item() + out.sum().item()).toBe(36);
  });
});

describe("what others can see is never freed", () => {
  it("keeps what hooks have seen", () => {
    const x = leaf(4);
    const seen: (Tensor | null)[] = [];
    const y = x.exp();
    y.register_hook((g) => void seen.push(g));
    x.register_hook((g) => void seen.push(g));
    const z = secret(y);
    const node = z.grad_fn as unknown as {
      register_hook(hook: (a: (Tensor | null)[], b: (Tensor | null)[]) => void): void;
      register_prehook(hook: (a: (Tensor | null)[]) => void): void;
    };
    node.register_hook((inputs, outputs) => void seen.push(...inputs, ...outputs));
    node.register_prehook((outputs) => void seen.push(...outputs));
    z.sum().backward(null, true);
    z.sum().backward();
    expect(seen.length).toBeGreaterThan(6);
    for (const g of seen) if (g !== null) expect(g.isfinite().all().item()).toBe(true);
  });

  it("keeps gradients that hooks put in their place", () => {
    const x = leaf(4);
    const mine = ones(4, { device });
    const y = x.mul(2);
    y.register_hook(() => mine);
    y.exp().sum().backward();
    expect(mine.sum().item()).toBe(4);
    expect(x.grad!.sum().item()).toBe(8);
  });

  it("keeps captured and retained gradients", () => {
    const x = leaf(4);
    const y = x.exp();
    const z = y.mul(2).add(y);
    y.retain_grad();
    z.retain_grad();
    const [gx, gy, gz] = grad(z.sum(), [x, y, z], null, { retain_graph: true });
    z.sum().backward();
    for (const g of [gx!, gy!, gz!, y.grad!, z.grad!, x.grad!]) expect(g.isfinite().all().item()).toBe(true);
    // Both runs add to what is retained.
    expect(gy!.mul(2).tolist()).toEqual(y.grad!.tolist());
  });

  it("keeps the caller's cotangent and views of it", () => {
    const x = leaf(2, 3);
    const g = ones(3, 2, { device });
    x.t().view_as(g).backward(g);
    x.t().reshape(6).view(3, 2).add(0).backward(g);
    expect(g.sum().item()).toBe(6);
    expect(x.grad!.sum().item()).toBe(12);
  });

  it("keeps what custom functions are given, save and return", () => {
    const kept: Tensor[] = [];
    class Keeps extends Function {
      static override forward(ctx: FunctionCtx, x: Tensor): Tensor {
        const e = x.exp();
        ctx.save_for_backward(e);
        return secret(e);
      }
      static override backward(ctx: FunctionCtx, g: Tensor): Tensor {
        const [e] = ctx.saved_tensors;
        const result = g.mul(e!);
        kept.push(g, e!, result);
        return result;
      }
    }
    const x = leaf(4);
    const y = secret(Keeps.apply(secret(x)));
    y.sum().backward();
    expect(kept).toHaveLength(3);
    for (const g of kept) expect(g.isfinite().all().item()).toBe(true);
  });

  it("recomputes within backward, as checkpoints do", () => {
    class Checkpoint extends Function {
      static override forward(ctx: FunctionCtx, x: Tensor): Tensor {
        ctx.save_for_backward(x);
        return secret(x);
      }
      static override backward(ctx: FunctionCtx, g: Tensor): Tensor {
        const inner = ctx.saved_tensors[0]!.detach().requires_grad_();
        enable_grad(() => secret(inner).backward(g));
        return inner.grad!;
      }
    }
    const x = leaf(4);
    secret(Checkpoint.apply(secret(x)))
      .sum()
      .backward();
    const plain = x.grad!.clone();
    x.grad = null;
    secret(secret(secret(x)))
      .sum()
      .backward();
    expect(x.grad!.sub(plain).abs().max().item()).toBeLessThan(1e-5);
  });

  it("differentiates twice, with the graph kept or not", () => {
    const x = leaf(4);
    const [dx] = grad(secret(secret(x)).sum(), x, null, { create_graph: true });
    const [ddx] = grad(dx!.sum(), x, null, { create_graph: true, retain_graph: true });
    const [dddx] = grad(ddx!.sum(), x);
    for (const g of [dx!, ddx!, dddx!]) expect(g.isfinite().all().item()).toBe(true);
    expect(() => secret(x).sum().backward(null, false, true)).not.toThrow();
  });

  it("goes on after an exception in a hook", () => {
    const x = leaf(4);
    const y = secret(x);
    const handle = y.register_hook(() => {
      throw new Error("stop");
    });
    const loss = secret(y).sum();
    expect(() => loss.backward(null, true)).toThrow("stop");
    handle.remove();
    loss.backward();
    expect(x.grad!.isfinite().all().item()).toBe(true);
    expect(memory.born).toBe(null);
  });

  it("writes through views and in place", () => {
    const x = leaf(3, 4);
    const y = x.mul(2);
    const row = y.at(1);
    row.mul_(3);
    y.at(0).exp_();
    const z = secret(y.view(4, 3).t());
    row.add(z.sum()).sum().backward();
    expect(x.grad!.isfinite().all().item()).toBe(true);
  });
});

it("gives the gradients of the cpu on random graphs with random holds", () => {
  const run = (seed: number, where: string): number[] => {
    let state = seed;
    const pick = (n: number): number => (state = (state * 48271) % 2147483647) % n;
    manual_seed(seed);
    const leaves = [0, 1, 2].map(() => rand(3, 3).to(where).requires_grad_());
    const pool: Tensor[] = [...leaves];
    const kept: (Tensor | null)[] = [];
    for (let i = 0; i < 15; i++) {
      const [a, b] = [pool[pick(pool.length)]!, pool[pick(pool.length)]!];
      const made = [
        () => a.mul(b),
        () => a.add(b),
        () => a.t(),
        () => a.sin(),
        () => secret(a.mul(0.1)),
        () => a.mm(b).mul(0.1),
        () => a.at(0).add(b),
        () => a.clone().mul_(b),
        () => a.sum(0, true).add(b.tanh()),
        () => a.reshape(9).view(3, 3),
      ][pick(10)]!().mul(0.7);
      const choice = pick(6);
      if (choice === 0) made.register_hook((g) => void kept.push(g));
      if (choice === 1) made.retain_grad();
      if (choice === 2) made.grad_fn!.next_functions[0]?.[0]?.name();
      kept.push(made);
      pool.push(made);
    }
    const loss = pool.reduce((sum, t) => sum.add(t.sum()), pool[0]!.sum());
    loss.backward(null, pick(2) === 0);
    if (pick(2) === 0) {
      const more = pool.slice(-3).reduce((sum, t) => sum.add(t.detach().mul(leaves[0]!).sum()), leaves[1]!.sum());
      more.backward();
    }
    const values = [...kept, ...kept.map((t) => (t!.retains_grad ? t!.grad : null)), ...leaves.map((t) => t.grad)];
    return values.flatMap((t) => (t === null ? [] : (t.detach().reshape(-1).tolist() as number[])));
  };
  for (let seed = 1; seed <= 60; seed++) {
    const want = run(seed, "cpu");
    const got = run(seed, device);
    expect(got.length).toBe(want.length);
    got.forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 4));
  }
});
