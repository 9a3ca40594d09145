/** (d) Broadcasting: joining features of different length, tiled and untiled. */

import * as torch from "@tt/torch";
import { grad_norms, type Run, runIfMain } from "./common.ts";

const { nn } = torch;
const F = nn.functional;

type Activation = (x: torch.Tensor) => torch.Tensor;

class Merge extends nn.Module {
  linear1: torch.nn.Linear;
  linear2: torch.nn.Linear;
  activation: Activation | null;

  constructor(in_features1: number, in_features2: number, out_features: number, activation: Activation | null = null) {
    super();
    this.linear1 = new nn.Linear(in_features1, out_features);
    this.linear2 = new nn.Linear(in_features2, out_features);
    this.activation = activation;
  }

  override forward(a: torch.Tensor, b: torch.Tensor): torch.Tensor {
    const c = this.linear1(a).add(this.linear2(b));
    return this.activation === null ? c : this.activation(c);
  }
}

/** Nested lists as Python prints them. */
function pythonList(shapes: readonly (readonly number[])[]): string {
  return `[${shapes.map((shape) => `[${shape.join(", ")}]`).join(", ")}]`;
}

export async function main(run: Run): Promise<void> {
  const { dtype } = run;
  const merge = run.prepare(new Merge(5, 6, 10, F.relu));
  run.emit_init(merge);
  const a = run.cast(torch.rand([5, 3, 5]));
  const b = run.cast(torch.rand([5, 1, 6]));
  const d = merge(a, b);
  run.emit("shape", d.shape);
  run.emit("output", d);
  d.pow(2).mean().backward();
  run.emit("grad_norms", grad_norms(merge));
  run.emit("linear2.weight.grad", merge.linear2.weight.grad);

  // The same map with the inputs tiled and joined and one linear layer of both weights.
  const joined = new nn.Linear(11, 10).to(dtype);
  torch.no_grad(() => {
    joined.weight.copy_(torch.cat([merge.linear1.weight, merge.linear2.weight], 1));
    joined.bias!.copy_(merge.linear1.bias!.add(merge.linear2.bias!));
  });
  const tiled = F.relu(joined(torch.cat([a, b.repeat([1, 3, 1])], 2)));
  run.emit("tiled_shape", tiled.shape);
  run.emit("tiled_close", torch.allclose(d, tiled, { atol: 1e-6 }));

  for (const shapes of [
    [
      [7, 1, 5],
      [2, 6],
    ],
    [[5], [4, 6]],
    [
      [2, 1, 4, 5],
      [3, 1, 6],
    ],
  ] as const) {
    const [x, y] = shapes.map((s) => run.cast(torch.rand(s)));
    const z = merge(x!, y!);
    run.emit(`shape ${pythonList(shapes)}`, z.shape);
    run.emit(`sum ${pythonList(shapes)}`, z.sum());
  }

  const p = torch.tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype, requires_grad: true },
  );
  const q = torch.tensor([[1], [2]], { dtype, requires_grad: true });
  const s = p.add(q);
  run.emit("broadcast_add", s);
  s.mul(s).sum().backward();
  run.emit("broadcast_grads", [p.grad!.tolist(), q.grad!.tolist()]);
  const column = torch.tensor([[1], [2]]);
  const row = torch.tensor([1, 2]);
  run.emit("ugly_sum", torch.sum(column.add(row)));
  run.emit("ugly_sum_dim0", torch.sum(column.add(row), 0));
  try {
    torch.rand(3, 2).add(torch.rand(3, 4));
  } catch (error) {
    run.emit("mismatch_error", (error as Error).message);
  }
}

await runIfMain(import.meta.url, "d_merge", main, {});
