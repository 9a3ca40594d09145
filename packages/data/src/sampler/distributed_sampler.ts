import { Generator, randperm, ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { withFirst } from "../arguments.ts";
import { Sampler, type Sized } from "./sampler.ts";

export interface DistributedSamplerOptions {
  num_replicas?: number | null;
  rank?: number | null;
  shuffle?: boolean;
  seed?: number;
  /** Leaves out the rest instead of repeating items until all replicas have equally many. */
  drop_last?: boolean;
}

const read = signature<Required<DistributedSamplerOptions> & { dataset: Sized }>(
  "DistributedSampler(Any dataset, int? num_replicas=None, int? rank=None, bool shuffle=True, int seed=0, bool drop_last=False)",
);

/** The part of a dataset that one of several processes visits. */
export class DistributedSampler extends Sampler {
  static readonly schema: readonly string[] = read.schema;
  readonly dataset: Sized;
  readonly num_replicas: number;
  readonly rank: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly drop_last: boolean;
  readonly num_samples: number;
  readonly total_size: number;
  epoch = 0;

  /** @throws ValueError for a rank out of range; RuntimeError when replicas or rank are not given */
  constructor(
    dataset: Sized,
    ...args: Arguments<
      [num_replicas: number | null, rank: number | null, shuffle: boolean, seed: number, drop_last: boolean],
      DistributedSamplerOptions
    >
  ) {
    super();
    const options = read(withFirst(dataset, args));
    const { num_replicas, rank } = options;
    if (num_replicas === null || rank === null) {
      throw new ValueError("DistributedSampler needs num_replicas and rank: there is no default process group to ask");
    }
    if (rank >= num_replicas || rank < 0) {
      throw new ValueError(`Invalid rank ${rank}, rank should be in the interval [0, ${num_replicas - 1}]`);
    }
    this.dataset = options.dataset;
    this.num_replicas = num_replicas;
    this.rank = rank;
    this.shuffle = options.shuffle;
    this.seed = options.seed;
    this.drop_last = options.drop_last;
    const n = this.dataset.length;
    const even = this.drop_last && n % num_replicas !== 0 ? n - num_replicas : n;
    this.num_samples = Math.ceil(even / num_replicas);
    this.total_size = this.num_samples * num_replicas;
  }

  override get length(): number {
    return this.num_samples;
  }

  /** Makes the next pass shuffle differently; all replicas must be given the same epoch. */
  set_epoch(epoch: number): void {
    this.epoch = epoch;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const n = this.dataset.length;
    let order = Array.from({ length: n }, (_, i) => i);
    if (this.shuffle) {
      const generator = new Generator().manual_seed(this.seed + this.epoch);
      order = randperm(n, { generator, device: "cpu" }).tolist() as number[];
    }
    for (let i = this.rank; i < this.total_size; i += this.num_replicas) yield order[i % n]!;
  }
}
