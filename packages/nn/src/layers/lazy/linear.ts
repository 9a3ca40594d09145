import { no_grad, type Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "../../module/construct.ts";
import { UninitializedParameter } from "../../module/uninitialized.ts";
import { factory, type FactoryOptions, Linear } from "../linear.ts";
import { assign, firstInput, hasUninitialized, settle } from "./lazy.ts";

interface LazyLinearArgs extends FactoryOptions {
  out_features: number;
  bias?: boolean;
}

/** A {@link Linear} that takes `in_features` from its first input, and is one afterwards. */
export class LazyLinear extends Linear {
  /** The class it is one of after the first call. */
  get cls_to_become(): typeof Linear {
    return Linear;
  }

  constructor(...args: ConstructorArgs<LazyLinearArgs, ["out_features", "bias", "device", "dtype"]>) {
    const [out_features, bias, device, dtype] = bindConstructor<[number, boolean, unknown, unknown]>(
      "LazyLinear(int out_features, bool bias=True, Device? device=None, ScalarType? dtype=None)",
      args,
    );
    super(0, 0, false);
    const make = (): UninitializedParameter => new UninitializedParameter(true, factory(device, dtype));
    assign(this, { weight: make(), bias: bias ? make() : null, out_features });
  }

  override reset_parameters(): void {
    if (this.in_features !== 0) super.reset_parameters();
  }

  /** Shapes and draws the parameters for the width of `input`. */
  initialize_parameters(input: Tensor): void {
    if (!hasUninitialized(this)) return;
    const width = input.shape.at(-1)!;
    no_grad(() => {
      (this.weight as UninitializedParameter).materialize([this.out_features, width]);
      (this.bias as UninitializedParameter | null)?.materialize([this.out_features]);
      assign(this, { in_features: width });
      this.reset_parameters();
    });
  }

  /** @internal */
  override call_(args: unknown[]): unknown {
    this.initialize_parameters(firstInput(args));
    assign(this, { in_features: this.weight.shape[1] });
    settle(this, LazyLinear);
    return super.call_(args);
  }
}
