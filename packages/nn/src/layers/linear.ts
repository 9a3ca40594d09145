import { empty, Parameter, type DeviceLike, type DType, type Tensor } from "@tt/core";
import * as F from "../functional/index.ts";
import { _calculate_fan_in_and_fan_out, kaiming_uniform_, uniform_ } from "../init/index.ts";
import { bindConstructor, type ConstructorArgs } from "../module/construct.ts";
import { Module } from "../module/module.ts";

/** Where and in which dtype parameters are made. */
export interface FactoryOptions {
  device?: DeviceLike | null;
  dtype?: DType | null;
}

/** What the factories of parameters are given. */
export function factory(device: unknown, dtype: unknown): { device: DeviceLike | null; dtype: DType | null } {
  return { device: device as DeviceLike | null, dtype: dtype as DType | null };
}

interface LinearArgs extends FactoryOptions {
  in_features: number;
  out_features: number;
  bias?: boolean;
}

/**
 * `y = x A^T + b`: input [..., in_features], output [..., out_features].
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { Linear } from "@tt/nn";
 * new Linear(20, 30)(rand(128, 20)).shape; // [128, 30]
 * ```
 */
export class Linear extends Module {
  readonly in_features: number;
  readonly out_features: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(...args: ConstructorArgs<LinearArgs, ["in_features", "out_features", "bias", "device", "dtype"]>) {
    super();
    const [inputs, outputs, bias, device, dtype] = bindConstructor<[number, number, boolean, unknown, unknown]>(
      "Linear(int in_features, int out_features, bool bias=True, Device? device=None, ScalarType? dtype=None)",
      args,
    );
    this.in_features = inputs;
    this.out_features = outputs;
    this.weight = new Parameter(empty([outputs, inputs], factory(device, dtype)));
    this.bias = bias ? new Parameter(empty([outputs], factory(device, dtype))) : null;
    this.reset_parameters();
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    resetLike(this.weight, this.bias);
  }

  override forward(input: Tensor): Tensor {
    return F.linear(input, this.weight, this.bias);
  }

  override extra_repr(): string {
    return `in_features=${this.in_features}, out_features=${this.out_features}, bias=${this.bias === null ? "False" : "True"}`;
  }
}

/** PyTorch's default: kaiming uniform with a = sqrt(5), the bias uniform within 1 / sqrt(fan_in). */
export function resetLike(weight: Tensor, bias: Tensor | null): void {
  kaiming_uniform_(weight, { a: Math.sqrt(5) });
  if (bias === null) return;
  const [fanIn] = _calculate_fan_in_and_fan_out(weight);
  if (fanIn > 0) uniform_(bias, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
}

interface BilinearArgs extends FactoryOptions {
  in1_features: number;
  in2_features: number;
  out_features: number;
  bias?: boolean;
}

/** `y = x1^T A x2 + b`. */
export class Bilinear extends Module {
  readonly in1_features: number;
  readonly in2_features: number;
  readonly out_features: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    ...args: ConstructorArgs<BilinearArgs, ["in1_features", "in2_features", "out_features", "bias", "device", "dtype"]>
  ) {
    super();
    const [in1, in2, out, bias, device, dtype] = bindConstructor<[number, number, number, boolean, unknown, unknown]>(
      "Bilinear(int in1_features, int in2_features, int out_features, bool bias=True, Device? device=None, ScalarType? dtype=None)",
      args,
    );
    this.in1_features = in1;
    this.in2_features = in2;
    this.out_features = out;
    this.weight = new Parameter(empty([out, in1, in2], factory(device, dtype)));
    this.bias = bias ? new Parameter(empty([out], factory(device, dtype))) : null;
    this.reset_parameters();
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    const bound = 1 / Math.sqrt(this.weight.shape[1]!);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    return F.bilinear(input1, input2, this.weight, this.bias);
  }

  override extra_repr(): string {
    return `in1_features=${this.in1_features}, in2_features=${this.in2_features}, out_features=${this.out_features}, bias=${this.bias === null ? "False" : "True"}`;
  }
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Identity {
  <T>(input: T): T;
}

/** Gives its input back; takes and ignores any arguments. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class Identity extends Module {
  // oxlint-disable-next-line no-useless-constructor
  constructor(..._args: readonly unknown[]) {
    super();
  }

  override forward<T>(input: T): T {
    return input;
  }
}
