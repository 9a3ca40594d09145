import { NotImplementedError, type Tensor, ValueError } from "@tt/core";
import { Constraint } from "./constraint.ts";

/** What is known of a dependent constraint without an instance. */
export interface StaticAttributes {
  readonly is_discrete?: boolean;
  readonly event_dim?: number;
}

/** Stands for the region of a variable that depends on other variables. */
export class Dependent extends Constraint {
  private readonly known: StaticAttributes;

  constructor(known: StaticAttributes = {}) {
    super();
    this.known = known;
  }

  override get is_discrete(): boolean {
    if (this.known.is_discrete === undefined) {
      throw new NotImplementedError(".is_discrete cannot be determined statically");
    }
    return this.known.is_discrete;
  }

  override get event_dim(): number {
    if (this.known.event_dim === undefined) throw new NotImplementedError(".event_dim cannot be determined statically");
    return this.known.event_dim;
  }

  override check(_value: Tensor): Tensor {
    throw new ValueError("Cannot determine validity of dependent constraint");
  }
}

/** Whether the constraint depends on other variables and so cannot be checked. */
export function is_dependent(constraint: Constraint): constraint is Dependent {
  return constraint instanceof Dependent;
}
