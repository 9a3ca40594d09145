/** Datasets of program (p), in a module of their own for its workers; of tt they need core and data alone. */

import { initial_seed, rand, tensor, type Tensor, ValueError } from "@tt/core";
import { Dataset, get_worker_info, IterableDataset, TarDataset, type TarEntry } from "@tt/data";

export class Numbers extends IterableDataset<number> {
  readonly n: number;

  constructor(n: number) {
    super();
    this.n = n;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.n; i++) yield i;
  }
}

export class Sharded extends Numbers {
  override *[Symbol.iterator](): IterableIterator<number> {
    const info = get_worker_info();
    const [first, step] = info === null ? [0, 1] : [info.id, info.num_workers];
    for (let i = first; i < this.n; i += step) yield i;
  }
}

export class TarBytes extends IterableDataset<TarEntry> {
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    super();
    this.paths = paths;
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<TarEntry> {
    const info = get_worker_info();
    if (info === null || info.num_workers !== this.paths.length)
      throw new ValueError("one tar file per worker, please");
    yield* new TarDataset(this.paths);
  }
}

export interface Square {
  x: Tensor;
  name: string;
}

export class Squares extends Dataset<Square> {
  override readonly length: number = 10;

  override at(i: number): Square {
    return { x: tensor([i, i * i]), name: `item${i}` };
  }
}

class KeyError extends Error {
  override name = "KeyError";
}

export class Broken extends Squares {
  override at(i: number): Square {
    if (i === 5) throw new KeyError("'item 5 is broken'");
    return super.at(i);
  }
}

export type Seed = [number, number, boolean, string, Tensor];

export class Seeds extends Dataset<Seed> {
  override readonly length: number = 4;

  override at(i: number): Seed {
    const info = get_worker_info()!;
    return [i, info.id, BigInt(initial_seed()) === BigInt(info.seed), String(info.seed), rand(1)];
  }
}
