import { Tensor } from "@tt/core";
import { boundText } from "../text.ts";
import type { TensorOrNumber } from "../utils.ts";
import { Constraint } from "./constraint.ts";

/** `bound <= value` */
export const atLeast = (value: Tensor, bound: TensorOrNumber): Tensor =>
  bound instanceof Tensor ? bound.le(value) : value.ge(bound);

/** `value <= bound` */
export const atMost = (value: Tensor, bound: TensorOrNumber): Tensor => value.le(bound);

/** The extended real line; NaN is outside. */
export class Real extends Constraint {
  override check(value: Tensor): Tensor {
    return value.eq(value);
  }
}

/** `(lower_bound, inf]` */
export class GreaterThan extends Constraint {
  readonly lower_bound: TensorOrNumber;

  constructor(lower_bound: TensorOrNumber) {
    super();
    this.lower_bound = lower_bound;
  }

  override check(value: Tensor): Tensor {
    return this.lower_bound instanceof Tensor ? this.lower_bound.lt(value) : value.gt(this.lower_bound);
  }

  override toString(): string {
    return `${this.constructor.name}(lower_bound=${boundText(this.lower_bound)})`;
  }
}

/** `[lower_bound, inf)` */
export class GreaterThanEq extends Constraint {
  readonly lower_bound: TensorOrNumber;

  constructor(lower_bound: TensorOrNumber) {
    super();
    this.lower_bound = lower_bound;
  }

  override check(value: Tensor): Tensor {
    return atLeast(value, this.lower_bound);
  }

  override toString(): string {
    return `${this.constructor.name}(lower_bound=${boundText(this.lower_bound)})`;
  }
}

/** `[-inf, upper_bound)` */
export class LessThan extends Constraint {
  readonly upper_bound: TensorOrNumber;

  constructor(upper_bound: TensorOrNumber) {
    super();
    this.upper_bound = upper_bound;
  }

  override check(value: Tensor): Tensor {
    return value.lt(this.upper_bound);
  }

  override toString(): string {
    return `${this.constructor.name}(upper_bound=${boundText(this.upper_bound)})`;
  }
}

/** `[lower_bound, upper_bound]` */
export class Interval extends Constraint {
  readonly lower_bound: TensorOrNumber;
  readonly upper_bound: TensorOrNumber;

  constructor(lower_bound: TensorOrNumber, upper_bound: TensorOrNumber) {
    super();
    this.lower_bound = lower_bound;
    this.upper_bound = upper_bound;
  }

  override check(value: Tensor): Tensor {
    return atLeast(value, this.lower_bound).logical_and(atMost(value, this.upper_bound));
  }

  override toString(): string {
    const [lower, upper] = [boundText(this.lower_bound), boundText(this.upper_bound)];
    return `${this.constructor.name}(lower_bound=${lower}, upper_bound=${upper})`;
  }
}

/** `[lower_bound, upper_bound)` */
export class HalfOpenInterval extends Interval {
  override check(value: Tensor): Tensor {
    return atLeast(value, this.lower_bound).logical_and(value.lt(this.upper_bound));
  }
}
