import { empty, Parameter, type Tensor } from "@tt/core";
import * as F from "../functional/index.ts";
import { constant_ } from "../init/index.ts";
import { bindConstructor, type ConstructorArgs, pyFloat, pyRepr } from "../module/construct.ts";
import { Module } from "../module/module.ts";
import { factory, type FactoryOptions } from "./linear.ts";

interface Inplace {
  inplace?: boolean;
}

/** A default is a float in PyTorch's text; what is given is shown as given, an integral number as an int. */
const shown = (value: number, byDefault: number): string => (value === byDefault ? pyFloat(value) : pyRepr(value));

const suffix = (inplace: boolean): string => (inplace ? ", inplace=True" : "");

/** Activations whose only argument is `inplace`. */
abstract class InplaceActivation extends Module {
  readonly inplace: boolean;

  constructor(...args: ConstructorArgs<Inplace, ["inplace"]>) {
    super();
    [this.inplace] = bindConstructor<[boolean]>("Activation(bool inplace=False)", args);
  }

  abstract override forward(input: Tensor): Tensor;

  override extra_repr(): string {
    return this.inplace ? "inplace=True" : "";
  }
}

/** `max(0, x)`. */
export class ReLU extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return F.relu(input, { inplace: this.inplace });
  }
}

/** `min(max(0, x), 6)`. */
export class ReLU6 extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return F.relu6(input, { inplace: this.inplace });
  }

  override extra_repr(): string {
    return super.extra_repr();
  }
}

/** `x * sigmoid(x)`. */
export class SiLU extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return F.silu(input, { inplace: this.inplace });
  }
}

/** `x * tanh(softplus(x))`. */
export class Mish extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return F.mish(input, { inplace: this.inplace });
  }
}

/** Self-normalising exponential linear units (Klambauer et al. 2017). */
export class SELU extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return F.selu(input, { inplace: this.inplace });
  }
}

/** A piecewise linear sigmoid. */
export class Hardsigmoid extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return F.hardsigmoid(input, { inplace: this.inplace });
  }

  override extra_repr(): string {
    return "";
  }
}

/** `x * hardsigmoid(x)`. */
export class Hardswish extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return F.hardswish(input, { inplace: this.inplace });
  }

  override extra_repr(): string {
    return "";
  }
}

abstract class PlainActivation extends Module {
  abstract override forward(input: Tensor): Tensor;
}

/** `1 / (1 + exp(-x))`. */
export class Sigmoid extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/** The hyperbolic tangent. */
export class Tanh extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/** `log(sigmoid(x))`. */
export class LogSigmoid extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return F.logsigmoid(input);
  }
}

/** `x / (1 + |x|)`. */
export class Softsign extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return F.softsign(input);
  }
}

/** `x - tanh(x)`. */
export class Tanhshrink extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

interface Alpha extends Inplace {
  alpha?: number;
}

/** Exponential linear units: `x` above 0, `alpha * (exp(x) - 1)` below. */
export class ELU extends Module {
  readonly alpha: number;
  readonly inplace: boolean;

  constructor(...args: ConstructorArgs<Alpha, ["alpha", "inplace"]>) {
    super();
    [this.alpha, this.inplace] = bindConstructor<[number, boolean]>("ELU(float alpha=1, bool inplace=False)", args);
  }

  override forward(input: Tensor): Tensor {
    return F.elu(input, this.alpha, this.inplace);
  }

  override extra_repr(): string {
    return `alpha=${pyFloat(this.alpha)}${suffix(this.inplace)}`;
  }
}

/** As {@link ELU}, with `x / alpha` in the exponential. */
export class CELU extends Module {
  readonly alpha: number;
  readonly inplace: boolean;

  constructor(...args: ConstructorArgs<Alpha, ["alpha", "inplace"]>) {
    super();
    [this.alpha, this.inplace] = bindConstructor<[number, boolean]>("CELU(float alpha=1, bool inplace=False)", args);
  }

  override forward(input: Tensor): Tensor {
    return F.celu(input, this.alpha, this.inplace);
  }

  override extra_repr(): string {
    return `alpha=${pyFloat(this.alpha)}${suffix(this.inplace)}`;
  }
}

/** Gaussian error linear units: `x * Phi(x)`; `approximate` "none" or "tanh". */
export class GELU extends Module {
  readonly approximate: string;

  constructor(...args: ConstructorArgs<{ approximate?: "none" | "tanh" }, ["approximate"]>) {
    super();
    [this.approximate] = bindConstructor<[string]>('GELU(str approximate="none")', args);
  }

  override forward(input: Tensor): Tensor {
    return F.gelu(input, { approximate: this.approximate });
  }

  override extra_repr(): string {
    return `approximate=${pyRepr(this.approximate)}`;
  }
}

/** The first half of `dim` times the sigmoid of the second. */
export class GLU extends Module {
  readonly dim: number;

  constructor(...args: ConstructorArgs<{ dim?: number }, ["dim"]>) {
    super();
    [this.dim] = bindConstructor<[number]>("GLU(int dim=-1)", args);
  }

  override forward(input: Tensor): Tensor {
    return F.glu(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${this.dim}`;
  }
}

/** `x` above 0, `negative_slope * x` below. */
export class LeakyReLU extends Module {
  readonly negative_slope: number;
  readonly inplace: boolean;

  constructor(...args: ConstructorArgs<{ negative_slope?: number; inplace?: boolean }, ["negative_slope", "inplace"]>) {
    super();
    [this.negative_slope, this.inplace] = bindConstructor<[number, boolean]>(
      "LeakyReLU(float negative_slope=0.01, bool inplace=False)",
      args,
    );
  }

  override forward(input: Tensor): Tensor {
    return F.leaky_relu(input, this.negative_slope, this.inplace);
  }

  override extra_repr(): string {
    return `negative_slope=${pyFloat(this.negative_slope)}${suffix(this.inplace)}`;
  }
}

/** As {@link LeakyReLU} with slopes that are drawn in training. */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;
  readonly inplace: boolean;

  constructor(
    ...args: ConstructorArgs<{ lower?: number; upper?: number; inplace?: boolean }, ["lower", "upper", "inplace"]>
  ) {
    super();
    [this.lower, this.upper, this.inplace] = bindConstructor<[number, number, boolean]>(
      "RReLU(float lower=0.125, float upper=0.3333333333333333, bool inplace=False)",
      args,
    );
  }

  override forward(input: Tensor): Tensor {
    return F.rrelu(input, this.lower, this.upper, this.training, this.inplace);
  }

  override extra_repr(): string {
    return `lower=${pyFloat(this.lower)}, upper=${pyFloat(this.upper)}${suffix(this.inplace)}`;
  }
}

/** `x` clamped to [min_val, max_val]. */
export class Hardtanh extends Module {
  readonly min_val: number;
  readonly max_val: number;
  readonly inplace: boolean;

  constructor(
    ...args: ConstructorArgs<
      { min_val?: number; max_val?: number; inplace?: boolean },
      ["min_val", "max_val", "inplace"]
    >
  ) {
    super();
    [this.min_val, this.max_val, this.inplace] = bindConstructor<[number, number, boolean]>(
      "Hardtanh(float min_val=-1, float max_val=1, bool inplace=False)",
      args,
    );
  }

  override forward(input: Tensor): Tensor {
    return F.hardtanh(input, this.min_val, this.max_val, this.inplace);
  }

  override extra_repr(): string {
    return `min_val=${shown(this.min_val, -1)}, max_val=${shown(this.max_val, 1)}${suffix(this.inplace)}`;
  }
}

/** 0 within [-lambd, lambd], `x` elsewhere. */
export class Hardshrink extends Module {
  readonly lambd: number;

  constructor(...args: ConstructorArgs<{ lambd?: number }, ["lambd"]>) {
    super();
    [this.lambd] = bindConstructor<[number]>("Hardshrink(float lambd=0.5)", args);
  }

  override forward(input: Tensor): Tensor {
    return F.hardshrink(input, this.lambd);
  }

  override extra_repr(): string {
    return pyFloat(this.lambd);
  }
}

/** `x` moved towards 0 by `lambd`. */
export class Softshrink extends Module {
  readonly lambd: number;

  constructor(...args: ConstructorArgs<{ lambd?: number }, ["lambd"]>) {
    super();
    [this.lambd] = bindConstructor<[number]>("Softshrink(float lambd=0.5)", args);
  }

  override forward(input: Tensor): Tensor {
    return F.softshrink(input, this.lambd);
  }

  override extra_repr(): string {
    return pyFloat(this.lambd);
  }
}

/** `log(1 + exp(beta * x)) / beta`; linear above `threshold`. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(...args: ConstructorArgs<{ beta?: number; threshold?: number }, ["beta", "threshold"]>) {
    super();
    [this.beta, this.threshold] = bindConstructor<[number, number]>("Softplus(float beta=1, float threshold=20)", args);
  }

  override forward(input: Tensor): Tensor {
    return F.softplus(input, this.beta, this.threshold);
  }

  override extra_repr(): string {
    return `beta=${pyRepr(this.beta)}, threshold=${pyRepr(this.threshold)}`;
  }
}

/** `x` above `threshold`, else `value`. */
export class Threshold extends Module {
  readonly threshold: number;
  readonly value: number;
  readonly inplace: boolean;

  constructor(
    ...args: ConstructorArgs<{ threshold: number; value: number; inplace?: boolean }, ["threshold", "value", "inplace"]>
  ) {
    super();
    [this.threshold, this.value, this.inplace] = bindConstructor<[number, number, boolean]>(
      "Threshold(float threshold, float value, bool inplace=False)",
      args,
    );
  }

  override forward(input: Tensor): Tensor {
    return F.threshold(input, this.threshold, this.value, this.inplace);
  }

  override extra_repr(): string {
    return `threshold=${pyRepr(this.threshold)}, value=${pyRepr(this.value)}${suffix(this.inplace)}`;
  }
}

interface PReLUArgs extends FactoryOptions {
  num_parameters?: number;
  init?: number;
}

/** As {@link LeakyReLU} with a slope, or one for each channel, that is learned. */
export class PReLU extends Module {
  readonly num_parameters: number;
  weight: Parameter;

  constructor(...args: ConstructorArgs<PReLUArgs, ["num_parameters", "init", "device", "dtype"]>) {
    super();
    const [count, init, device, dtype] = bindConstructor<[number, number, unknown, unknown]>(
      "PReLU(int num_parameters=1, float init=0.25, Device? device=None, ScalarType? dtype=None)",
      args,
    );
    this.num_parameters = count;
    this.weight = new Parameter(constant_(empty([count], factory(device, dtype)), init));
  }

  override forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight);
  }

  override extra_repr(): string {
    return `num_parameters=${this.num_parameters}`;
  }
}
