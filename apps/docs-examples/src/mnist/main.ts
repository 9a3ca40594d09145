/** The MNIST example: trains a small network on handwritten digits, saves checkpoints and tests it. */

import { wasm } from "@tt/backend-wasm";
import * as torch from "@tt/torch";
import { optim } from "@tt/torch";
import { loadDigits } from "./data.ts";
import { Net } from "./net.ts";
import { readOptions } from "./options.ts";
import { evaluate, trainEpoch, type Training } from "./train.ts";

const { DataLoader } = torch.utils.data;

const args = readOptions(process.argv.slice(2));
try {
  if (args.device === "wasm") await torch.use(wasm());
  torch.manual_seed(args.seed);
  const device = torch.device(args.device);
  const train = loadDigits(args.data, true);
  const test = loadDigits(args.data, false);
  const train_loader = new DataLoader(train, { batch_size: args.batchSize, shuffle: true });
  const test_loader = new DataLoader(test, { batch_size: args.batchSize });

  const model = new Net().to(device);
  const optimiser = new optim.SGD(model.parameters(), { lr: args.lr, momentum: args.momentum });
  if (args.resume) {
    model.load_state_dict(await torch.load("model.pth"));
    optimiser.load_state_dict(await torch.load("optimiser.pth"));
  }

  const training: Training = { model, optimiser, device };
  for (let epoch = 1; epoch <= args.epochs; epoch++) {
    await trainEpoch(training, train_loader, `epoch ${epoch}/${args.epochs}`, args.saveInterval, async (losses) => {
      await torch.save(model.state_dict(), "model.pth");
      await torch.save(optimiser.state_dict(), "optimiser.pth");
      await torch.save(losses, "train_losses.pth");
    });
    const { loss, accuracy } = evaluate(training, test_loader);
    console.log(`test loss ${loss.toFixed(4)}`);
    console.log(`test accuracy ${accuracy.toFixed(4)}`);
  }
} catch (error) {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
