import { Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, positive } from "./constraints/index.ts";
import { Gamma } from "./gamma.ts";
import type { TensorOrNumber } from "./utils.ts";

/** Arguments of {@link Chi2}. */
export interface Chi2Options extends ValidateOptions {
  readonly df: TensorOrNumber;
}

/** The chi-squared distribution of `df` degrees of freedom: Gamma(df / 2, 1 / 2). */
export class Chi2 extends Gamma {
  static override readonly arg_constraints: ArgConstraints<"df"> = { df: positive };

  constructor(...args: ConstructorArgs<Chi2Options, ["df", "validate_args"]>) {
    const [df, validate_args] = bindConstructor<[TensorOrNumber, boolean | null]>(
      "Chi2(Any df, bool? validate_args=None)",
      args,
    );
    super(df instanceof Tensor ? df.mul(0.5) : df * 0.5, 0.5, validate_args);
  }

  /** Degrees of freedom. */
  get df(): Tensor {
    return this.concentration.mul(2);
  }
}
