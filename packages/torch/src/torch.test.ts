import { expect, it } from "vitest";
import * as torch from "./index.ts";

it("looks like torch", () => {
  const model = torch.tensor([1, 2, 3], { requires_grad: true });
  const optimizer = new torch.optim.SGD([model], { lr: 0.5 });
  model.pow(2).sum().backward();
  optimizer.step();
  expect(model.tolist()).toEqual([0, 0, 0]);
  expect(torch.cuda.is_available()).toBe(false);
  expect(torch.finfo(torch.float32).bits).toBe(32);
  expect([torch.inf, torch.pi]).toEqual([Infinity, Math.PI]);
});

it("has PyTorch's old constructors", () => {
  expect(torch.FloatTensor(2, 3).shape).toEqual([2, 3]);
  expect(new torch.LongTensor([1, 2]).dtype).toBe(torch.int64);
  expect(torch.IntTensor(torch.tensor([1.5])).tolist()).toEqual([1]);
});

it("remembers settings and checks them", () => {
  torch.set_num_threads(2);
  expect(torch.get_num_threads()).toBe(2);
  torch.set_num_threads(1);
  expect(() => torch.set_num_threads(0)).toThrow("set_num_threads expects a positive integer");
  expect(() => torch.set_deterministic_debug_mode("loud")).toThrow("but got loud");
  torch.set_deterministic_debug_mode("warn");
  expect(torch.get_deterministic_debug_mode()).toBe(1);
  torch.set_deterministic_debug_mode(0);
  expect(torch.are_deterministic_algorithms_enabled()).toBe(false);
});

it("fork_rng leaves the generator where it was", async () => {
  torch.manual_seed(3);
  const inside = torch.random.fork_rng(() => torch.rand(2).tolist() as number[]);
  expect(torch.rand(2).tolist()).toEqual(inside);
  torch.manual_seed(3);
  await torch.random.fork_rng(async () => {
    torch.rand(5);
    await Promise.resolve();
    torch.rand(5);
  });
  expect(torch.rand(2).tolist()).toEqual(inside);
});

it("makes sizes", () => {
  const size = new torch.Size([2, 3, 2]);
  expect([size.numel(), size.count(2), size.index(3), size.length, String(size)]).toEqual([
    12,
    2,
    1,
    3,
    "torch.Size([2, 3, 2])",
  ]);
  expect(() => size.index(7)).toThrow("x not in tuple");
  expect(torch.zeros(size).shape).toEqual([2, 3, 2]);
  expect(size.map((n) => n * 2)).toEqual([4, 6, 4]);
  expect(torch.is_storage(torch.ones(2).storage)).toBe(true);
  expect(torch.float32 instanceof torch.dtype).toBe(true);
  expect(torch.ones(2).layout).toBe(torch.strided);
});
