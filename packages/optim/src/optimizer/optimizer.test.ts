import { ones, tensor, type Tensor, zeros } from "@tt/core";
import { describe, expect, it } from "vitest";
import { Adam, Optimizer, type ParamGroup, SGD } from "../index.ts";
import { rounded, withGrad } from "../testing.ts";

describe("Optimizer", () => {
  it("takes tensors, or groups whose options differ from the defaults", () => {
    const [a, b] = [ones(1), ones(2)];
    const optimizer = new SGD([{ params: [a] }, { params: b, lr: 0.5 }], { lr: 0.1, momentum: 0.9 });
    expect(optimizer.param_groups.map(({ lr, momentum, params }) => [lr, momentum, params.length])).toEqual([
      [0.1, 0.9, 1],
      [0.5, 0.9, 1],
    ]);
    expect(new SGD([a, b], 0.25).param_groups[0]!.lr).toBe(0.25);
    expect(new SGD([a], 0.25, 0.5, { weight_decay: 1 }).param_groups[0]!.momentum).toBe(0.5);
  });

  it("refuses what PyTorch refuses, in its words", () => {
    const p = ones(1);
    expect(() => new SGD([], { lr: 1 })).toThrow("optimizer got an empty parameter list");
    expect(() => new SGD([p], { lr: -1 })).toThrow("Invalid learning rate: -1");
    expect(() => new SGD([p])).toThrow("parameter group didn't specify a value of required optimization parameter lr");
    expect(() => new SGD([p], { lr: 1, nesterov: true })).toThrow(
      "Nesterov momentum requires a momentum and zero dampening",
    );
    expect(() => new Adam([p], { betas: [1, 0.9] })).toThrow("Invalid beta parameter at index 0: 1");
    expect(() => new SGD(p as never, { lr: 1 })).toThrow(
      "params argument given to the optimizer should be an iterable",
    );
    expect(() => new SGD([{ params: [p] }, { params: [p] }], { lr: 1 })).toThrow(
      "some parameters appear in more than one parameter group",
    );
    expect(() => new SGD([3 as never], { lr: 1 })).toThrow(
      "optimizer can only optimize Tensors, but one of the params is int",
    );
    expect(() => new SGD([p], { rate: 1 } as never)).toThrow("got an unexpected keyword argument 'rate'");
    expect(() => new SGD([{ params: new Set([p]) }], { lr: 1 })).toThrow("organized in ordered collections");
  });

  it("says that a subclass has no step", () => {
    class Idle extends Optimizer {}
    expect(() => new Idle([ones(1)], { lr: 1 }).step()).toThrow("Idle has neither step nor update");
  });

  it("hands every group to update and gives the closure's loss back", () => {
    const seen: number[] = [];
    class Watching extends Optimizer {
      protected override update({ lr }: ParamGroup): void {
        seen.push(lr);
      }
    }
    const optimizer = new Watching([{ params: [ones(1)] }, { params: [ones(1)], lr: 3 }], { lr: 2 });
    const calls: string[] = [];
    const handle = optimizer.register_step_pre_hook(() => void calls.push("before"));
    optimizer.register_step_post_hook(() => void calls.push("after"));
    expect(optimizer.step(() => 7)).toBe(7);
    handle.remove();
    expect(optimizer.step()).toBe(null);
    expect(seen).toEqual([2, 3, 2, 3]);
    expect(calls).toEqual(["before", "after", "after"]);
  });

  it("sets gradients to zero in place, or takes them away", () => {
    const p = withGrad([1, 2], [3, 4]);
    const grad = p.gradTensor;
    const optimizer = new SGD([p], { lr: 1 });
    optimizer.zero_grad();
    expect(p.gradTensor).toBe(grad);
    expect(p.gradTensor!.tolist()).toEqual([0, 0]);
    optimizer.zero_grad({ set_to_none: true });
    expect(p.gradTensor).toBe(null);
    optimizer.step();
    expect(p.tolist()).toEqual([1, 2]);
  });

  it("prints as PyTorch does", () => {
    expect(String(new SGD([ones(1)], { lr: 0.1 }))).toBe(
      "SGD (\nParameter Group 0\n    dampening: 0\n    differentiable: False\n    foreach: None\n    lr: 0.1\n    maximize: False\n    momentum: 0\n    nesterov: False\n    weight_decay: 0\n)",
    );
    expect(String(new Adam([ones(1)]))).toContain("    betas: (0.9, 0.999)\n");
  });
});

describe("state_dict", () => {
  function trained(): { params: Tensor[]; optimizer: Adam } {
    const params = [withGrad([1, 2], [0.5, 0.25]), withGrad([3], [1])];
    const optimizer = new Adam([{ params: [params[0]!] }, { params: [params[1]!], lr: 0.5 }], { lr: 0.1 });
    optimizer.step();
    return { params, optimizer };
  }

  it("numbers parameters through all groups", () => {
    const state = trained().optimizer.state_dict();
    expect(Object.keys(state.state)).toEqual(["0", "1"]);
    expect(state.param_groups.map(({ params }) => params)).toEqual([[0], [1]]);
    expect(Object.keys(state.state[0]!)).toEqual(["step", "exp_avg", "exp_avg_sq"]);
  });

  it("goes on as if it had never stopped", () => {
    const { params, optimizer } = trained();
    const copies = params.map((p) => withGrad(p.tolist() as number[], p.gradTensor!.tolist() as number[]));
    const resumed = new Adam([{ params: [copies[0]!] }, { params: [copies[1]!] }], { lr: 9 });
    resumed.load_state_dict(optimizer.state_dict());
    expect(resumed.param_groups.map(({ lr }) => lr)).toEqual([0.1, 0.5]);
    optimizer.step();
    resumed.step();
    expect(copies.map((p) => p.tolist())).toEqual(params.map((p) => p.tolist()));
  });

  it("copies tensors, casts them to the parameters' dtype, and leaves step counts alone", () => {
    const { optimizer } = trained();
    const wide = new Adam([{ params: [zeros(2).double()] }, { params: [zeros(1)] }]);
    wide.load_state_dict(optimizer.state_dict());
    const [first] = wide.state.values();
    expect(first!["exp_avg"].dtype.name).toBe("float64");
    expect(first!["step"].dtype.name).toBe("float32");
    first!["exp_avg"].fill_(0);
    expect([...optimizer.state.values()][0]!["exp_avg"].sum().item()).not.toBe(0);
  });

  it("reads dicts with text keys and fills in options that older versions lacked", () => {
    const p = withGrad([1], [1]);
    const optimizer = new SGD([p], { lr: 1, momentum: 0.5 });
    optimizer.load_state_dict({
      state: { "0": { momentum_buffer: tensor([2]) } },
      param_groups: [{ lr: 0.5, momentum: 0.5, params: [0] }],
    });
    optimizer.step();
    expect(rounded(p)).toEqual([0]);
    expect(optimizer.param_groups[0]!.nesterov).toBe(false);
  });

  it("refuses other numbers of groups and parameters", () => {
    const { optimizer } = trained();
    expect(() => new Adam([ones(1)]).load_state_dict(optimizer.state_dict())).toThrow(
      "loaded state dict has a different number of parameter groups",
    );
    const more = new Adam([{ params: [ones(1), ones(1)] }, { params: [ones(1)] }]);
    expect(() => more.load_state_dict(optimizer.state_dict())).toThrow(
      "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
    );
  });
});

it("raises the version of what a step changes", () => {
  const p = withGrad([1], [1]);
  const before = p._version;
  new SGD([p], { lr: 1 }).step();
  expect(p._version).toBeGreaterThan(before);
});
