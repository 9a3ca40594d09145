import { ones } from "@tt/core";
import { describe, expect, it, vi } from "vitest";
import { Adam, lr_scheduler, SGD, SWALR } from "../index.ts";

function rates(scheduler: lr_scheduler.LRScheduler, epochs: number): number[] {
  return Array.from({ length: epochs }, () => {
    scheduler.optimizer.step();
    scheduler.step();
    return Number(scheduler.get_last_lr()[0]!.toPrecision(6));
  });
}

const sgd = (lr = 1): SGD => new SGD([ones(1)], { lr, momentum: 0.9 });

describe("schedulers", () => {
  it("take positionals and keywords", () => {
    expect(rates(new lr_scheduler.StepLR(sgd(), 2, 0.5), 4)).toEqual([1, 0.5, 0.5, 0.25]);
    expect(rates(new lr_scheduler.StepLR(sgd(), { step_size: 2, gamma: 0.5 }), 4)).toEqual([1, 0.5, 0.5, 0.25]);
    expect(() => new lr_scheduler.StepLR(sgd())).toThrow("missing 1 required positional arguments");
    expect(() => new lr_scheduler.StepLR({} as never, 2)).toThrow("dict is not an Optimizer");
  });

  it("go on from a saved state", () => {
    const first = new lr_scheduler.MultiStepLR(sgd(), [2, 5]);
    rates(first, 3);
    const optimizer = sgd();
    optimizer.load_state_dict(first.optimizer.state_dict());
    const second = new lr_scheduler.MultiStepLR(optimizer, [9]);
    second.load_state_dict(first.state_dict());
    expect(rates(second, 3)).toEqual(rates(first, 3));
    expect(Object.keys(first.state_dict())).not.toContain("optimizer");
  });

  it("need initial rates to resume at an epoch", () => {
    expect(() => new lr_scheduler.ExponentialLR(sgd(), 0.9, 3)).toThrow(
      "param 'initial_lr' is not specified in param_groups[0] when resuming an optimizer",
    );
  });

  it("warn once when they go before the optimizer", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    for (let i = 0; i < 2; i++) {
      const scheduler = new lr_scheduler.ExponentialLR(sgd(), 0.9);
      scheduler.step();
    }
    expect(
      warn.mock.calls.map(([text]) => String(text)).filter((text) => text.includes("before `optimizer.step()`")),
    ).toHaveLength(1);
    warn.mockRestore();
  });

  it("print changes as PyTorch does", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const scheduler = new lr_scheduler.ExponentialLR(sgd(0.1), 0.5, { verbose: true });
    rates(scheduler, 1);
    expect(log.mock.calls.flat()).toEqual([
      "Adjusting learning rate of group 0 to 1.0000e-01.",
      "Adjusting learning rate of group 0 to 5.0000e-02.",
    ]);
    log.mockRestore();
  });
});

it("OneCycleLR moves Adam's first beta the other way round", () => {
  const optimizer = new Adam([ones(1)]);
  const scheduler = new lr_scheduler.OneCycleLR(optimizer, 1, { total_steps: 11, pct_start: 0.4 });
  const betas = [0.95];
  for (let i = 0; i < 3; i++) {
    optimizer.step();
    scheduler.step();
    betas.push(optimizer.param_groups[0]!.betas[0]);
  }
  expect(betas[3]).toBeLessThan(betas[0]!);
  expect(optimizer.param_groups[0]!.betas[1]).toBe(0.999);
  expect(() => new lr_scheduler.OneCycleLR(optimizer, 1)).toThrow("You must define either total_steps OR");
});

it("ReduceLROnPlateau waits and cools down", () => {
  const optimizer = sgd();
  const scheduler = new lr_scheduler.ReduceLROnPlateau(optimizer, "min", 0.5, 1, { cooldown: 2 });
  const seen = [1, 1, 1, 1, 1, 1, 1].map((metric) => {
    scheduler.step(metric);
    return optimizer.param_groups[0]!.lr;
  });
  expect(seen).toEqual([1, 1, 0.5, 0.5, 0.5, 0.5, 0.25]);
  expect(() => new lr_scheduler.ReduceLROnPlateau(optimizer, "up" as never)).toThrow("mode up is unknown!");
});

it("SequentialLR checks its parts", () => {
  const optimizer = sgd();
  const parts = [new lr_scheduler.ConstantLR(optimizer), new lr_scheduler.ExponentialLR(optimizer, 0.9)];
  expect(() => new lr_scheduler.SequentialLR(optimizer, parts, [1, 2])).toThrow(
    "one more than the number of milestone points",
  );
  expect(() => new lr_scheduler.SequentialLR(sgd(), parts, [1])).toThrow("schedulers at index 0 to be different");
});

it("SWALR goes to its rate and stays", () => {
  // torch.optim.swa_utils.SWALR(SGD(lr=1), 0.2, anneal_epochs=4, anneal_strategy="linear")
  expect(rates(new SWALR(sgd(), 0.2, { anneal_epochs: 4, anneal_strategy: "linear" }), 5)).toEqual([
    0.8, 0.6, 0.4, 0.2, 0.2,
  ]);
  expect(() => new SWALR(sgd(), [1, 2])).toThrow("swa_lr must have the same length as optimizer.param_groups");
});
