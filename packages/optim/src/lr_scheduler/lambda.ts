import { ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { type AnyOptimizer, LRScheduler, type SchedulerStateDict } from "./scheduler.ts";

/** A factor for each epoch. */
export type LRLambda = (epoch: number) => number;

export interface LambdaLROptions {
  /** One function, or one for each group. */
  lr_lambda?: LRLambda | readonly LRLambda[];
  last_epoch?: number;
  verbose?: boolean;
}

type Read = Required<LambdaLROptions> & { optimizer: AnyOptimizer };

const readLambda = signature<Read>("LambdaLR(Any optimizer, Any lr_lambda, int last_epoch=-1, bool verbose=False)");
const readMultiplicative = signature<Read>(
  "MultiplicativeLR(Any optimizer, Any lr_lambda, int last_epoch=-1, bool verbose=False)",
);

/** What LambdaLR and MultiplicativeLR share. */
abstract class WithLambdas extends LRScheduler {
  lr_lambdas: LRLambda[];

  constructor({ optimizer, lr_lambda, last_epoch, verbose }: Read) {
    super(optimizer, last_epoch, verbose);
    const count = optimizer.param_groups.length;
    if (typeof lr_lambda !== "function" && lr_lambda.length !== count) {
      throw new ValueError(`Expected ${count} lr_lambdas, but got ${lr_lambda.length}`);
    }
    this.lr_lambdas = typeof lr_lambda === "function" ? Array.from({ length: count }, () => lr_lambda) : [...lr_lambda];
    this._initial_step();
  }

  /** The state; functions cannot be saved and are null in it. */
  override state_dict(): SchedulerStateDict {
    return { ...super.state_dict(), lr_lambdas: this.lr_lambdas.map(() => null) };
  }

  override load_state_dict(state_dict: Readonly<SchedulerStateDict>): void {
    const { lr_lambdas: _, ...rest } = state_dict;
    super.load_state_dict(rest);
  }
}

/**
 * Sets the learning rate to the first one times `lr_lambda(epoch)`.
 * @example
 * ```ts
 * import { SGD, lr_scheduler } from "@tt/optim";
 * import { ones } from "@tt/core";
 * const optimizer = new SGD([ones(1)], { lr: 1 });
 * const scheduler = new lr_scheduler.LambdaLR(optimizer, (epoch) => 0.5 ** epoch);
 * optimizer.step();
 * scheduler.step();
 * scheduler.get_last_lr(); // [0.5]
 * ```
 */
export class LambdaLR extends WithLambdas {
  static readonly schema: readonly string[] = readLambda.schema;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [lr_lambda: LRLambda | readonly LRLambda[], last_epoch: number, verbose: boolean],
      LambdaLROptions
    >
  ) {
    super(readLambda([optimizer, ...args]));
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    return this.base_lrs.map((lr, i) => lr * this.lr_lambdas[i]!(this.last_epoch));
  }
}

/** Multiplies the learning rate by `lr_lambda(epoch)` every epoch. */
export class MultiplicativeLR extends WithLambdas {
  static readonly schema: readonly string[] = readMultiplicative.schema;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      [lr_lambda: LRLambda | readonly LRLambda[], last_epoch: number, verbose: boolean],
      LambdaLROptions
    >
  ) {
    super(readMultiplicative([optimizer, ...args]));
  }

  override get_lr(): number[] {
    this.checkCalledWithinStep();
    return this.groups.map(({ lr }, i) => (this.last_epoch > 0 ? lr * this.lr_lambdas[i]!(this.last_epoch) : lr));
  }
}
