import { type Tensor, ValueError } from "@tt/core";
import * as F from "../functional/index.ts";
import { reductionOf } from "../functional/reduction.ts";
import { bindConstructor, type ConstructorArgs } from "../module/construct.ts";
import { Module } from "../module/module.ts";

/** How a loss puts its elements together. */
export interface ReductionArgs {
  size_average?: boolean | null;
  reduce?: boolean | null;
  reduction?: string;
}

const LEGACY = "bool? size_average=None, bool? reduce=None";
const TAIL = `${LEGACY}, str reduction="mean"`;
type Legacy = [size_average: boolean | null, reduce: boolean | null, reduction: string];
type PlainParams = ConstructorArgs<ReductionArgs, ["size_average", "reduce", "reduction"]>;

/** What all losses have. */
export abstract class Loss extends Module {
  readonly reduction: string;

  constructor(size_average: boolean | null, reduce: boolean | null, reduction: string) {
    super();
    // "batchmean" is kl_div's alone; the function says so when it is asked for elsewhere.
    this.reduction =
      size_average === null && reduce === null ? reduction : reductionOf(size_average, reduce, reduction);
  }
}

abstract class PlainLoss extends Loss {
  constructor(...args: PlainParams) {
    super(...bindConstructor<Legacy>(`Loss(${TAIL})`, args));
  }
}

/** A loss with class weights, which move with the module as a buffer. */
export abstract class WeightedLoss extends Loss {
  declare weight: Tensor | null;

  constructor(weight: Tensor | null, ...legacy: Legacy) {
    super(...legacy);
    this.register_buffer("weight", weight);
  }
}

/** Mean (or sum) of |input - target|. */
export class L1Loss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.l1_loss(input, target, { reduction: this.reduction });
  }
}

/** Mean (or sum) of (input - target)^2. */
export class MSELoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.mse_loss(input, target, { reduction: this.reduction });
  }
}

interface NLLArgs extends ReductionArgs {
  weight?: Tensor | null;
  ignore_index?: number;
}

/** Negative log likelihood of classes `target` under log-probabilities `input`: [N, C, ...] and [N, ...]. */
export class NLLLoss extends WeightedLoss {
  readonly ignore_index: number;

  constructor(...args: ConstructorArgs<NLLArgs, ["weight", "size_average", "ignore_index", "reduce", "reduction"]>) {
    const [weight, size_average, ignore_index, reduce, reduction] = bindConstructor<
      [Tensor | null, boolean | null, number, boolean | null, string]
    >(
      'NLLLoss(Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction="mean")',
      args,
    );
    super(weight, size_average, reduce, reduction);
    this.ignore_index = ignore_index;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction } = this;
    return F.nll_loss(input, target, { weight, ignore_index, reduction });
  }
}

/** {@link NLLLoss} under its old name. */
export class NLLLoss2d extends NLLLoss {}

interface CrossEntropyArgs extends NLLArgs {
  label_smoothing?: number;
}

/**
 * Cross-entropy of logits `input` and classes (or class probabilities) `target`.
 * @example
 * ```ts
 * import { randn, tensor, int64 } from "@tt/core";
 * import { CrossEntropyLoss } from "@tt/nn";
 * new CrossEntropyLoss()(randn(3, 5), tensor([1, 0, 4], { dtype: int64 })).shape; // []
 * ```
 */
export class CrossEntropyLoss extends WeightedLoss {
  readonly ignore_index: number;
  readonly label_smoothing: number;

  constructor(
    ...args: ConstructorArgs<
      CrossEntropyArgs,
      ["weight", "size_average", "ignore_index", "reduce", "reduction", "label_smoothing"]
    >
  ) {
    const [weight, size_average, ignore_index, reduce, reduction, smoothing] = bindConstructor<
      [Tensor | null, boolean | null, number, boolean | null, string, number]
    >(
      'CrossEntropyLoss(Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction="mean", float label_smoothing=0)',
      args,
    );
    super(weight, size_average, reduce, reduction);
    this.ignore_index = ignore_index;
    this.label_smoothing = smoothing;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction, label_smoothing } = this;
    return F.cross_entropy(input, target, { weight, ignore_index, reduction, label_smoothing });
  }
}

interface BCEArgs extends ReductionArgs {
  weight?: Tensor | null;
}

/** Binary cross-entropy of probabilities. */
export class BCELoss extends WeightedLoss {
  constructor(...args: ConstructorArgs<BCEArgs, ["weight", "size_average", "reduce", "reduction"]>) {
    super(...bindConstructor<[Tensor | null, ...Legacy]>(`BCELoss(Tensor? weight=None, ${TAIL})`, args));
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.binary_cross_entropy(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

interface BCELogitsArgs extends BCEArgs {
  pos_weight?: Tensor | null;
}

/** Binary cross-entropy of sigmoid(input), without overflow. */
export class BCEWithLogitsLoss extends WeightedLoss {
  declare pos_weight: Tensor | null;

  constructor(
    ...args: ConstructorArgs<BCELogitsArgs, ["weight", "size_average", "reduce", "reduction", "pos_weight"]>
  ) {
    const [weight, size_average, reduce, reduction, pos_weight] = bindConstructor<
      [Tensor | null, ...Legacy, Tensor | null]
    >(`BCEWithLogitsLoss(Tensor? weight=None, ${TAIL}, Tensor? pos_weight=None)`, args);
    super(weight, size_average, reduce, reduction);
    this.register_buffer("pos_weight", pos_weight);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, pos_weight, reduction } = this;
    return F.binary_cross_entropy_with_logits(input, target, { weight, reduction, pos_weight });
  }
}

interface KLDivArgs extends ReductionArgs {
  log_target?: boolean;
}

/** Kullback-Leibler divergence of log-probabilities `input` from `target`. */
export class KLDivLoss extends Loss {
  readonly log_target: boolean;

  constructor(...args: ConstructorArgs<KLDivArgs, ["size_average", "reduce", "reduction", "log_target"]>) {
    const [size_average, reduce, reduction, log_target] = bindConstructor<[...Legacy, boolean]>(
      `KLDivLoss(${TAIL}, bool log_target=False)`,
      args,
    );
    super(size_average, reduce, reduction);
    this.log_target = log_target;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.kl_div(input, target, { reduction: this.reduction, log_target: this.log_target });
  }
}

interface SmoothL1Args extends ReductionArgs {
  beta?: number;
}

/** Squared where the distance is below `beta`, else linear. */
export class SmoothL1Loss extends Loss {
  readonly beta: number;

  constructor(...args: ConstructorArgs<SmoothL1Args, ["size_average", "reduce", "reduction", "beta"]>) {
    const [size_average, reduce, reduction, beta] = bindConstructor<[...Legacy, number]>(
      `SmoothL1Loss(${TAIL}, float beta=1)`,
      args,
    );
    super(size_average, reduce, reduction);
    this.beta = beta;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.smooth_l1_loss(input, target, { reduction: this.reduction, beta: this.beta });
  }
}

/** Half the square where the distance is below `delta`, else linear (Huber 1964). */
export class HuberLoss extends Loss {
  readonly delta: number;

  constructor(...args: ConstructorArgs<{ reduction?: string; delta?: number }, ["reduction", "delta"]>) {
    const [reduction, delta] = bindConstructor<[string, number]>(
      'HuberLoss(str reduction="mean", float delta=1)',
      args,
    );
    super(null, null, reduction);
    this.delta = delta;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.huber_loss(input, target, { reduction: this.reduction, delta: this.delta });
  }
}

/** log(1 + exp(-target * input)) for targets of -1 and 1. */
export class SoftMarginLoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.soft_margin_loss(input, target, { reduction: this.reduction });
  }
}

/** Hinge loss over pairs of a true and another class. */
export class MultiLabelMarginLoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabel_margin_loss(input, target, { reduction: this.reduction });
  }
}

/** Binary cross-entropy over classes that need not exclude each other. */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  constructor(...args: ConstructorArgs<BCEArgs, ["weight", "size_average", "reduce", "reduction"]>) {
    super(
      ...bindConstructor<[Tensor | null, ...Legacy]>(`MultiLabelSoftMarginLoss(Tensor? weight=None, ${TAIL})`, args),
    );
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabel_soft_margin_loss(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

interface MultiMarginArgs extends BCEArgs {
  p?: number;
  margin?: number;
}

/** Hinge loss of a class against all others. */
export class MultiMarginLoss extends WeightedLoss {
  readonly p: number;
  readonly margin: number;

  constructor(
    ...args: ConstructorArgs<MultiMarginArgs, ["p", "margin", "weight", "size_average", "reduce", "reduction"]>
  ) {
    const [p, margin, weight, size_average, reduce, reduction] = bindConstructor<
      [number, number, Tensor | null, ...Legacy]
    >(`MultiMarginLoss(int p=1, float margin=1, Tensor? weight=None, ${TAIL})`, args);
    super(weight, size_average, reduce, reduction);
    if (p !== 1 && p !== 2) throw new ValueError("only p == 1 and p == 2 supported");
    this.p = p;
    this.margin = margin;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return F.multi_margin_loss(input, target, { p, margin, weight, reduction });
  }
}
