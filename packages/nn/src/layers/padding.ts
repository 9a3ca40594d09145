import type { Tensor } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import { bindConstructor, type ConstructorArgs, pyFloat, pyRepr, type Sizes } from "../module/construct.ts";
import { Module } from "../module/module.ts";

interface PadArgs {
  /** Sizes before and after, the last dimension first; a number for all sides. */
  padding: Sizes;
}

type PadParams = ConstructorArgs<PadArgs, ["padding"]>;

abstract class PadNd extends Module {
  readonly padding: readonly number[];

  constructor(padding: readonly number[]) {
    super();
    this.padding = padding;
  }

  protected pad(input: Tensor, mode: string, value: number | null = null): Tensor {
    return callOp("nn_pad", input, this.padding, mode, value);
  }

  override extra_repr(): string {
    return pyRepr(this.padding);
  }
}

const sides = (name: string, rank: number, args: readonly unknown[]): readonly number[] =>
  bindConstructor<[readonly number[]]>(`${name}(int[${2 * rank}] padding)`, args)[0];

/** Pads one dimension with reflections at the edges. */
export class ReflectionPad1d extends PadNd {
  constructor(...args: PadParams) {
    super(sides("ReflectionPad1d", 1, args));
  }
  override forward(input: Tensor): Tensor {
    return this.pad(input, "reflect");
  }
}

/** Pads two dimensions with reflections at the edges. */
export class ReflectionPad2d extends PadNd {
  constructor(...args: PadParams) {
    super(sides("ReflectionPad2d", 2, args));
  }
  override forward(input: Tensor): Tensor {
    return this.pad(input, "reflect");
  }
}

/** Pads three dimensions with reflections at the edges. */
export class ReflectionPad3d extends PadNd {
  constructor(...args: PadParams) {
    super(sides("ReflectionPad3d", 3, args));
  }
  override forward(input: Tensor): Tensor {
    return this.pad(input, "reflect");
  }
}

/** Pads one dimension by repeating the edges. */
export class ReplicationPad1d extends PadNd {
  constructor(...args: PadParams) {
    super(sides("ReplicationPad1d", 1, args));
  }
  override forward(input: Tensor): Tensor {
    return this.pad(input, "replicate");
  }
}

/** Pads two dimensions by repeating the edges. */
export class ReplicationPad2d extends PadNd {
  constructor(...args: PadParams) {
    super(sides("ReplicationPad2d", 2, args));
  }
  override forward(input: Tensor): Tensor {
    return this.pad(input, "replicate");
  }
}

/** Pads three dimensions by repeating the edges. */
export class ReplicationPad3d extends PadNd {
  constructor(...args: PadParams) {
    super(sides("ReplicationPad3d", 3, args));
  }
  override forward(input: Tensor): Tensor {
    return this.pad(input, "replicate");
  }
}

interface ConstantPadArgs extends PadArgs {
  value: number;
}

type ConstantPadParams = ConstructorArgs<ConstantPadArgs, ["padding", "value"]>;

abstract class ConstantPadNd extends PadNd {
  readonly value: number;

  constructor(name: string, rank: number, args: readonly unknown[]) {
    const [padding, value] = bindConstructor<[readonly number[], number]>(
      `${name}(int[${2 * rank}] padding, float value)`,
      args,
    );
    super(padding);
    this.value = value;
  }

  override forward(input: Tensor): Tensor {
    return this.pad(input, "constant", this.value);
  }

  override extra_repr(): string {
    const value = Number.isInteger(this.value) ? String(this.value) : pyFloat(this.value);
    return `padding=${pyRepr(this.padding)}, value=${value}`;
  }
}

/** Pads one dimension with a number. */
export class ConstantPad1d extends ConstantPadNd {
  constructor(...args: ConstantPadParams) {
    super("ConstantPad1d", 1, args);
  }
}

/** Pads two dimensions with a number. */
export class ConstantPad2d extends ConstantPadNd {
  constructor(...args: ConstantPadParams) {
    super("ConstantPad2d", 2, args);
  }
}

/** Pads three dimensions with a number. */
export class ConstantPad3d extends ConstantPadNd {
  constructor(...args: ConstantPadParams) {
    super("ConstantPad3d", 3, args);
  }
}

/** Pads two dimensions with zeros. */
export class ZeroPad2d extends PadNd {
  constructor(...args: PadParams) {
    super(sides("ZeroPad2d", 2, args));
  }
  override forward(input: Tensor): Tensor {
    return this.pad(input, "constant", 0);
  }
}
