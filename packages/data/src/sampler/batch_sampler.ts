import { pyRepr, ValueError } from "@tt/core";
import { type Arguments, signature } from "@tt/core/dispatch";
import { withFirst } from "../arguments.ts";
import { checkCount, Sampler } from "./sampler.ts";

export interface BatchSamplerOptions {
  batch_size?: number;
  /** Leaves out a last batch that is too small. */
  drop_last?: boolean;
}

const read = signature<Required<BatchSamplerOptions> & { sampler: Iterable<number> & { readonly length?: number } }>(
  "BatchSampler(Any sampler, Any batch_size, Any drop_last)",
);

/** Batches of what another sampler gives. */
export class BatchSampler extends Sampler<number[]> {
  static readonly schema: readonly string[] = read.schema;
  readonly sampler: Iterable<number> & { readonly length?: number };
  readonly batch_size: number;
  readonly drop_last: boolean;

  /** @throws ValueError unless `batch_size` is a positive integer */
  constructor(
    sampler: Iterable<number> & { readonly length?: number },
    ...args: Arguments<[batch_size: number, drop_last: boolean], BatchSamplerOptions>
  ) {
    super();
    const options = read(withFirst(sampler, args));
    checkCount("batch_size", options.batch_size);
    if (typeof options.drop_last !== "boolean") {
      throw new ValueError(`drop_last should be a boolean value, but got drop_last=${pyRepr(options.drop_last)}`);
    }
    this.sampler = options.sampler;
    this.batch_size = options.batch_size;
    this.drop_last = options.drop_last;
  }

  override get length(): number {
    const { length } = this.sampler;
    if (length === undefined) throw new TypeError("object of type 'Sampler' has no len()");
    return this.drop_last ? Math.floor(length / this.batch_size) : Math.ceil(length / this.batch_size);
  }

  override *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batch_size) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.drop_last) yield batch;
  }
}
