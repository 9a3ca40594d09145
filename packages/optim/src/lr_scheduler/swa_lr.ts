import { ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { type AnyOptimizer, LRScheduler } from "./scheduler.ts";

export interface SWALROptions {
  /** The learning rate to end at; one, or one for each group. */
  swa_lr?: number | readonly number[];
  anneal_epochs?: number;
  anneal_strategy?: "cos" | "linear";
  last_epoch?: number;
}

const read = signature<Required<SWALROptions> & { optimizer: AnyOptimizer }>(
  'SWALR(Any optimizer, Any swa_lr, float anneal_epochs=10, str anneal_strategy="cos", int last_epoch=-1)',
);

/** Goes to a fixed learning rate, for averaging weights (`torch.optim.swa_utils.SWALR`). */
export class SWALR extends LRScheduler {
  static readonly schema: readonly string[] = read.schema;
  anneal_epochs: number;
  anneal_strategy: string;

  /** @throws ValueError for values out of range */
  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [
        swa_lr: number | readonly number[],
        anneal_epochs: number,
        anneal_strategy: "cos" | "linear",
        last_epoch: number,
      ],
      SWALROptions
    >
  ) {
    const { swa_lr, anneal_epochs, anneal_strategy, last_epoch, optimizer: given } = read([optimizer, ...args]);
    const groups = given.param_groups;
    if (typeof swa_lr !== "number" && swa_lr.length !== groups.length) {
      throw new ValueError(
        `swa_lr must have the same length as optimizer.param_groups: swa_lr has ${swa_lr.length}, optimizer.param_groups has ${groups.length}`,
      );
    }
    if (anneal_strategy !== "cos" && anneal_strategy !== "linear") {
      throw new ValueError(`anneal_strategy must by one of 'cos' or 'linear', instead got ${String(anneal_strategy)}`);
    }
    if (!Number.isInteger(anneal_epochs) || anneal_epochs < 0) {
      throw new ValueError(`anneal_epochs must be equal or greater than 0, got ${anneal_epochs}`);
    }
    groups.forEach((group, i) => {
      group["swa_lr"] = typeof swa_lr === "number" ? swa_lr : swa_lr[i]!;
    });
    super(given, last_epoch);
    this.anneal_epochs = anneal_epochs;
    this.anneal_strategy = anneal_strategy;
    this._initial_step();
  }

  private part(step: number): number {
    const t = Math.max(0, Math.min(1, step / Math.max(1, this.anneal_epochs)));
    return this.anneal_strategy === "linear" ? t : (1 - Math.cos(Math.PI * t)) / 2;
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    const step = this.anneal_epochs === 0 ? Math.max(1, this._step_count - 1) : this._step_count - 1;
    const before = this.part(step - 1);
    const now = this.part(step);
    return this.groups.map((group) => {
      const end = group["swa_lr"] as number;
      const start = before === 1 ? end : (group.lr - before * end) / (1 - before);
      return end * now + start * (1 - now);
    });
  }
}
