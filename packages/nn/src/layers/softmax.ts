import type { Tensor } from "@tt/core";
import * as F from "../functional/index.ts";
import { bindConstructor, type ConstructorArgs, pyRepr } from "../module/construct.ts";
import { Module } from "../module/module.ts";

type DimArgs = ConstructorArgs<{ dim?: number | null }, ["dim"]>;

abstract class AlongDim extends Module {
  readonly dim: number | null;

  constructor(...args: DimArgs) {
    super();
    [this.dim] = bindConstructor<[number | null]>("Softmax(int? dim=None)", args);
  }

  abstract override forward(input: Tensor): Tensor;
}

/** Exponentials along `dim` divided by their sum. */
export class Softmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return F.softmax(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${pyRepr(this.dim)}`;
  }
}

/** {@link Softmax} of the negated input. */
export class Softmin extends AlongDim {
  override forward(input: Tensor): Tensor {
    return F.softmin(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${pyRepr(this.dim)}`;
  }
}

/** The logarithm of {@link Softmax}. */
export class LogSoftmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return F.log_softmax(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${pyRepr(this.dim)}`;
  }
}

/** {@link Softmax} over the channels at every place of [N, C, H, W] or [C, H, W]. */
export class Softmax2d extends Module {
  override forward(input: Tensor): Tensor {
    return F.softmax(input, -3);
  }
}
