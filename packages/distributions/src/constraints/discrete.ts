import { Tensor } from "@tt/core";
import { tensorText } from "../text.ts";
import type { TensorOrNumber } from "../utils.ts";
import { Constraint } from "./constraint.ts";
import { atLeast, atMost } from "./numeric.ts";

const isInteger = (value: Tensor): Tensor => value.remainder(1).eq(0);
const isBoolean = (value: Tensor): Tensor => value.eq(0).logical_or(value.eq(1));
const countText = (bound: TensorOrNumber): string => (bound instanceof Tensor ? tensorText(bound) : String(bound));

abstract class Discrete extends Constraint {
  override get is_discrete(): boolean {
    return true;
  }
}

/** The values 0 and 1. */
export class Boolean extends Discrete {
  override check(value: Tensor): Tensor {
    return isBoolean(value);
  }
}

/** One-hot vectors. */
export class OneHot extends Discrete {
  override get event_dim(): number {
    return 1;
  }

  override check(value: Tensor): Tensor {
    return isBoolean(value).all(-1).logical_and(value.sum(-1).eq(1));
  }
}

/** Integers of `[lower_bound, upper_bound]`. */
export class IntegerInterval extends Discrete {
  readonly lower_bound: TensorOrNumber;
  readonly upper_bound: TensorOrNumber;

  constructor(lower_bound: TensorOrNumber, upper_bound: TensorOrNumber) {
    super();
    this.lower_bound = lower_bound;
    this.upper_bound = upper_bound;
  }

  override check(value: Tensor): Tensor {
    return isInteger(value).logical_and(atLeast(value, this.lower_bound)).logical_and(atMost(value, this.upper_bound));
  }

  override toString(): string {
    return `${this.constructor.name}(lower_bound=${countText(this.lower_bound)}, upper_bound=${countText(this.upper_bound)})`;
  }
}

/** Integers of `[lower_bound, inf)`. */
export class IntegerGreaterThan extends Discrete {
  readonly lower_bound: TensorOrNumber;

  constructor(lower_bound: TensorOrNumber) {
    super();
    this.lower_bound = lower_bound;
  }

  override check(value: Tensor): Tensor {
    return isInteger(value).logical_and(atLeast(value, this.lower_bound));
  }

  override toString(): string {
    return `${this.constructor.name}(lower_bound=${countText(this.lower_bound)})`;
  }
}

/** Vectors of nonnegative integers that sum to at most `upper_bound`, as PyTorch checks it. */
export class Multinomial extends Discrete {
  readonly upper_bound: TensorOrNumber;

  constructor(upper_bound: TensorOrNumber) {
    super();
    this.upper_bound = upper_bound;
  }

  override get event_dim(): number {
    return 1;
  }

  override check(value: Tensor): Tensor {
    return value
      .ge(0)
      .all(-1)
      .logical_and(atMost(value.sum(-1), this.upper_bound));
  }
}
