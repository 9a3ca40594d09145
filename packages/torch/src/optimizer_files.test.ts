/** Optimizers go on from each other's files, in PyTorch and here. Needs a python3 with torch. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as torch from "./index.ts";

const python = ["python3", "/usr/bin/python3"].find((command) => {
  try {
    execFileSync(command, ["-c", "import torch"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

/** Takes over the state that tt saved after three steps, checks its layout, steps twice more and saves. */
const GO_ON = `
import json, sys, torch
folder, name, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
def tensors(start): return [torch.tensor([[0.1, -0.2], [0.3, 0.4]]) + start, torch.tensor([1., 2., 3.]) + start]
def grads(step): return [torch.tensor([[1., -1.], [0.5, 0.25]]) * step, torch.tensor([0.1, -0.2, 0.3]) * (step - 2.5)]
def shape(v):
    if isinstance(v, torch.Tensor): return [str(v.dtype), list(v.shape)]
    if isinstance(v, dict): return {str(type(k).__name__) + str(k): shape(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)): return [type(v).__name__] + [shape(x) for x in v]
    return type(v).__name__ if not isinstance(v, (int, float)) or isinstance(v, bool) else "number"
def make(params): return getattr(torch.optim, name)([{"params": params[:1]}, {"params": params[1:], "lr": 0.05}], **options)
def step(params, optimizer, n):
    for s in n:
        for p, g in zip(params, grads(s)): p.grad = g
        optimizer.step()
ours = make(mine := tensors(0))
step(mine, ours, [1, 2, 3])
theirs = torch.load(folder + "/tt.pth")
assert shape(ours.state_dict()["state"]) == shape(theirs["state"]), (shape(ours.state_dict()["state"]), shape(theirs["state"]))
assert [set(g) <= set(h) for g, h in zip(ours.state_dict()["param_groups"], theirs["param_groups"])] == [True, True], (ours.state_dict()["param_groups"], theirs["param_groups"])
for g, h in zip(ours.state_dict()["param_groups"], theirs["param_groups"]):
    for key in g: assert shape(g[key]) == shape(h[key]), (key, g[key], h[key])
torch.save(ours.state_dict(), folder + "/torch.pth")
params = torch.load(folder + "/params.pth")
resumed = make(params)
resumed.load_state_dict(theirs)
step(params, resumed, [4, 5])
print(json.dumps([p.flatten().tolist() for p in params]))
`;

const OPTIONS: Record<string, Record<string, unknown>> = {
  SGD: { lr: 0.1, momentum: 0.9, nesterov: true },
  Adam: { amsgrad: true },
  AdamW: {},
  Adamax: {},
  NAdam: {},
  RAdam: {},
  RMSprop: { momentum: 0.5, centered: true },
  Rprop: {},
  Adagrad: {},
  Adadelta: {},
  ASGD: { t0: 2 },
};

const tensors = (): torch.Tensor[] => [
  torch.tensor([
    [0.1, -0.2],
    [0.3, 0.4],
  ]),
  torch.tensor([1, 2, 3]),
];
const grads = (step: number): torch.Tensor[] => [
  torch
    .tensor([
      [1, -1],
      [0.5, 0.25],
    ])
    .mul(step),
  torch.tensor([0.1, -0.2, 0.3]).mul(step - 2.5),
];

describe.skipIf(python === undefined)(`with PyTorch (${python ?? "skipped: no python3 here has torch"})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "tt-optim-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  function make(name: string, [first, ...rest]: torch.Tensor[]): torch.optim.Optimizer {
    const Kind = torch.optim[name as "Adam"];
    return new Kind([{ params: [first!] }, { params: rest, lr: 0.05 }], OPTIONS[name]!);
  }

  function step(params: readonly torch.Tensor[], optimizer: torch.optim.Optimizer, steps: readonly number[]): void {
    for (const s of steps) {
      grads(s).forEach((grad, i) => (params[i]!.grad = grad));
      optimizer.step();
    }
  }

  it.each(Object.keys(OPTIONS))("%s", { timeout: 60_000 }, async (name) => {
    const params = tensors();
    const optimizer = make(name, params);
    step(params, optimizer, [1, 2, 3]);
    const copies = params.map((p) => p.clone());
    await torch.save(optimizer.state_dict(), join(folder, "tt.pth"));
    await torch.save(copies, join(folder, "params.pth"));
    const args = ["-c", GO_ON, folder, name, JSON.stringify(OPTIONS[name])];
    const inPython = JSON.parse(execFileSync(python!, args, { encoding: "utf8" })) as number[][];

    // Three paths to step 5: straight, through our file in PyTorch, through PyTorch's file here.
    const resumed = make(name, copies);
    resumed.load_state_dict(await torch.load(join(folder, "torch.pth")));
    step(copies, resumed, [4, 5]);
    step(params, optimizer, [4, 5]);
    params.forEach((param, i) => {
      const straight = param.reshape(-1);
      expect(torch.allclose(straight, torch.tensor(inPython[i]!), { rtol: 1e-5, atol: 1e-6 })).toBe(true);
      expect(torch.allclose(straight, copies[i]!.reshape(-1), { rtol: 1e-5, atol: 1e-6 })).toBe(true);
    });
  });
});
