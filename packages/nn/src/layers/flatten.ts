import type { Tensor } from "@tt/core";
import { bindConstructor, type ConstructorArgs, pyRepr, type Sizes } from "../module/construct.ts";
import { Module } from "../module/module.ts";

/** Joins dimensions `start_dim` to `end_dim`; the batch dimension stays by default. */
export class Flatten extends Module {
  readonly start_dim: number;
  readonly end_dim: number;

  constructor(...args: ConstructorArgs<{ start_dim?: number; end_dim?: number }, ["start_dim", "end_dim"]>) {
    super();
    [this.start_dim, this.end_dim] = bindConstructor<[number, number]>(
      "Flatten(int start_dim=1, int end_dim=-1)",
      args,
    );
  }

  override forward(input: Tensor): Tensor {
    return input.flatten(this.start_dim, this.end_dim);
  }

  override extra_repr(): string {
    return `start_dim=${this.start_dim}, end_dim=${this.end_dim}`;
  }
}

/** Splits dimension `dim` into `unflattened_size`. */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattened_size: readonly number[];

  constructor(...args: ConstructorArgs<{ dim: number; unflattened_size: Sizes }, ["dim", "unflattened_size"]>) {
    super();
    [this.dim, this.unflattened_size] = bindConstructor<[number, number[]]>(
      "Unflatten(int dim, int[1] unflattened_size)",
      args,
    );
  }

  override forward(input: Tensor): Tensor {
    return input.unflatten(this.dim, this.unflattened_size);
  }

  override extra_repr(): string {
    return `dim=${this.dim}, unflattened_size=${pyRepr(this.unflattened_size)}`;
  }
}
