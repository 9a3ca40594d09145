/** (g) The small CIFAR10 network, on coloured templates with noise, 3 x 32 x 32. */

import * as torch from "@tt/torch";
import { grad_norms, type Run, runIfMain } from "./common.ts";

const { nn, optim } = torch;
const { DataLoader, TensorDataset } = torch.utils.data;
const F = torch.nn.functional;

export const options = { count: 2000 };

class Net extends nn.Module {
  conv1 = new nn.Conv2d(3, 6, 5);
  pool = new nn.MaxPool2d(2, 2);
  conv2 = new nn.Conv2d(6, 16, 5);
  fc1 = new nn.Linear(16 * 5 * 5, 120);
  fc2 = new nn.Linear(120, 84);
  fc3 = new nn.Linear(84, 10);

  override forward(input: torch.Tensor): torch.Tensor {
    let x: torch.Tensor = this.pool(F.relu(this.conv1(input)));
    x = this.pool(F.relu(this.conv2(x)));
    x = x.view(-1, 16 * 5 * 5);
    x = F.relu(this.fc1(x));
    x = F.relu(this.fc2(x));
    return this.fc3(x);
  }
}

/** 0.6 template + 0.4 noise, each in [0, 1), then Normalize(0.5, 0.5). */
function make(count: number, templates: torch.Tensor): [images: torch.Tensor, labels: torch.Tensor] {
  const labels = torch.randint(0, 10, [count]);
  const images = templates
    .at(labels)
    .mul(0.6)
    .add(torch.rand(count, 3, 32, 32).mul(0.4));
  return [images.sub(0.5).div(0.5), labels];
}

export async function main(run: Run<typeof options>): Promise<void> {
  const templates = torch.rand(10, 3, 4, 4).repeat_interleave(8, 2).repeat_interleave(8, 3);
  const [images, targets] = make(run.args.count, templates);
  const test_set = new TensorDataset(...make(500, templates));
  run.emit("first_labels", targets.at(":16"));
  run.emit("first_pixels", images.at(0, 0, 0, ":6"));
  const train_loader = new DataLoader(new TensorDataset(images, targets), { batch_size: 4, shuffle: true });
  const test_loader = new DataLoader(test_set, { batch_size: 4 });
  const net = run.prepare(new Net());
  run.emit("repr", String(net));
  run.emit(
    "parameter_count",
    [...net.parameters()].reduce((sum, p) => sum + p.numel(), 0),
  );
  run.emit_init(net);
  const criterion = new nn.CrossEntropyLoss();
  const optimiser = new optim.SGD(net.parameters(), { lr: 0.001, momentum: 0.9 });

  const first: number[] = [];
  const means: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    let running = 0;
    let i = 0;
    for await (const [inputs, labels] of train_loader) {
      optimiser.zero_grad();
      const loss = criterion(net(run.cast(inputs)), run.cast(labels));
      loss.backward();
      if (epoch === 0 && i === 0) run.emit("first_grad_norms", grad_norms(net));
      optimiser.step();
      const value = await loss.itemAsync();
      if (epoch === 0 && i < 20) first.push(value);
      running += value;
      if (i % 100 === 99) {
        means.push(running / 100);
        running = 0;
      }
      i++;
    }
  }
  run.emit("first_losses", first);
  run.emit("mean_losses of every 100 batches", means);

  const buffer = new torch.BytesIO();
  await torch.save(net.state_dict(), buffer);
  buffer.seek(0);
  const again = new Net().to(run.device, run.dtype);
  const loaded = (await torch.load(buffer)) as ReturnType<typeof net.state_dict>;
  const keys: { toString(): string } = again.load_state_dict(loaded);
  run.emit("load_result", keys.toString());
  let correct = 0;
  let total = 0;
  const per_class = Array.from({ length: 10 }, () => [0, 0]);
  await torch.no_grad(async () => {
    for await (const [inputs, labels] of test_loader) {
      const [, predicted] = torch.max(again(run.cast(inputs)), 1);
      const found = (await predicted.toAsync("cpu")).tolist() as number[];
      (labels.tolist() as number[]).forEach((label, k) => {
        const hit = Number(found[k] === label);
        total += 1;
        correct += hit;
        per_class[label]![0]! += hit;
        per_class[label]![1]! += 1;
      });
    }
  });
  run.emit("accuracy", correct / total);
  run.emit("per_class", per_class);
}

await runIfMain(import.meta.url, "g_cifar", main, options);
