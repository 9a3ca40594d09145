import * as torch from "@tt/torch";
import { nn, type optim } from "@tt/torch";
import type { Net } from "./net.ts";
import { Progress } from "./progress.ts";

const F = nn.functional;

/** Images and labels of one batch. */
export type Batches = Iterable<[data: torch.Tensor, target: torch.Tensor]> & { readonly length: number };

export interface Training {
  readonly model: Net;
  readonly optimiser: optim.SGD;
  readonly device: torch.Device;
}

function countCorrect(output: torch.Tensor, target: torch.Tensor): number {
  const pred = output.argmax(1, { keepdim: true });
  return pred.eq(target.view_as(pred)).sum().item();
}

/**
 * One pass over the training set.
 * @param checkpoint - called with the losses so far before the first and every `saveInterval`-th step after it
 */
export async function trainEpoch(
  { model, optimiser, device }: Training,
  loader: Batches,
  label: string,
  saveInterval: number,
  checkpoint: (losses: readonly number[]) => Promise<void>,
): Promise<void> {
  model.train();
  const losses: number[] = [];
  let seen = 0;
  let correct = 0;
  const progress = new Progress(label, loader.length);
  try {
    let i = 0;
    for (const batch of loader) {
      const data = batch[0].to(device, { non_blocking: true });
      const target = batch[1].to(device, { non_blocking: true });
      optimiser.zero_grad();
      const output = model(data);
      const loss = F.nll_loss(output, target);
      loss.backward();
      losses.push(loss.item());
      optimiser.step();
      seen += target.size(0);
      correct += countCorrect(output.detach(), target);
      if (i % saveInterval === 0) await checkpoint(losses);
      progress.update(++i, losses.at(-1)!, correct / seen);
    }
  } finally {
    progress.stop();
  }
}

/** Mean loss and accuracy on a test set. */
export function evaluate({ model, device }: Training, loader: Batches): { loss: number; accuracy: number } {
  model.eval();
  let total = 0;
  let correct = 0;
  let seen = 0;
  torch.no_grad(() => {
    for (const batch of loader) {
      const data = batch[0].to(device, { non_blocking: true });
      const target = batch[1].to(device, { non_blocking: true });
      const output = model(data);
      total += F.nll_loss(output, target, { reduction: "sum" }).item();
      correct += countCorrect(output, target);
      seen += target.size(0);
    }
  });
  return { loss: total / seen, accuracy: correct / seen };
}
