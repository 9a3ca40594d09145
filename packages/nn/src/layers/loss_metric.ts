import { type Tensor, ValueError } from "@tt/core";
import * as F from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs } from "../module/construct.ts";
import { Loss, type ReductionArgs } from "./loss.ts";

const TAIL = 'bool? size_average=None, bool? reduce=None, str reduction="mean"';
type Legacy = [size_average: boolean | null, reduce: boolean | null, reduction: string];

interface MarginArgs extends ReductionArgs {
  margin?: number;
}

type MarginParams = ConstructorArgs<MarginArgs, ["margin", "size_average", "reduce", "reduction"]>;

abstract class MarginLoss extends Loss {
  readonly margin: number;

  constructor(margin: number, args: MarginParams) {
    const [bound, size_average, reduce, reduction] = bindConstructor<[number, ...Legacy]>(
      `Loss(float margin=${margin}, ${TAIL})`,
      args,
    );
    super(size_average, reduce, reduction);
    this.margin = bound;
  }
}

/** Distances of pairs that belong together (target 1), margin minus distance for others (-1). */
export class HingeEmbeddingLoss extends MarginLoss {
  constructor(...args: MarginParams) {
    super(1, args);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.hinge_embedding_loss(input, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** Cosine distance of pairs that belong together (target 1), cosine above the margin for others (-1). */
export class CosineEmbeddingLoss extends MarginLoss {
  constructor(...args: MarginParams) {
    super(0, args);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosine_embedding_loss(input1, input2, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** max(0, -target * (input1 - input2) + margin). */
export class MarginRankingLoss extends MarginLoss {
  constructor(...args: MarginParams) {
    super(0, args);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.margin_ranking_loss(input1, input2, target, { margin: this.margin, reduction: this.reduction });
  }
}

interface TripletArgs extends ReductionArgs {
  margin?: number;
  p?: number;
  eps?: number;
  swap?: boolean;
}

/** max(0, |anchor - positive| - |anchor - negative| + margin). */
export class TripletMarginLoss extends Loss {
  readonly margin: number;
  readonly p: number;
  readonly eps: number;
  readonly swap: boolean;

  constructor(
    ...args: ConstructorArgs<TripletArgs, ["margin", "p", "eps", "swap", "size_average", "reduce", "reduction"]>
  ) {
    const [margin, p, eps, swap, size_average, reduce, reduction] = bindConstructor<
      [number, number, number, boolean, ...Legacy]
    >(`TripletMarginLoss(float margin=1, float p=2, float eps=1e-6, bool swap=False, ${TAIL})`, args);
    super(size_average, reduce, reduction);
    this.margin = margin;
    this.p = p;
    this.eps = eps;
    this.swap = swap;
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return F.triplet_margin_loss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

type Distance = (x: Tensor, y: Tensor) => Tensor;

interface TripletDistanceArgs {
  distance_function?: Distance | null;
  margin?: number;
  swap?: boolean;
  reduction?: string;
}

/** {@link TripletMarginLoss} with a distance of your own. */
export class TripletMarginWithDistanceLoss extends Loss {
  readonly distance_function: Distance | null;
  readonly margin: number;
  readonly swap: boolean;

  constructor(...args: ConstructorArgs<TripletDistanceArgs, []>) {
    const [distance, margin, swap, reduction] = bindConstructor<[Distance | null, number, boolean, string]>(
      'TripletMarginWithDistanceLoss(*, Function? distance_function=None, float margin=1, bool swap=False, str reduction="mean")',
      args,
    );
    super(null, null, reduction);
    this.distance_function = distance;
    this.margin = margin;
    this.swap = swap;
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, swap, reduction } = this;
    const distance = this.distance_function;
    const more = distance === null ? {} : { distance_function: distance };
    return F.triplet_margin_with_distance_loss(anchor, positive, negative, { ...more, margin, swap, reduction });
  }
}

interface PoissonArgs extends ReductionArgs {
  log_input?: boolean;
  full?: boolean;
  eps?: number;
}

/** Negative log likelihood of counts under Poisson rates. */
export class PoissonNLLLoss extends Loss {
  readonly log_input: boolean;
  readonly full: boolean;
  readonly eps: number;

  constructor(
    ...args: ConstructorArgs<PoissonArgs, ["log_input", "full", "size_average", "eps", "reduce", "reduction"]>
  ) {
    const [log_input, full, size_average, eps, reduce, reduction] = bindConstructor<
      [boolean, boolean, boolean | null, number, boolean | null, string]
    >(
      'PoissonNLLLoss(bool log_input=True, bool full=False, bool? size_average=None, float eps=1e-8, bool? reduce=None, str reduction="mean")',
      args,
    );
    super(size_average, reduce, reduction);
    this.log_input = log_input;
    this.full = full;
    this.eps = eps;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { log_input, full, eps, reduction } = this;
    return F.poisson_nll_loss(input, target, { log_input, full, eps, reduction });
  }
}

/** Negative log likelihood under normal distributions with means `input` and variances `var_`. */
export class GaussianNLLLoss extends Loss {
  readonly full: boolean;
  readonly eps: number;

  constructor(...args: ConstructorArgs<{ full?: boolean; eps?: number; reduction?: string }, []>) {
    const [full, eps, reduction] = bindConstructor<[boolean, number, string]>(
      'GaussianNLLLoss(*, bool full=False, float eps=1e-6, str reduction="mean")',
      args,
    );
    super(null, null, reduction);
    this.full = full;
    this.eps = eps;
  }

  override forward(input: Tensor, target: Tensor, var_: Tensor): Tensor {
    const { full, eps, reduction } = this;
    return F.gaussian_nll_loss(input, target, var_, { full, eps, reduction });
  }
}

interface CTCArgs {
  blank?: number;
  reduction?: string;
  zero_infinity?: boolean;
}

/** Connectionist temporal classification (Graves et al. 2006): log-probabilities [T, N, C]. */
export class CTCLoss extends Loss {
  readonly blank: number;
  readonly zero_infinity: boolean;

  constructor(...args: ConstructorArgs<CTCArgs, ["blank", "reduction", "zero_infinity"]>) {
    const [blank, reduction, zero_infinity] = bindConstructor<[number, string, boolean]>(
      'CTCLoss(int blank=0, str reduction="mean", bool zero_infinity=False)',
      args,
    );
    if (!["none", "mean", "sum"].includes(reduction))
      throw new ValueError(`${reduction} is not a valid value for reduction`);
    super(null, null, reduction);
    this.blank = blank;
    this.zero_infinity = zero_infinity;
  }

  override forward(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | readonly number[],
    target_lengths: Tensor | readonly number[],
  ): Tensor {
    const { blank, reduction, zero_infinity } = this;
    return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, { blank, reduction, zero_infinity });
  }
}
