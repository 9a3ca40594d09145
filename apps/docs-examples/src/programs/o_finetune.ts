/** (o) Fine-tuning: load a pretrained backbone, freeze it, train a new head only. */

import * as torch from "@tt/torch";
import { models } from "@tt/vision";
import { type Run, runIfMain, total_norm } from "./common.ts";
import { make } from "./digits.ts";

const { nn, optim } = torch;
const F = nn.functional;

class Net extends nn.Module {
  backbone = new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1 }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, 3, { padding: 1 }),
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
  );
  head: torch.nn.Linear;

  constructor(classes: number) {
    super();
    this.head = new nn.Linear(16 * 7 * 7, classes);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.head(this.backbone(x));
  }
}

/** The first images of the endless set whose digit is among the chosen ones, relabelled. */
function pool(run: Run, chosen: readonly number[], count: number): [x: torch.Tensor, y: torch.Tensor] {
  const { images, labels } = make(0, count);
  const keep = Array.from(labels.keys()).filter((i) => chosen.includes(labels[i]!));
  const all = torch.from_numpy(images).view(count, 28, 28);
  const x = all
    .at(torch.tensor(keep, { dtype: torch.int64 }))
    .unsqueeze(1)
    .float()
    .div(255);
  const y = torch.tensor(
    keep.map((i) => chosen.indexOf(labels[i]!)),
    { dtype: torch.int64 },
  );
  return [run.cast(x), run.cast(y)];
}

function train(
  run: Run,
  net: Net,
  optimiser: torch.optim.SGD,
  [x, y]: readonly [torch.Tensor, torch.Tensor],
  steps: number,
): number[] {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const pick = run.cast(torch.randint(0, y.numel(), [32]));
    const loss = F.cross_entropy(net(x.at(pick)), y.at(pick));
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
    losses.push(loss.item());
  }
  return losses;
}

function accuracy(net: Net, [x, y]: readonly [torch.Tensor, torch.Tensor]): number {
  net.eval();
  const hits: number = torch.no_grad(() => net(x).argmax(1).eq(y).double().mean().item());
  net.train();
  return hits;
}

const countOf = (parameters: Iterable<torch.Tensor>): number => [...parameters].reduce((sum, p) => sum + p.numel(), 0);

const trainable = (net: torch.nn.Module): string[] =>
  [...net.named_parameters()].filter(([, p]) => p.requires_grad).map(([name]) => name);

function copyOf(net: torch.nn.Module): Map<string, torch.Tensor> {
  return new Map(Object.entries(net.state_dict()).map(([name, value]) => [name, value.clone()]));
}

/** Names of what is no longer as it was. */
function changedSince(before: ReadonlyMap<string, torch.Tensor>, net: torch.nn.Module): string[] {
  return Object.entries(net.state_dict())
    .filter(([name, value]) => !torch.equal(value, before.get(name)!))
    .map(([name]) => name);
}

export async function main(run: Run): Promise<void> {
  // 1. Pretrain on the digits 0 to 4.
  const net = run.prepare(new Net(5));
  const first = pool(run, [0, 1, 2, 3, 4], 1000);
  const pretraining = new optim.SGD(net.parameters(), { lr: 0.05, momentum: 0.9 });
  run.emit("pretrain.losses", train(run, net, pretraining, first, 40));
  run.emit("pretrain.accuracy", accuracy(net, first));
  const buffer = new torch.BytesIO();
  await torch.save(net.state_dict(), buffer);

  // 2. A new network with another head: strict loading fails, lenient loading reports.
  buffer.seek(0);
  const weights: torch.nn.StateDict = await torch.load(buffer, { map_location: "cpu" });
  torch.manual_seed(2);
  const tuned = new Net(3).to(run.device, run.dtype);
  try {
    tuned.load_state_dict(weights);
  } catch (error) {
    run.emit("strict error", (error as Error).message);
  }
  const body = Object.fromEntries(Object.entries(weights).filter(([name]) => !name.startsWith("head.")));
  const result = tuned.load_state_dict(body, { strict: false });
  run.emit("lenient", [result.missing_keys, result.unexpected_keys]);

  // 3. Freeze the backbone; the head alone is trained on the digits 5, 6, 7.
  for (const p of tuned.backbone.parameters()) p.requires_grad = false;
  let before = copyOf(tuned);
  const second = pool(run, [5, 6, 7], 1000);
  const optimiser = new optim.SGD(
    [...tuned.parameters()].filter((p) => p.requires_grad),
    { lr: 0.05, momentum: 0.9 },
  );
  run.emit("trainable", trainable(tuned));
  run.emit("frozen.losses", train(run, tuned, optimiser, second, 40));
  run.emit("frozen.accuracy", accuracy(tuned, second));
  run.emit("changed (batch norm statistics move although frozen)", changedSince(before, tuned));
  run.emit(
    "backbone grads",
    Array.from(tuned.backbone.parameters(), (p) => p.grad),
  );
  const out: torch.Tensor = tuned.backbone(second[0].at(":2"));
  run.emit("backbone output requires grad", out.requires_grad);

  // 4. With the backbone in eval mode nothing of it moves.
  tuned.backbone.eval();
  before = copyOf(tuned);
  run.emit("eval_backbone.losses", train(run, tuned, optimiser, second, 10));
  run.emit("eval_backbone.changed", changedSince(before, tuned));

  // 5. Thaw, with a smaller rate for the backbone.
  tuned.train();
  for (const p of tuned.parameters()) p.requires_grad_(true);
  optimiser.add_param_group({ params: [...tuned.backbone.parameters()], lr: 0.005 });
  run.emit(
    "groups",
    optimiser.param_groups.map((g) => [g.lr, g.momentum, g.params.length]),
  );
  run.emit("thawed.losses", train(run, tuned, optimiser, second, 10));
  run.emit("thawed.backbone_grad_norm", total_norm(Array.from(tuned.backbone.parameters(), (p) => p.grad!)));

  // 6. The torchvision way: count what is left to train.
  torch.manual_seed(3);
  const big = models.resnet18();
  for (const p of big.parameters()) p.requires_grad = false;
  big.fc = new nn.Linear(big.fc.in_features, 3);
  run.emit("resnet18 trainable", trainable(big));
  run.emit("resnet18 counts", [
    countOf(big.parameters()),
    countOf([...big.parameters()].filter((p) => p.requires_grad)),
  ]);
}

await runIfMain(import.meta.url, "o_finetune", main, {});
