import * as torch from "../src/index.ts";

const { nn, optim } = torch;
const F = nn.functional;

/** A small network whose activations are large enough to lie in the heap, and one step of its training. */
export class Trainer {
  readonly model: torch.nn.Module;
  private readonly optimizer: torch.optim.SGD;
  private readonly images: torch.Tensor;
  private readonly labels: torch.Tensor;

  constructor(device: string) {
    torch.manual_seed(0);
    this.model = new nn.Sequential(
      new nn.Conv2d(1, 4, 3),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Dropout(0.1),
      new nn.Linear(100, 64),
      new nn.Tanh(),
      new nn.Linear(64, 10),
    ).to(device);
    this.optimizer = new optim.SGD(this.model.parameters(), { lr: 0.05, momentum: 0.5 });
    this.images = torch.rand(16, 1, 12, 12).to(device);
    this.labels = torch.randint(0, 10, [16]).to(device);
  }

  loss(): torch.Tensor {
    const logits = (this.model as unknown as (x: torch.Tensor) => torch.Tensor)(this.images);
    return F.cross_entropy(logits, this.labels);
  }

  step(): number {
    this.optimizer.zero_grad();
    const loss = this.loss();
    loss.backward();
    this.optimizer.step();
    return loss.item();
  }

  /** A step that goes backward through one graph twice. */
  stepTwice(): torch.Tensor {
    this.optimizer.zero_grad({ set_to_none: true });
    const loss = this.loss();
    loss.backward(null, true);
    loss.mul(0.5).backward(null, true);
    this.optimizer.step();
    return loss;
  }

  /** A step that fails: in the forward pass, in the backward pass, or within a scope. */
  fail(how: number): void {
    const stop = (): never => {
      throw new Error("stop");
    };
    const run = [
      () => {
        this.loss();
        stop();
      },
      () => {
        const loss = this.loss();
        const half = loss.mul(0.5);
        half.register_hook(stop);
        half.exp().backward();
      },
      () => torch.scope(() => void [this.loss().backward(), stop()]),
    ][how % 3]!;
    try {
      run();
    } catch (error) {
      if ((error as Error).message !== "stop") throw error;
    }
  }
}

/** Lets timers and finalizers run. */
export const turn = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve, 0));

/** How much higher the least of the last third is than the least of the first: what is about to be freed does not count. */
export function growth(samples: readonly number[]): number {
  const third = Math.floor(samples.length / 3);
  const least = (from: number, to: number): number => Math.min(...samples.slice(from, to));
  return least(samples.length - third, samples.length) - least(0, third);
}
