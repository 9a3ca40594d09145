import { arange, Generator, manual_seed, ones } from "@tt/core";
import { describe, expect, it } from "vitest";
import {
  BatchSampler,
  ChainDataset,
  ConcatDataset,
  DistributedSampler,
  IterableDataset,
  random_split,
  RandomSampler,
  StackDataset,
  Subset,
  TensorDataset,
  WeightedRandomSampler,
} from "../index.ts";

class Stream extends IterableDataset<number> {
  readonly values: readonly number[];
  constructor(values: readonly number[]) {
    super();
    this.values = values;
  }
  *[Symbol.iterator](): IterableIterator<number> {
    yield* this.values;
  }
}

describe("datasets", () => {
  it("TensorDataset gives rows", () => {
    const dataset = new TensorDataset(arange(4).reshape(2, 2), arange(2));
    expect(dataset.at(-1).map((t) => t.tolist())).toEqual([[2, 3], 1]);
    expect(() => new TensorDataset(ones(2), ones(3))).toThrow("Size mismatch between tensors");
  });

  it("ConcatDataset counts through its parts, from either end", () => {
    const joined = new ConcatDataset([[1, 2], [], [3]]);
    expect([joined.length, joined.at(2), joined.at(-3)]).toEqual([3, 3, 1]);
    expect(() => joined.at(-4)).toThrow("absolute value of index should not exceed dataset length");
    expect(() => new ConcatDataset([])).toThrow("datasets should not be an empty iterable");
    expect(() => new ConcatDataset([new Stream([1]) as never])).toThrow("does not support IterableDataset");
  });

  it("ChainDataset, Subset and StackDataset", async () => {
    const chain = new ChainDataset([new Stream([1]), new Stream([2, 3])]);
    expect([...chain]).toEqual([1, 2, 3]);
    const seen: number[] = [];
    for await (const value of { [Symbol.asyncIterator]: () => chain[Symbol.asyncIterator]() }) seen.push(value);
    expect(seen).toEqual([1, 2, 3]);
    expect(new Subset(["a", "b", "c"], [2, 0]).at(0)).toBe("c");
    expect(new StackDataset({ x: [1, 2], y: ["a", "b"] }).at(1)).toEqual({ x: 2, y: "b" });
    expect(() => new StackDataset([[1], [1, 2]])).toThrow("Size mismatch between datasets");
  });

  it("random_split takes lengths and fractions", () => {
    manual_seed(0);
    const items = Array.from({ length: 10 }, (_, i) => i);
    const parts = random_split(items, [0.5, 0.25, 0.25]);
    expect(parts.map((part) => part.length)).toEqual([6, 2, 2]);
    expect(parts.flatMap((part) => [...part.indices]).sort((a, b) => a - b)).toEqual(items);
    const split = (): readonly number[] => random_split(items, [3, 7], new Generator().manual_seed(1))[0]!.indices;
    expect(split()).toEqual(split());
    expect(() => random_split(items, [3, 3])).toThrow(
      "Sum of input lengths does not equal the length of the input dataset!",
    );
  });
});

describe("samplers", () => {
  it("check their counts", () => {
    expect(() => new RandomSampler([])).toThrow(
      "num_samples should be a positive integer value, but got num_samples=0",
    );
    expect(() => new BatchSampler([1], 0, false)).toThrow("batch_size should be a positive integer value");
    expect(() => new BatchSampler([1], 1, 3 as never)).toThrow(
      "drop_last should be a boolean value, but got drop_last=3",
    );
    expect(() => new WeightedRandomSampler([1], 0)).toThrow("num_samples should be a positive integer");
  });

  it("draw as often as asked", () => {
    manual_seed(0);
    expect([...new RandomSampler([0, 1, 2], { num_samples: 7 })]).toHaveLength(7);
    expect([...new RandomSampler([0, 1], true, 40)]).toHaveLength(40);
    expect(new Set(new WeightedRandomSampler([0, 1, 0], 5))).toEqual(new Set([1]));
    expect(new BatchSampler([1, 2, 3], 2, true).length).toBe(1);
  });

  it("DistributedSampler gives every replica as many", () => {
    const part = (rank: number, drop_last: boolean): number[] => [
      ...new DistributedSampler([0, 0, 0, 0, 0], 2, rank, false, { drop_last }),
    ];
    expect([part(0, false), part(1, false)]).toEqual([
      [0, 2, 4],
      [1, 3, 0],
    ]);
    expect([part(0, true), part(1, true)]).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(() => new DistributedSampler([0], 2, 2)).toThrow("Invalid rank 2, rank should be in the interval [0, 1]");
  });
});
