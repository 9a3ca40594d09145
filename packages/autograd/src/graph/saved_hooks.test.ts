import { tensor, type Tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { Function, type FunctionCtx, grad, graph } from "../index.ts";

const leaf = (...values: number[]): Tensor => tensor(values, { requires_grad: true });

describe("saved_tensors_hooks", () => {
  it("gives the saved tensors away and takes them back", () => {
    const stored: number[][] = [];
    const x = leaf(2, 3);
    const y = graph.saved_tensors_hooks(
      (t) => {
        expect(t.requires_grad).toBe(false);
        return stored.push(t.tolist() as number[]) - 1;
      },
      (at: number) => tensor(stored[at]!),
      () => x.mul(x).exp().sum(),
    );
    // x twice, and the result of exp.
    expect(stored).toHaveLength(3);
    y.backward();
    const expected = [2, 3].map((v) => expect.closeTo(2 * v * Math.exp(v * v), 0) as number);
    expect(x.grad!.tolist()).toEqual(expected);
  });

  it("differentiates through what came back, as often as wanted", () => {
    for (const input of [leaf(2, 3), leaf(1, 1.5).mul(2)]) {
      const y = graph.saved_tensors_hooks(
        (t) => t.mul(1),
        (t: Tensor) => t,
        () => input.pow(3).sum(),
      );
      const [first] = grad([y], [input], { create_graph: true });
      const [second] = grad([first!.sum()], [input], { create_graph: true });
      const [third] = grad([second!.sum()], [input]);
      expect([first, second, third].map((g) => g!.tolist())).toEqual([
        [12, 27],
        [12, 18],
        [6, 6],
      ]);
    }
  });

  it("reaches lists and custom functions", () => {
    class Square extends Function {
      static override forward(ctx: FunctionCtx, x: Tensor): Tensor {
        ctx.save_for_backward(x);
        return x.mul(x);
      }
      static override backward(ctx: FunctionCtx, g: Tensor): Tensor {
        return g.mul(ctx.saved_tensors[0]!).mul(2);
      }
    }
    let packed = 0;
    const [a, b] = [leaf(1, 2), leaf(3)];
    const out = graph.saved_tensors_hooks(
      (t) => {
        packed++;
        return t;
      },
      (t: Tensor) => t.mul(10),
      () => Square.apply(a),
    );
    out.sum().add(b.sum()).backward();
    expect([packed, a.grad!.tolist(), b.grad!.tolist()]).toEqual([1, [20, 40], [1]]);
  });

  it("the innermost pair counts, and none may be set where they are disabled", () => {
    const x = leaf(1);
    const seen: string[] = [];
    const hooks = (name: string): [(t: Tensor) => Tensor, (t: Tensor) => Tensor] => [
      (t) => {
        seen.push(name);
        return t;
      },
      (t) => t,
    ];
    graph.saved_tensors_hooks(...hooks("outer"), () => {
      graph.saved_tensors_hooks(...hooks("inner"), () => x.exp());
      x.exp();
    });
    x.exp();
    expect(seen).toEqual(["inner", "outer"]);
    graph.disable_saved_tensors_hooks("not here", () => {
      expect(() => graph.saved_tensors_hooks(...hooks("none"))).toThrow("not here");
    });
  });

  it("refuses hooks that write into what they get, or give no tensor back", () => {
    const x = leaf(1, 2);
    expect(() =>
      graph.saved_tensors_hooks(
        (t) => t.mul_(2),
        (t: Tensor) => t,
        () => x.mul(x),
      ),
    ).toThrow("A saved tensor pack hook is modifying its input in place.");
    const y = graph.saved_tensors_hooks(
      () => 7,
      (t: Tensor) => t,
      () => x.mul(x).sum(),
    );
    expect(() => y.backward()).toThrow(
      "Output of saved tensor unpack_hook expected to be a Tensor but got result of type number",
    );
  });

  it("save_on_cpu keeps values as they were", () => {
    const x = leaf(2);
    const y = graph.save_on_cpu(() => x.mul(x).sum());
    y.backward();
    expect(x.grad!.tolist()).toEqual([4]);
  });
});

describe("increment_version", () => {
  it("makes the graph refuse a tensor that was changed behind its back", () => {
    const x = leaf(1);
    const y = x.exp();
    const z = y.mul(y).sum();
    graph.increment_version(y);
    expect(() => z.backward()).toThrow("has been modified by an inplace operation");
  });
});
