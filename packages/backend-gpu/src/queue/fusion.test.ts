import { arange, manual_seed, ones, rand, randn, type Tensor, tensor } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { describe, expect, test } from "vitest";
import type { WebgpuBackend } from "../backend.ts";
import { expectClose, onDevice } from "../testing.ts";

manual_seed(0);

/** The dispatches that `compute` becomes, by name; its results are compared with the cpu's. */
function dispatches(
  backend: WebgpuBackend,
  inputs: readonly Tensor[],
  compute: (...tensors: Tensor[]) => Tensor | readonly Tensor[],
): string[] {
  const { queue } = backend.engine;
  const there = inputs.map((input) => input.to("gpu"));
  queue.finishSync();
  queue.trace = [];
  const made = [compute(...there)].flat() as readonly Tensor[];
  queue.finishSync();
  const names = queue.trace;
  queue.trace = null;
  const want = [compute(...inputs.map((input) => input.clone()))].flat() as readonly Tensor[];
  made.forEach((result, i) => expectClose(result, want[i]!, 1e-5));
  return names;
}

const one = (
  name: string,
  inputs: readonly Tensor[],
  compute: (...x: Tensor[]) => Tensor | readonly Tensor[],
): void => {
  test(
    `of ${name}`,
    onDevice((backend) => expect(dispatches(backend as WebgpuBackend, inputs, compute)).toHaveLength(1)),
  );
};

describe("one dispatch", () => {
  const x = randn(12, 20);
  const y = randn(12, 20);
  one("a chain", [x, y], (x, y) => x.mul(y).add(1).tanh().sub(y).abs().sqrt());
  one("a chain whose intermediates are kept", [x, y], (x, y) => {
    const a = x.mul(y);
    const b = a.exp();
    return [a, b, a.add(b)];
  });
  one("operands that broadcast and step", [x, randn(20), randn(20, 12)], (x, row, other) => x.mul(row).add(other.t()));
  one("in place", [x, y], (x, y) => {
    x.add_(y).mul_(2).relu_();
    return x;
  });
  one("comparison and selection", [x, y], (x, y) => x.gt(y).logical_or(x.lt(0)).to(x.dtype).mul(y));
  one("several layouts of as many elements", [x], (x) => x.add(1).view(20, 12).mul(2).view(-1).sub(1));
  one("linear, bias and activation", [randn(9, 33), randn(17, 33), randn(17)], (x, w, b) =>
    callOp("addmm", b, x, w.t(), 1, 1).relu(),
  );
  one("linear and what is kept for its gradient", [randn(9, 33), randn(17, 33), randn(17)], (x, w, b) => {
    const before = callOp("addmm", b, x, w.t(), 1, 1);
    return [before, before.tanh()];
  });
  one("softmax", [randn(7, 65)], (x) => x.softmax(1));
  one("scaled softmax", [randn(7, 65)], (x) => x.log_softmax(1).mul(0.5));
  one(
    "layer normalisation",
    [randn(8, 48), rand(48), randn(48)],
    (x, w, b) => (callOp("native_layer_norm", x, [48], w, b, 1e-5) as unknown as Tensor[])[0]!,
  );
  one("mean", [randn(7, 65)], (x) => x.mean(1));
  one("vector norm", [randn(7, 65)], (x) => callOp("_vector_norm", x, 2, [1], false, null));
});

describe("order", () => {
  test(
    "what is read before it is overwritten keeps its old value",
    onDevice((backend) => {
      const names = dispatches(backend as WebgpuBackend, [randn(6, 5), randn(6, 5)], (x, y) => {
        const before = x.add(y);
        x.mul_(2);
        const after = x.add(y);
        y.copy_(before);
        return [before, after, x, y];
      });
      expect(names).toHaveLength(1);
    }),
  );
  test(
    "views of what is written",
    onDevice((backend) => {
      const names = dispatches(backend as WebgpuBackend, [randn(6, 6)], (x) => {
        const turned = x.t().add(x);
        x.select(0, 2).fill_(3);
        const rows = x.narrow(0, 1, 3).mul(2);
        x.t().narrow(0, 0, 2).add_(1);
        return [turned, rows, x.exp()];
      });
      expect(names.length).toBeGreaterThan(1);
    }),
  );
  test(
    "a copy onto itself, shifted",
    onDevice((backend) => {
      dispatches(backend as WebgpuBackend, [randn(10)], (x) => {
        const shifted = x.clone();
        x.narrow(0, 1, 9).copy_(x.narrow(0, 0, 9).clone());
        return [x, shifted];
      });
      const x = arange(10).to("gpu");
      x.add_(x.flip(0));
      expect(x.tolist()).toEqual(new Array<number>(10).fill(9));
    }),
  );
  test(
    "long chains are cut where bindings end",
    onDevice((backend) => {
      const many = Array.from({ length: 12 }, () => randn(5, 5));
      const names = dispatches(backend as WebgpuBackend, many, (...all) => all.reduce((sum, x) => sum.mul(0.5).add(x)));
      expect(names.length).toBeLessThan(7);
    }),
  );
  test(
    "memory that dies is used again",
    onDevice((backend) => {
      const { engine } = backend as WebgpuBackend;
      const x = ones(1000, { device: "gpu" });
      engine.queue.finishSync();
      const before = engine.queue.pool.created;
      const made = x.add(1);
      engine.queue.finishSync();
      (made.storage as unknown as { free(): void }).free();
      expect(() => made.tolist()).toThrow("freed");
      const next = x.add(2);
      engine.queue.finishSync();
      expect(engine.queue.pool.created).toBe(before + 1);
      expect(next.sum().item()).toBe(3000);
    }),
  );
});

test(
  "dtypes",
  onDevice(() => {
    const on = (values: number[], dtype: Tensor["dtype"]): Tensor => tensor(values).to(dtype).to("gpu");
    const numbers = [1, 2, 3, 250];
    const { dtype: float } = tensor([1.5]);
    expect(on(numbers, float).div(4).tolist()).toEqual([0.25, 0.5, 0.75, 62.5]);
    expect(() => tensor([1]).double().to("gpu")).toThrow('gpu: float64 is not supported on device "gpu"');
    expect(() => tensor([2n ** 40n]).to("gpu")).toThrow("does not fit into 32 bits");
    expect(tensor([-5n, 7n]).to("gpu").mul(3).tolist()).toEqual([-15, 21]);
  }),
);
