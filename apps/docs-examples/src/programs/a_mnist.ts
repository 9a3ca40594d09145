/** (a) The MNIST walk-through: train, test, save every 10 batches, resume. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataLoader } from "@tt/data";
import * as torch from "@tt/torch";

import { datasets, transforms } from "@tt/vision";
import { type Run, runIfMain } from "./common.ts";
import { write_mnist } from "./digits.ts";

const { nn, optim } = torch;
const F = nn.functional;

/** The seed's default of epochs is 10; `data` is a folder with MNIST/raw, drawn into a temporary one if absent. */
export const options = {
  batch_size: 64,
  epochs: 1,
  lr: 0.01,
  momentum: 0.5,
  save_interval: 10,
  num_workers: 0,
  data: null,
};

type MnistRun = Run<typeof options>;
type Batch = [data: torch.Tensor, target: torch.Tensor];
type Loader = AsyncIterable<Batch> & { readonly dataset: { readonly length: number } };

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 10, { kernel_size: 5 });
  conv2 = new nn.Conv2d(10, 20, { kernel_size: 5 });
  conv2_drop: torch.nn.Dropout2d;
  fc1 = new nn.Linear(320, 50);
  fc2 = new nn.Linear(50, 10);

  constructor(drop = 0.5) {
    super();
    this.conv2_drop = new nn.Dropout2d(drop);
  }

  override forward(input: torch.Tensor): torch.Tensor {
    let x = F.relu(F.max_pool2d(this.conv1(input), 2));
    x = F.relu(F.max_pool2d(this.conv2_drop(this.conv2(x)), 2));
    x = x.view(-1, 320);
    x = F.relu(this.fc1(x));
    return F.log_softmax(this.fc2(x), { dim: 1 });
  }
}

function loaders({ args }: MnistRun, root: string): [train: Loader, test: Loader] {
  const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])]);
  const train = new datasets.MNIST(root, { train: true, transform });
  const test = new datasets.MNIST(root, { train: false, transform });
  const more = { batch_size: args.batch_size, num_workers: args.num_workers };
  return [new DataLoader(train, { shuffle: true, ...more }), new DataLoader(test, more)];
}

function step(run: MnistRun, model: Net, optimiser: torch.optim.SGD, [data, target]: Batch): number {
  optimiser.zero_grad();
  const loss = F.nll_loss(model(run.cast(data)), run.cast(target));
  loss.backward();
  optimiser.step();
  return loss.item();
}

async function test(run: MnistRun, model: Net, loader: Loader): Promise<[loss: number, accuracy: number]> {
  model.eval();
  let total = 0;
  let correct = 0;
  await torch.no_grad(async () => {
    for await (const [data, labels] of loader) {
      const target = run.cast(labels);
      const output = model(run.cast(data));
      total += F.nll_loss(output, target, { reduction: "sum" }).item();
      const pred = output.argmax(1, { keepdim: true });
      correct += pred.eq(target.view_as(pred)).sum().item();
    }
  });
  const n = loader.dataset.length;
  return [total / n, correct / n];
}

function build(run: MnistRun, drop: number): [Net, torch.optim.SGD] {
  torch.manual_seed(run.args.seed);
  const model = run.prepare(new Net(drop));
  return [model, new optim.SGD(model.parameters(), { lr: run.args.lr, momentum: run.args.momentum })];
}

async function experiment(
  run: MnistRun,
  name: string,
  drop: number,
  [train_loader, test_loader]: [Loader, Loader],
  folder: string,
): Promise<void> {
  const [model, optimiser] = build(run, drop);
  if (name === "dropout") run.emit_init(model);
  const losses: number[] = [];
  const test_losses: number[] = [];
  const accuracies: number[] = [];
  for (let epoch = 0; epoch < run.args.epochs; epoch++) {
    model.train();
    let i = 0;
    for await (const batch of train_loader) {
      if (i === 0 && epoch === 0) {
        run.emit(`${name}.first_batch_labels`, batch[1]);
        run.emit(`${name}.first_batch_mean`, batch[0].double().mean());
      }
      losses.push(step(run, model, optimiser, batch));
      if (i % run.args.save_interval === 0) {
        await torch.save(model.state_dict(), join(folder, "model.pth"));
        await torch.save(optimiser.state_dict(), join(folder, "optimiser.pth"));
        await torch.save(losses, join(folder, "train_losses.pth"));
      }
      i++;
    }
    const [loss, accuracy] = await test(run, model, test_loader);
    test_losses.push(loss);
    accuracies.push(accuracy);
  }
  run.emit(`${name}.losses`, losses.slice(0, 60));
  run.emit(`${name}.steps`, losses.length);
  run.emit(`${name}.last_loss`, losses.at(-1));
  run.emit(`${name}.test_loss`, test_losses);
  run.emit(`${name}.test_accuracy`, accuracies);
  const saved: number[] = await torch.load(join(folder, "train_losses.pth"), { map_location: "cpu" });
  run.emit(`${name}.saved_losses_length`, saved.length);
  run.emit(
    `${name}.saved_losses_equal`,
    saved.every((loss, i) => loss === losses[i]),
  );
}

async function firstBatches(loader: Loader, count: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader) {
    batches.push(batch);
    if (batches.length === count) break;
  }
  return batches;
}

/** 20 steps in one go against 10 steps, save, rebuild, load, 10 more steps. */
async function resume(run: MnistRun, train_loader: Loader, folder: string): Promise<void> {
  const batches = await firstBatches(train_loader, 20);
  const [model, optimiser] = build(run, 0.5);
  for (const batch of batches.slice(0, 10)) step(run, model, optimiser, batch);
  await torch.save(model.state_dict(), join(folder, "model.pth"));
  await torch.save(optimiser.state_dict(), join(folder, "optimiser.pth"));
  const generator = torch.get_rng_state();
  const rest = batches.slice(10);
  const straight = rest.map((batch) => step(run, model, optimiser, batch));

  torch.manual_seed(999);
  const model2 = new Net().to(run.device, run.dtype);
  const hyper = { lr: run.args.lr, momentum: run.args.momentum };
  const optimiser2 = new optim.SGD(model2.parameters(), hyper);
  const weights = (): Promise<torch.nn.StateDict> => torch.load(join(folder, "model.pth"), { map_location: "cpu" });
  const state = await torch.load(join(folder, "optimiser.pth"));
  model2.load_state_dict(await weights());
  optimiser2.load_state_dict(state);
  torch.set_rng_state(generator);
  const resumed = rest.map((batch) => step(run, model2, optimiser2, batch));
  run.emit("resume.losses", resumed);
  run.emit(
    "resume.equals_uninterrupted",
    straight.every((loss, i) => loss === resumed[i]),
  );

  const optimiser3 = new optim.SGD(model2.parameters(), hyper);
  model2.load_state_dict(await weights());
  torch.set_rng_state(generator);
  const without = rest.map((batch) => step(run, model2, optimiser3, batch));
  run.emit("resume.losses_without_optimiser_state", without);
  run.emit("resume.optimiser_state_keys", Object.keys(state).sort());
  run.emit("resume.param_group_keys", Object.keys(state.param_groups[0]).sort());
  run.emit("resume.state_entry_keys", Object.keys(state.state[0]).sort());
  run.emit("resume.state_dict_keys", Object.keys(model.state_dict()));
}

export async function main(run: MnistRun): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tt-mnist-"));
  try {
    const root = run.args.data ?? join(folder, "data");
    if (run.args.data === null) {
      const sums = write_mnist(root);
      run.emit(
        "data.sha256",
        [...sums.keys()].sort().map((name) => sums.get(name)),
      );
    }
    const [train_loader, test_loader] = loaders(run, root);
    await experiment(run, "dropout", 0.5, [train_loader, test_loader], folder);
    await experiment(run, "plain", 0, [train_loader, test_loader], folder);
    await resume(run, train_loader, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await runIfMain(import.meta.url, "a_mnist", main, options);
