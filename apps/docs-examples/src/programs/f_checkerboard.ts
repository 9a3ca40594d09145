/** (f) Learn a checkerboard from pixel coordinates; float32 and bfloat16 autocast. */

import * as torch from "@tt/torch";
import { grad_norms, type Run, runIfMain } from "./common.ts";

const { nn } = torch;

export const options = { size: 64, channels: 64, steps: 200, bf16_steps: 100 };

type CheckerRun = Run<typeof options>;

/** Both coordinates of every pixel, from 0 to 1. */
function grid(width: number, height: number): torch.Tensor {
  const h = torch.arange(width).unsqueeze(0).repeat([height, 1]).div(width);
  const v = torch.arange(height).unsqueeze(1).repeat([1, width]).div(height);
  return torch.stack([h, v], 0);
}

function checker(width: number, height: number, freq: number): torch.Tensor {
  const h = torch
    .arange(width)
    .reshape([1, width])
    .mul(freq / width / 2)
    .fmod(1)
    .gt(0.5);
  const v = torch
    .arange(height)
    .reshape([height, 1])
    .mul(freq / height / 2)
    .fmod(1)
    .gt(0.5);
  return h.logical_xor(v).float();
}

function build(run: CheckerRun): torch.nn.Sequential {
  const { channels, seed } = run.args;
  torch.manual_seed(seed);
  const layers: torch.nn.Module[] = [];
  let width = 2;
  for (let i = 0; i < 3; i++) {
    layers.push(new nn.Conv2d(width, channels, 1), new nn.BatchNorm2d(channels), new nn.ReLU());
    width = channels;
  }
  return run.prepare(new nn.Sequential(...layers, new nn.Conv2d(width, 1, 1)));
}

function train(
  run: CheckerRun,
  name: string,
  [inputs, targets]: readonly [torch.Tensor, torch.Tensor],
  steps: number,
  autocast: boolean,
): void {
  const net = build(run);
  if (name === "float32") run.emit_init(net);
  const loss_fn = new nn.MSELoss();
  const optimiser = new torch.optim.Adam(net.parameters(), 0.001);
  const losses: number[] = [];
  let outputs = inputs;
  for (let i = 0; i < steps; i++) {
    optimiser.zero_grad();
    const loss = torch.autocast(run.device.type, { dtype: torch.bfloat16, enabled: autocast }, () => {
      outputs = net(inputs);
      return loss_fn(outputs, autocast ? targets.to(outputs.dtype) : targets);
    });
    loss.backward();
    if (i === 0) {
      run.emit(`${name}.output_dtype`, String(outputs.dtype));
      run.emit(`${name}.loss_dtype`, String(loss.dtype));
      run.emit(`${name}.grad_dtype`, String((net.at(0) as torch.nn.Conv2d).weight.grad!.dtype));
      run.emit(`${name}.grad_norms`, grad_norms(net));
    }
    optimiser.step();
    if (i % 10 === 0 || i === steps - 1) losses.push(loss.item());
  }
  const norm = net.at(1) as torch.nn.BatchNorm2d;
  run.emit(`${name}.losses`, losses);
  run.emit(`${name}.running_mean_1`, norm.running_mean!.at(":4"));
  run.emit(`${name}.running_var_1`, norm.running_var!.at(":4"));
  run.emit(`${name}.batches_tracked`, norm.num_batches_tracked);
  run.emit(`${name}.accuracy`, outputs.float().gt(0.5).eq(targets.gt(0.5)).cpu().double().mean());
}

function dtypes(run: CheckerRun): void {
  const [x, y] = [torch.rand([32, 32]), torch.rand([32, 32])].map((t) => t.to(run.device)) as [
    torch.Tensor,
    torch.Tensor,
  ];
  torch.autocast(run.device.type, { dtype: torch.bfloat16 }, () => {
    run.emit("autocast.add_dtype", String(x.add(y).dtype));
    run.emit("autocast.matmul_dtype", String(x.matmul(y).dtype));
    run.emit("autocast.add_mixed_dtype", String(x.add(y.bfloat16()).dtype));
    run.emit("autocast.matmul_mixed_dtype", String(x.matmul(y.bfloat16()).dtype));
    run.emit("autocast.matmul_first", x.matmul(y).at(0, ":4").float());
    torch.autocast(run.device.type, { enabled: false }, () => {
      run.emit("autocast.nested_off_dtype", String(x.matmul(y).dtype));
    });
  });
  run.emit("autocast.outside_dtype", String(x.matmul(y).dtype));
}

/** The rule by which a gradient scaler moves its factor, on a made-up run of overflows. */
function scalerRule(): [overflow: boolean, taken: boolean, scale: number][] {
  const overflows = [true, true, false, false, false, true, false, false, false, false, false];
  let scale = 65536;
  let good = 0;
  return overflows.map((overflow) => {
    if (overflow) [scale, good] = [scale * 0.5, 0];
    else {
      good += 1;
      // growth_interval, 2000 by default
      if (good === 3) [scale, good] = [scale * 2, 0];
    }
    return [overflow, !overflow, scale];
  });
}

export async function main(run: CheckerRun): Promise<void> {
  const { size } = run.args;
  const inputs = run.cast(grid(size, size).unsqueeze(0));
  const targets = run.cast(checker(size, size, 8).unsqueeze(0).unsqueeze(1));
  run.emit("inputs", [inputs.dtype === run.dtype, inputs.shape, inputs.cpu().double().sum().item()]);
  run.emit("targets", [targets.shape, targets.cpu().double().sum().item()]);
  run.emit("target_row_0", targets.at(0, 0, 0));

  train(run, "float32", [inputs, targets], run.args.steps, false);
  if (run.args.dtype === "float32") {
    train(run, "bfloat16", [inputs, targets], run.args.bf16_steps, true);
    dtypes(run);
  }
  run.emit("scaler_rule [overflow, step taken, scale after] growth_interval=3", scalerRule());
}

await runIfMain(import.meta.url, "f_checkerboard", main, options);
