/** (c) Fit y = 5 x + 3 + noise, first with two bare parameters, then with nn.Linear. */

import * as torch from "@tt/torch";
import { type Run, runIfMain } from "./common.ts";

const { nn } = torch;

class Line extends nn.Module {
  a = new nn.Parameter(torch.rand(1));
  b = new nn.Parameter(torch.rand(1));

  override forward(x: torch.Tensor): torch.Tensor {
    return this.a.mul(x).add(this.b);
  }
}

class LinearLine extends nn.Module {
  linear = new nn.Linear(1, 1);

  override forward(x: torch.Tensor): torch.Tensor {
    return this.linear(x.unsqueeze(1)).squeeze(1);
  }
}

export async function main(run: Run): Promise<void> {
  for (const [name, Kind] of [
    ["bare", Line],
    ["linear", LinearLine],
  ] as const) {
    torch.manual_seed(run.args.seed);
    const net = run.prepare(new Kind());
    const parameters = [...net.parameters()];
    run.emit(
      `${name}.parameter_names`,
      Array.from(net.named_parameters(), ([n]) => n),
    );
    run.emit(
      `${name}.init`,
      parameters.map((p) => p.item()),
    );
    const x = run.cast(torch.arange(100, { dtype: torch.float32 }).div(100));
    const y = x
      .mul(5)
      .add(3)
      .add(run.cast(torch.rand(100)).mul(0.3));
    const criterion = new nn.MSELoss();
    const optimiser = new torch.optim.SGD(parameters, { lr: 0.01 });
    const losses: number[] = [];
    for (let i = 0; i < 10000; i++) {
      net.zero_grad();
      const loss = criterion(net(x), y);
      loss.backward();
      optimiser.step();
      if (i % 500 === 0 || i === 9999) losses.push(loss.item());
    }
    run.emit(`${name}.losses`, losses);
    run.emit(
      `${name}.final`,
      parameters.map((p) => p.item()),
    );
  }

  const model = new nn.Sequential(new nn.Linear(64, 32), new nn.ReLU(), new nn.Linear(32, 10));
  run.emit(
    "sequential.names",
    Array.from(model.named_parameters(), ([n]) => n),
  );
  run.emit("sequential.repr", String(model));
  run.emit(
    "sequential.parameter_count",
    Array.from(model.parameters(), (p) => p.numel()).reduce((sum, n) => sum + n),
  );
}

await runIfMain(import.meta.url, "c_linear", main, {});
