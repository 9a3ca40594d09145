import { sub, tensor, type Tensor, zeros } from "@tt/core";
import { describe, expect, it } from "vitest";
import { backward, grad } from "../index.ts";

const leaf = (data: number[]): Tensor => tensor(data, { requires_grad: true });

it("gives a number minus a tensor one edge, as PyTorch's overload has", () => {
  const node = sub(10, leaf([1])).grad_fn!;
  expect(node.name()).toBe("RsubBackward1");
  expect(node.next_functions.map(([next]) => next!.name())).toEqual(["torch::autograd::AccumulateGrad"]);
});

describe("backward", () => {
  it("accumulates in leaves over several runs", () => {
    const x = leaf([1, 2]);
    x.mul(x).sum().backward();
    x.mul(3).sum().backward();
    expect(x.grad!.tolist()).toEqual([5, 7]);
  });

  it("adds up the ways that lead to one node", () => {
    const a = leaf([4]);
    const [b, c] = [a.mul(2), a.mul(5)];
    b.mul(9).add(c.mul(7)).sum().backward();
    expect(a.grad!.item()).toBe(53);
  });

  it("gives leaves gradients of their own memory", () => {
    const [a, b] = [leaf([1]), leaf([2])];
    a.add(b).sum().backward();
    a.grad!.mul_(10);
    expect(b.grad!.item()).toBe(1);
  });

  it("does not keep the caller's cotangent", () => {
    const x = leaf([1, 2]);
    const g = tensor([3, 4]);
    x.add(0).backward(g);
    x.grad!.zero_();
    expect(g.tolist()).toEqual([3, 4]);
  });

  it("needs a cotangent for more than one element", () => {
    expect(() => leaf([1, 2]).mul(2).backward()).toThrow("grad can be implicitly created only for scalar outputs");
    expect(() => leaf([1, 2]).mul(2).backward(zeros(3))).toThrow(
      "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of torch.Size([2]).",
    );
  });

  it("fails without history", () => {
    expect(() => tensor([1]).backward()).toThrow(
      "element 0 of tensors does not require grad and does not have a grad_fn",
    );
  });

  it("frees what was saved unless told otherwise", () => {
    const x = leaf([3]);
    const y = x.mul(x).sum();
    y.backward(null, true);
    y.backward();
    expect(x.grad!.item()).toBe(12);
    expect(() => y.backward()).toThrow(/Trying to backward through the graph a second time/);
  });

  it("walks graphs far deeper than the stack", () => {
    const x = leaf([1]);
    let y = x.add(0);
    for (let i = 0; i < 20_000; i++) y = y.add(0);
    y.sum().backward();
    expect(x.grad!.item()).toBe(1);
  });

  it("accumulates only in given inputs", () => {
    const [a, b] = [leaf([1]), leaf([2])];
    backward(a.mul(b).sum(), { inputs: [a] });
    expect(a.grad!.item()).toBe(2);
    expect(b.grad).toBeNull();
  });

  it("refuses unknown keywords", () => {
    expect(() =>
      leaf([1])
        .sum()
        .backward({ retain: true } as object),
    ).toThrow(/unexpected keyword argument 'retain'/);
  });
});

describe("grad", () => {
  it("leaves no trace in grad", () => {
    const x = leaf([2]);
    expect(grad(x.mul(x).sum(), x)[0]!.item()).toBe(4);
    expect(x.grad).toBeNull();
  });

  it("differentiates again with create_graph", () => {
    const x = leaf([2]);
    const [g] = grad(x.mul(x).mul(x).sum(), x, { create_graph: true });
    const [h] = grad(g!.sum(), x, { create_graph: true });
    const [third] = grad(h!.sum(), x);
    expect([g!.item(), h!.item(), third!.item()]).toEqual([12, 12, 6]);
  });

  it("gives gradients of tensors inside the graph", () => {
    const x = leaf([2]);
    const y = x.mul(3);
    const [gy, gx] = grad(y.mul(y).sum(), [y, x]);
    expect([gy!.item(), gx!.item()]).toEqual([12, 36]);
  });

  it("tells unused inputs", () => {
    const [x, other] = [leaf([1]), leaf([1])];
    expect(() => grad(x.mul(2).sum(), other)).toThrow(
      "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.",
    );
    expect(grad(x.mul(2).sum(), [x, other], { allow_unused: true })[1]).toBeNull();
    expect(() => grad(x.sum(), tensor([1]))).toThrow("One of the differentiated Tensors does not require grad");
  });
});

describe("hooks", () => {
  it("on tensors replace the gradient, in order", () => {
    const x = leaf([1]);
    const y = x.mul(2);
    y.register_hook((g) => g.mul(10));
    const handle = y.register_hook((g) => g.add(1));
    const z = y.mul(3).sum();
    z.backward(null, true);
    expect(x.grad!.item()).toBe(62);
    handle.remove();
    z.backward();
    expect(x.grad!.item()).toBe(122);
  });

  it("on leaves run before accumulation and after it", () => {
    const x = leaf([1]);
    const seen: number[] = [];
    x.register_hook((g) => g.mul(2));
    x.register_post_accumulate_grad_hook((t) => seen.push(t.grad!.item()));
    x.mul(5).sum().backward();
    expect([x.grad!.item(), seen]).toEqual([10, [10]]);
  });

  it("on nodes see gradients going in and coming out", () => {
    const x = leaf([3]);
    const y = x.mul(x);
    const log: unknown[] = [];
    type HookedNode = { register_hook: (h: (i: Tensor[], o: Tensor[]) => void) => unknown };
    (y.grad_fn as unknown as HookedNode).register_hook((gradIn, gradOut) => {
      log.push(
        gradIn.map((g) => g.item()),
        gradOut.map((g) => g.item()),
      );
    });
    y.sum().backward();
    expect(log).toEqual([[3, 3], [1]]);
  });

  it("retain_grad keeps the gradient of a non-leaf", () => {
    const x = leaf([1]);
    const y = x.mul(4);
    y.retain_grad();
    y.mul(y).sum().backward();
    expect(y.grad!.item()).toBe(8);
    expect(() => tensor([1]).register_hook(() => null)).toThrow(
      "cannot register a hook on a tensor that doesn't require gradient",
    );
  });
});

it("adds nothing to a gradient that went to two inputs", () => {
  const [x, y] = [leaf([0.3]), leaf([0.5])];
  const p = x.mul(2);
  const q = y.mul(3);
  const r = p.sin();
  // The sum of two gradients arrives at t and goes on to p and q; what r sends to p must not reach q.
  const t = p.add(q);
  t.sin().add(t.cos()).add(r).sum().backward();
  const slope = Math.cos(2.1) - Math.sin(2.1);
  expect(y.grad!.item()).toBeCloseTo(3 * slope, 5);
  expect(x.grad!.item()).toBeCloseTo(2 * (slope + Math.cos(0.6)), 5);
});
