/// <reference lib="esnext.disposable" preserve="true" />
import { wasm } from "@tt/backend-wasm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as torch from "./index.ts";

const { nn, optim } = torch;
const FREED = "this tensor's memory was freed";

beforeAll(async () => {
  // No storage is small, so that all are in the heap.
  await torch.use(wasm({ small_storage: 0 }), { default: false });
});

beforeEach(() => void torch.manual_seed(0));

const resident = (): number => torch.memory_stats()["wasm"]!["resident"]!;
const later = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve, 0));

describe.each(["cpu", "wasm"])("torch.scope on %s", (device) => {
  it("frees what is not returned", () => {
    let lost!: torch.Tensor;
    const { total, parts } = torch.scope(() => {
      lost = torch.ones(10, { device });
      const part = lost.add(1);
      return { total: part.sum(), parts: [part.view(2, 5)] };
    });
    expect(total.item()).toBe(20);
    expect(parts[0]!.tolist()).toEqual([
      [2, 2, 2, 2, 2],
      [2, 2, 2, 2, 2],
    ]);
    expect(() => lost.tolist()).toThrow(FREED);
    expect(() => lost.add(1)).toThrow(FREED);
    expect(lost.shape).toEqual([10]);
  });

  it("gives results to the scope around, and keeps on request", () => {
    let inner!: torch.Tensor;
    let kept!: torch.Tensor;
    let made!: torch.Tensor;
    torch.scope(() => {
      inner = torch.scope(() => {
        kept = torch.keep(torch.ones(3, { device }));
        made = torch.keep({ a: [torch.zeros(2, { device })] }).a[0]!;
        return kept.mul(2);
      });
      expect(inner.tolist()).toEqual([2, 2, 2]);
    });
    expect(() => inner.tolist()).toThrow(FREED);
    expect(kept.sum().item() + made.sum().item()).toBe(3);
  });

  it("frees on exceptions, also within nested scopes", () => {
    let made!: torch.Tensor;
    const run = (): void =>
      torch.scope(() => {
        torch.scope(() => {
          made = torch.ones(3, { device });
          throw new Error("stop");
        });
      });
    expect(run).toThrow("stop");
    expect(() => made.tolist()).toThrow(FREED);
    // Nothing is watched any more.
    expect(torch.ones(2, { device }).sum().item()).toBe(2);
  });

  it("trains in scopes: gradients, parameters and optimizer state stay", () => {
    for (const make of [
      (p: Iterable<torch.nn.Parameter>) => new optim.SGD(p, { lr: 0.1, momentum: 0.9 }),
      (p: Iterable<torch.nn.Parameter>) => new optim.Adam(p, { lr: 0.01 }),
      (p: Iterable<torch.nn.Parameter>) => new optim.RMSprop(p, { lr: 0.01, momentum: 0.5 }),
      (p: Iterable<torch.nn.Parameter>) => new optim.LBFGS(p, { lr: 0.1, max_iter: 2 }),
    ]) {
      const run = (scoped: boolean): number[] => {
        torch.manual_seed(0);
        const model = new nn.Sequential(
          new nn.Linear(8, 16),
          new nn.BatchNorm1d(16),
          new nn.Tanh(),
          new nn.Linear(16, 1),
        );
        model.to(device);
        const optimizer = make(model.parameters());
        const x = torch.rand(32, 8).to(device);
        const y = x.sum(1, true);
        const losses: number[] = [];
        const step = (): void => {
          const loss = optimizer.step(() => {
            optimizer.zero_grad({ set_to_none: losses.length % 2 === 0 });
            const out = nn.functional.mse_loss(model(x), y);
            out.backward();
            return out;
          });
          losses.push(loss.item());
        };
        for (let i = 0; i < 6; i++) {
          if (scoped) torch.scope(step);
          else step();
        }
        return losses;
      };
      expect(run(true)).toEqual(run(false));
    }
  });

  it("keeps the graph of a loss it returns", () => {
    const w = torch.ones(4, { device }).requires_grad_();
    const loss = torch.scope(() => nn.functional.softmax(w.exp().mul(2), { dim: 0 }).pow(2).sum());
    loss.backward();
    expect(w.grad!.isfinite().all().item()).toBe(true);
  });

  it("keeps a module it returns, and what modules elsewhere are given", () => {
    const { model, outside } = torch.scope(() => {
      const lazy = new nn.LazyLinear(3);
      lazy.to(device);
      lazy(torch.ones(2, 4, { device }));
      return { model: new nn.BatchNorm1d(4).to(device), outside: lazy };
    });
    expect(model(torch.rand(3, 4).to(device)).shape).toEqual([3, 4]);
    expect(outside(torch.rand(3, 4).to(device)).shape).toEqual([3, 3]);
    const moved = new nn.BatchNorm1d(4);
    torch.scope(() => void moved.to(device));
    expect(moved(torch.rand(3, 4).to(device)).shape).toEqual([3, 4]);
  });

  it("tells apart the scopes of async callbacks", async () => {
    const outside = torch.ones(3, { device });
    let lost!: torch.Tensor;
    const first = torch.scope(async () => {
      lost = outside.add(1);
      await later();
      const result = lost.add(1);
      await later();
      return result;
    });
    const second = torch.scope(async () => {
      await later();
      return outside.mul(5);
    });
    const between = outside.mul(2);
    await later();
    const made = outside.mul(3);
    expect((await first).tolist()).toEqual([3, 3, 3]);
    expect((await second).tolist()).toEqual([5, 5, 5]);
    expect(between.tolist()).toEqual([2, 2, 2]);
    expect(made.tolist()).toEqual([3, 3, 3]);
    expect(() => lost.tolist()).toThrow(FREED);
    await expect(
      torch.scope(async () => {
        lost = outside.add(1);
        await later();
        throw new Error("stop");
      }),
    ).rejects.toThrow("stop");
    expect(() => lost.tolist()).toThrow(FREED);
  });

  it("has a form for using", () => {
    let lost!: torch.Tensor;
    let kept!: torch.Tensor;
    {
      using here = torch.scope();
      lost = torch.ones(3, { device });
      kept = here.keep(lost.add(1));
    }
    expect(() => lost.tolist()).toThrow(FREED);
    expect(kept.tolist()).toEqual([2, 2, 2]);
  });

  it("frees a tensor by Symbol.dispose, but not through a view", () => {
    let lost: torch.Tensor;
    {
      using x = torch.ones(3, { device });
      using _view = x.view(3, 1);
      lost = x;
      expect(x.sum().item()).toBe(3);
    }
    expect(() => lost.sum()).toThrow(FREED);
    const weight = torch.ones(2, 2, { device });
    {
      using _t = weight.t();
      using _detached = weight.detach();
      using _row = weight.at(0);
    }
    expect(weight.sum().item()).toBe(4);
    lost[Symbol.dispose]();
  });
});

it("gives the heap back what scopes free", () => {
  const before = resident();
  torch.scope(() => {
    for (let i = 0; i < 5; i++) torch.rand(100_000, { device: "wasm" }).mul(2);
    expect(resident() - before).toBeGreaterThan(3_000_000);
  });
  expect(resident()).toBe(before);
});

it("frees what only recurrent layers have seen", () => {
  const lstm = new nn.LSTM(64, 64).to("wasm");
  const x = torch.rand(20, 8, 64).to("wasm");
  const run = (): torch.Tensor => {
    const [output] = lstm(x);
    const loss = output.sum();
    loss.backward();
    return output;
  };
  run();
  const before = resident();
  const output = run();
  // Nothing but the output, the states and the loss; the gradients were there.
  expect(resident() - before).toBeLessThan(output.numel() * 4 * 1.6);
});

it("tells of every backend's memory", () => {
  const stats = torch.memory_stats();
  expect(Object.keys(stats)).toEqual(expect.arrayContaining(["cpu", "wasm"]));
  expect(stats["cpu"]!["array_buffers"]).toBeGreaterThan(0);
  expect(stats["wasm"]!["reserved"]).toBeGreaterThan(0);
});
