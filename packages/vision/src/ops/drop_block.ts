import { empty, type Tensor, ValueError } from "@tt/core";
import { functional as F, Module } from "@tt/nn";
import { type Arguments, bind } from "../arguments.ts";
import { show } from "../python.ts";

interface DropBlockArgs {
  p: number;
  block_size: number;
  inplace?: boolean;
  eps?: number;
  training?: boolean;
}
const DROP_BLOCK = ["p", "block_size", "inplace", "eps", "training"] as const;

function dropBlock(name: string, rank: 2 | 3, input: Tensor, args: readonly unknown[]): Tensor {
  const defaults = { inplace: false, eps: 1e-6, training: true };
  const o = bind<DropBlockArgs>(name, DROP_BLOCK, defaults, args);
  if (o.p < 0 || o.p > 1) throw new ValueError(`drop probability has to be between 0 and 1, but got ${o.p}.`);
  if (input.ndim !== rank + 2) {
    throw new ValueError(`input should be ${rank + 2} dimensional. Got ${input.ndim} dimensions.`);
  }
  if (!o.training || o.p === 0) return input;
  const sizes = input.shape.slice(2);
  const block = Math.min(o.block_size, ...sizes);
  const starts = sizes.map((size) => size - block + 1);
  const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
  const gamma = (o.p * product(sizes)) / (block ** rank * product(starts));
  const { dtype, device } = input;
  const seeds = empty([...input.shape.slice(0, 2), ...starts], { dtype, device }).bernoulli_(gamma);
  const half = Math.floor(block / 2);
  const padded = F.pad(seeds, new Array<number>(2 * rank).fill(half));
  const pool = rank === 2 ? F.max_pool2d : F.max_pool3d;
  const noise = pool(padded, block, { stride: 1, padding: half }).neg().add(1);
  const scale = noise.sum().add(o.eps).reciprocal().mul(noise.numel());
  return o.inplace ? input.mul_(noise).mul_(scale) : input.mul(noise).mul(scale);
}

/** Zeroes square blocks of [N, C, H, W] and scales the rest (Ghiasi et al. 2018). */
export function drop_block2d(input: Tensor, ...args: Arguments<DropBlockArgs, typeof DROP_BLOCK>): Tensor {
  return dropBlock("drop_block2d()", 2, input, args);
}

/** Zeroes cubic blocks of [N, C, D, H, W] and scales the rest. */
export function drop_block3d(input: Tensor, ...args: Arguments<DropBlockArgs, typeof DROP_BLOCK>): Tensor {
  return dropBlock("drop_block3d()", 3, input, args);
}

interface DropBlockModuleArgs extends Omit<DropBlockArgs, "training"> {}
const MODULE = ["p", "block_size", "inplace", "eps"] as const;

/** {@link drop_block2d} as a module, active in training. */
export class DropBlock2d extends Module {
  readonly p: number;
  readonly block_size: number;
  readonly inplace: boolean;
  readonly eps: number;

  constructor(...args: Arguments<DropBlockModuleArgs, typeof MODULE>) {
    super();
    const o = bind<DropBlockModuleArgs>("DropBlock.__init__()", MODULE, { inplace: false, eps: 1e-6 }, args);
    this.p = o.p;
    this.block_size = o.block_size;
    this.inplace = o.inplace;
    this.eps = o.eps;
  }

  override forward(input: Tensor): Tensor {
    return drop_block2d(input, this.p, this.block_size, this.inplace, this.eps, this.training);
  }

  override extra_repr(): string {
    return `p=${show(this.p)}, block_size=${this.block_size}, inplace=${show(this.inplace)}`;
  }
}

/** {@link drop_block3d} as a module, active in training. */
export class DropBlock3d extends DropBlock2d {
  override forward(input: Tensor): Tensor {
    return drop_block3d(input, this.p, this.block_size, this.inplace, this.eps, this.training);
  }
}
