import { describe, expect, it } from "vitest";
import * as torch from "./index.ts";

const { functional_call, grad, stack_module_state, vmap } = torch.func;

type Params = Record<string, torch.Tensor>;

describe("torch.func with modules", () => {
  it("gives the gradient of each example", () => {
    torch.manual_seed(0);
    const net = new torch.nn.Sequential(
      new torch.nn.Conv2d(1, 2, 3),
      new torch.nn.ReLU(),
      new torch.nn.Flatten(),
      new torch.nn.Linear(8, 3),
    );
    const params: Params = Object.fromEntries([...net.named_parameters()].map(([n, p]) => [n, p.detach()]));
    const x = torch.rand(4, 1, 4, 4);
    const y = torch.tensor([0n, 2n, 1n, 2n]);
    const loss = (p: Params, one: torch.Tensor, target: torch.Tensor): torch.Tensor => {
      const out = functional_call(net, p, one.unsqueeze(0)) as torch.Tensor;
      return torch.nn.functional.cross_entropy(out, target.unsqueeze(0));
    };
    const each = vmap(grad(loss), { in_dims: [null, 0, 0] })(params, x, y) as unknown as Params;
    for (let i = 0; i < 4; i++) {
      net.zero_grad();
      torch.nn.functional.cross_entropy(net(x.narrow(0, i, 1)), y.narrow(0, i, 1)).backward();
      for (const [name, p] of net.named_parameters()) {
        expect(torch.allclose(each[name]!.at(i), p.grad!, { rtol: 1e-3, atol: 1e-5 })).toBe(true);
      }
    }
  });

  it("runs an ensemble", () => {
    const models = [new torch.nn.Linear(3, 2), new torch.nn.Linear(3, 2)];
    const [params] = stack_module_state(models);
    const x = torch.rand(4, 3);
    const run = (p: Params, one: torch.Tensor): torch.Tensor => functional_call(models[0]!, p, one);
    const out = vmap(run, { in_dims: [0, null] })(params, x);
    models.forEach((model, i) => expect(torch.allclose(out.at(i), model(x), { rtol: 1e-4 })).toBe(true));
    expect(params["weight"]!.requires_grad).toBe(true);
  });
});
