import { manual_seed, no_grad, rand, type Tensor } from "@tt/core";
import { expect, it } from "vitest";
import { BatchNorm1d, Linear, Sequential } from "../index.ts";
import { AveragedModel, update_bn } from "./averaged_model.ts";

it("AveragedModel holds the mean of the parameters it was shown", () => {
  const model = new Linear(2, 1);
  const averaged = new AveragedModel(model);
  for (const value of [1, 2, 6]) {
    no_grad(() => model.weight.fill_(value));
    averaged.update_parameters(model);
  }
  expect(averaged.module.weight.tolist()).toEqual([[3, 3]]);
  expect(averaged.n_averaged.item()).toBe(3);
  expect(Object.keys(averaged.state_dict())).toEqual(["n_averaged", "module.weight", "module.bias"]);
  expect(averaged(rand(4, 2)).shape).toEqual([4, 1]);
});

it("AveragedModel takes another rule", () => {
  const model = new Linear(1, 1);
  const averaged = new AveragedModel(model, {
    avg_fn: (old: Tensor, value: Tensor) => old.mul(0.5).add(value.mul(0.5)),
  });
  for (const value of [0, 4]) {
    no_grad(() => model.weight.fill_(value));
    averaged.update_parameters(model);
  }
  expect(averaged.module.weight.item()).toBe(2);
});

it("update_bn replaces running statistics by those of the data", () => {
  manual_seed(0);
  const model = new Sequential(new BatchNorm1d(2));
  model.eval();
  const data = rand(6, 2);
  update_bn([data, [data]], model);
  const norm = [...model.children()][0] as BatchNorm1d;
  const gap = norm.running_mean!.sub(data.mean(0)).abs().max().item();
  expect(gap).toBeLessThan(1e-6);
  expect([norm.momentum, norm.training, norm.num_batches_tracked!.item()]).toEqual([0.1, false, 2]);
});
