import { cat, stack, type Tensor, ValueError } from "@tt/core";
import { Constraint } from "./constraint.ts";

/** Counts `reinterpreted_batch_ndims` more dimensions to the event, which is valid when all its entries are. */
export class IndependentConstraint extends Constraint {
  readonly base_constraint: Constraint;
  readonly reinterpreted_batch_ndims: number;

  constructor(base_constraint: Constraint, reinterpreted_batch_ndims: number) {
    super();
    this.base_constraint = base_constraint;
    this.reinterpreted_batch_ndims = reinterpreted_batch_ndims;
  }

  override get is_discrete(): boolean {
    return this.base_constraint.is_discrete;
  }

  override get event_dim(): number {
    return this.base_constraint.event_dim + this.reinterpreted_batch_ndims;
  }

  override check(value: Tensor): Tensor {
    const result = this.base_constraint.check(value);
    if (result.ndim < this.reinterpreted_batch_ndims) {
      throw new ValueError(`Expected value.dim() >= ${this.event_dim} but got ${value.ndim}`);
    }
    return result.reshape([...result.shape.slice(0, result.ndim - this.reinterpreted_batch_ndims), -1]).all(-1);
  }

  override toString(): string {
    return `${this.constructor.name}(${this.base_constraint.toString()}, ${this.reinterpreted_batch_ndims})`;
  }
}

function checkDim(value: Tensor, dim: number): void {
  if (dim < -value.ndim || dim >= value.ndim) {
    throw new ValueError(`Expected dim in [${-value.ndim}, ${value.ndim - 1}] but got ${dim}`);
  }
}

/** Constraints of parts along `dim`, of `lengths` each (1 by default), as `cat` joins them. */
export class Cat extends Constraint {
  readonly cseq: readonly Constraint[];
  readonly dim: number;
  readonly lengths: readonly number[];

  constructor(cseq: readonly Constraint[], dim = 0, lengths: readonly number[] | null = null) {
    super();
    this.cseq = [...cseq];
    this.dim = dim;
    this.lengths = lengths === null ? this.cseq.map(() => 1) : [...lengths];
    if (this.lengths.length !== this.cseq.length) {
      throw new ValueError(
        `Expected a length for each of ${this.cseq.length} constraints but got ${this.lengths.length}`,
      );
    }
  }

  override get is_discrete(): boolean {
    return this.cseq.some((c) => c.is_discrete);
  }

  override get event_dim(): number {
    return Math.max(...this.cseq.map((c) => c.event_dim));
  }

  override check(value: Tensor): Tensor {
    checkDim(value, this.dim);
    let start = 0;
    const checks = this.cseq.map((constraint, i) => {
      const part = value.narrow(this.dim, start, this.lengths[i]!);
      start += this.lengths[i]!;
      return constraint.check(part);
    });
    return cat(checks, this.dim);
  }
}

/** Constraints of the slices along `dim`, as `stack` joins them. */
export class Stack extends Constraint {
  readonly cseq: readonly Constraint[];
  readonly dim: number;

  constructor(cseq: readonly Constraint[], dim = 0) {
    super();
    this.cseq = [...cseq];
    this.dim = dim;
  }

  override get is_discrete(): boolean {
    return this.cseq.some((c) => c.is_discrete);
  }

  override get event_dim(): number {
    const dim = Math.max(...this.cseq.map((c) => c.event_dim));
    return this.dim + dim < 0 ? dim + 1 : dim;
  }

  override check(value: Tensor): Tensor {
    checkDim(value, this.dim);
    return stack(
      this.cseq.map((constraint, i) => constraint.check(value.select(this.dim, i))),
      this.dim,
    );
  }
}
