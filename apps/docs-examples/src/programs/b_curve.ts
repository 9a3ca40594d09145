/** (b) Fit w0 x^2 + w1 x + w2 to 5 x^2 + 3 with Adam and mean squared error. */

import * as torch from "@tt/torch";
import { type Run, runIfMain } from "./common.ts";

const F = torch.nn.functional;

export async function main(run: Run): Promise<void> {
  let w = torch.randn([3, 1]);
  run.emit("init.w", w.squeeze(1));
  if (run.args.nudge) w = w.mul(1 + 2 ** -23);
  w = run.cast(w).requires_grad_(true);
  const optimiser = new torch.optim.Adam([w], 0.1);

  const model = (x: torch.Tensor): torch.Tensor => {
    const features = torch.stack([x.mul(x), x, torch.ones_like(x)], 1);
    return torch.squeeze(features.matmul(w), 1);
  };

  const losses: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const x = run.cast(torch.rand(100).mul(20).sub(10));
    const y = x.mul(5).mul(x).add(3);
    if (i === 0) run.emit("first_x", x.at(":4"));
    const loss = F.mse_loss(model(x), y);
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
    if (i % 50 === 0 || i === 999) losses.push(loss.item());
  }
  run.emit("losses", losses);
  run.emit("final_w", w.squeeze(1));
  run.emit("adam_step", optimiser.state.get(w)!["step"]);
}

await runIfMain(import.meta.url, "b_curve", main, {});
