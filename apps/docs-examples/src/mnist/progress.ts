import { Presets, SingleBar } from "cli-progress";

/** A progress bar for one epoch, with the latest loss and the accuracy so far. */
export class Progress {
  private readonly bar: SingleBar;

  constructor(label: string, total: number) {
    this.bar = new SingleBar(
      {
        format: `${label} {bar} {value}/{total} batches | loss {loss} | accuracy {accuracy} | {duration_formatted}`,
        stream: process.stdout,
        hideCursor: true,
        noTTYOutput: !process.stdout.isTTY,
        notTTYSchedule: 2000,
      },
      Presets.shades_classic,
    );
    this.bar.start(total, 0, { loss: "-", accuracy: "-" });
  }

  update(done: number, loss: number, accuracy: number): void {
    this.bar.update(done, { loss: loss.toFixed(4), accuracy: accuracy.toFixed(4) });
  }

  stop(): void {
    this.bar.stop();
  }
}
