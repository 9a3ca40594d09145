/** (m) torchvision's resnet18 with 10 classes on 32 x 32 images: two SGD steps. */

import * as torch from "@tt/torch";
import { models } from "@tt/vision";
import { grad_norms, type Run, runIfMain, total_norm } from "./common.ts";

const { nn } = torch;

export const options = { batch: 8 };

type Row = [name: string, layer: string, output: readonly number[], parameters: number, macs: number];

const countOf = (parameters: Iterable<torch.Tensor>): number => [...parameters].reduce((sum, p) => sum + p.numel(), 0);

/** A profile in the manner of the summary tools: shapes, parameters, multiply-adds. */
function profile(net: torch.nn.Module, x: torch.Tensor): Row[] {
  const rows: Row[] = [];
  const count = (name: string) => (module: torch.nn.Module, _inputs: readonly unknown[], result: unknown) => {
    const output = result as torch.Tensor;
    const own = countOf(module.parameters({ recurse: false }));
    let macs = 0;
    if (module instanceof nn.Conv2d) {
      const [height, width] = module.kernel_size as [number, number];
      macs = Math.floor((output.numel() * module.in_channels) / module.groups) * height * width;
    } else if (module instanceof nn.Linear) macs = output.numel() * module.in_features;
    rows.push([name, module.constructor.name, output.shape, own, macs]);
  };
  const handles = [...net.named_modules()]
    .filter(([, module]) => [...module.children()].length === 0)
    .map(([name, module]) => module.register_forward_hook(count(name)));
  torch.no_grad(() => void net(x));
  for (const h of handles) h.remove();
  return rows;
}

export async function main(run: Run<typeof options>): Promise<void> {
  const net = run.prepare(models.resnet18({ num_classes: 10 }));
  run.emit("parameter_count", countOf(net.parameters()));
  run.emit("state_dict_length", Object.keys(net.state_dict()).length);
  run.emit("init_norms", Object.fromEntries(Array.from(net.named_parameters(), ([n, p]) => [n, total_norm([p])])));
  run.emit("first conv", net.conv1.weight.reshape(-1).at(":4"));
  const x = run.cast(torch.rand(run.args.batch, 3, 32, 32).mul(2).sub(1));
  const y = run.cast(torch.randint(0, 10, [run.args.batch]));
  run.emit("labels", y);
  const optimiser = new torch.optim.SGD(net.parameters(), { lr: 0.01, momentum: 0.9, weight_decay: 5e-4 });
  const criterion = new nn.CrossEntropyLoss();
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) {
    optimiser.zero_grad();
    const out = net(x);
    const loss = criterion(out, y);
    losses.push(loss.item());
    if (i === 0) run.emit("output", out.at(":2"));
    if (i === 2) break;
    loss.backward();
    run.emit(`step${i}.grad_norms`, grad_norms(net));
    run.emit(`step${i}.total_grad_norm`, total_norm([...net.parameters()].map((p) => p.grad!)));
    optimiser.step();
  }
  run.emit("losses", losses);
  const norm = net.bn1 as torch.nn.BatchNorm2d;
  run.emit("bn1.running_mean", norm.running_mean!.at(":4"));
  run.emit("bn1.running_var", norm.running_var!.at(":4"));
  net.eval();
  torch.no_grad(() => run.emit("eval_output", net(x).at(":2")));

  const rows = profile(net, x.at(":1"));
  run.emit("summary", rows);
  run.emit(
    "total_macs",
    rows.reduce((sum, row) => sum + row[4], 0),
  );
}

await runIfMain(import.meta.url, "m_resnet", main, options);
