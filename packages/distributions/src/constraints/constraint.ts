import { NotImplementedError, type Tensor } from "@tt/core";
import { inspectable } from "../text.ts";

/** A region in which a variable is valid; parameters and supports of distributions have one. */
export abstract class Constraint {
  /** Whether the region is discrete. */
  get is_discrete(): boolean {
    return false;
  }

  /** Number of rightmost dimensions that make one event, which {@link check} removes. */
  get event_dim(): number {
    return 0;
  }

  /**
   * Which events of `value` are in the region.
   * @returns a bool tensor of `sample_shape + batch_shape`
   */
  check(_value: Tensor): Tensor {
    throw new NotImplementedError(`${this.constructor.name}.check`);
  }

  /** PyTorch's text, such as `GreaterThan(lower_bound=0.0)`. */
  toString(): string {
    return `${this.constructor.name}()`;
  }
}

inspectable(Constraint);

/** Constraints of parameters by name. */
export type ArgConstraints<K extends string = never> = Readonly<Record<string, Constraint>> &
  Readonly<Record<K, Constraint>>;

/** A class of constraints. */
export type ConstraintClass<T extends Constraint = Constraint> = { readonly prototype: T };

/** Makes constraints without `new`; `type` is their class. */
export type ConstraintFactory<A extends readonly unknown[], T extends Constraint> = ((...args: A) => T) & {
  readonly type: ConstraintClass<T>;
};

/** @internal */
export function factory<A extends readonly unknown[], T extends Constraint>(
  type: new (...args: A) => T,
): ConstraintFactory<A, T> {
  return Object.assign((...args: A): T => new type(...args), { type });
}
