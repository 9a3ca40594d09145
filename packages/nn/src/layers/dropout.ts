import { type Tensor, ValueError } from "@tt/core";
import * as F from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr } from "../module/construct.ts";
import { Module } from "../module/module.ts";

type DropoutParams = ConstructorArgs<{ p?: number; inplace?: boolean }, ["p", "inplace"]>;
type DropoutFunction = typeof F.dropout;

abstract class DropoutBase extends Module {
  readonly p: number;
  readonly inplace: boolean;

  constructor(...args: DropoutParams) {
    super();
    [this.p, this.inplace] = bindConstructor<[number, boolean]>("Dropout(float p=0.5, bool inplace=False)", args);
    if (this.p < 0 || this.p > 1) {
      throw new ValueError(`dropout probability has to be between 0 and 1, but got ${this.p}`);
    }
  }

  abstract override forward(input: Tensor): Tensor;

  protected run(fn: DropoutFunction, input: Tensor): Tensor {
    return fn(input, this.p, this.training, this.inplace);
  }

  override extra_repr(): string {
    return `p=${pyRepr(this.p)}, inplace=${pyRepr(this.inplace)}`;
  }
}

/** In training, zeroes each element with probability `p` and scales the rest by 1 / (1 - p). */
export class Dropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return this.run(F.dropout, input);
  }
}

/** {@link Dropout} of whole channels of [N, C, L]. */
export class Dropout1d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return this.run(F.dropout1d, input);
  }
}

/** {@link Dropout} of whole channels of [N, C, H, W]. */
export class Dropout2d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return this.run(F.dropout2d, input);
  }
}

/** {@link Dropout} of whole channels of [N, C, D, H, W]. */
export class Dropout3d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return this.run(F.dropout3d, input);
  }
}

/** Dropout that keeps mean and variance of self-normalising networks. */
export class AlphaDropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return F.alpha_dropout(input, this.p, this.training);
  }
}

/** {@link AlphaDropout} of whole channels. */
export class FeatureAlphaDropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return F.feature_alpha_dropout(input, this.p, this.training);
  }
}
