import { arange, Generator, manual_seed, rand, tensor, type Tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { DataLoader, default_collate, IterableDataset, SequentialSampler, TensorDataset } from "../index.ts";

const items = Array.from({ length: 10 }, (_, i) => i);

function lists(loader: Iterable<Tensor>): number[][] {
  return Array.from(loader, (batch) => batch.tolist() as number[]);
}

describe("DataLoader", () => {
  it("gives batches in order, the last one smaller unless it is dropped", () => {
    expect(lists(new DataLoader(items, { batch_size: 4 }))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    const loader = new DataLoader(items, { batch_size: 4, drop_last: true });
    expect(lists(loader)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(loader.length).toBe(2);
    expect(new DataLoader(items, 4).length).toBe(3);
  });

  it("shuffles as PyTorch does under a seed, each pass anew", () => {
    manual_seed(0);
    const loader = new DataLoader(items, { batch_size: 10, shuffle: true });
    const [first, second] = [lists(loader), lists(loader)];
    // torch.manual_seed(0); [*DataLoader(range(10), 10, shuffle=True)]
    expect(first).toEqual([[6, 7, 1, 4, 2, 0, 9, 8, 3, 5]]);
    expect(second).not.toEqual(first);
    expect(first.flat().sort((a, b) => a - b)).toEqual(items);
  });

  it("leaves the default generator alone when it has its own", () => {
    manual_seed(1);
    const before = rand(1).item();
    manual_seed(1);
    lists(new DataLoader(items, { shuffle: true, generator: new Generator().manual_seed(5) }));
    expect(rand(1).item()).toBe(before);
  });

  it("draws its base seed when the iterator is made, not later", () => {
    manual_seed(1);
    rand(1);
    manual_seed(1);
    new DataLoader(items)[Symbol.iterator]();
    const after = rand(1).item();
    manual_seed(1);
    expect(rand(1).item()).not.toBe(after);
  });

  it("waits for items and batches that are promises", async () => {
    const slow = { length: 3, at: async (i: number): Promise<number> => i * 10 };
    const batches: unknown[] = [];
    for await (const batch of new DataLoader(slow, { batch_size: 2 })) batches.push(batch.tolist());
    expect(batches).toEqual([[0, 10], [20]]);
    expect(() => [...new DataLoader(slow)]).toThrow('use "for await');
  });

  it("gives single items without a batch size, and takes batches from a sampler", () => {
    expect([...new DataLoader(["a", "b"], { batch_size: null })]).toEqual(["a", "b"]);
    expect(lists(new DataLoader(items, { batch_sampler: [[1, 2], [5]] }))).toEqual([[1, 2], [5]]);
    expect(lists(new DataLoader(items, { sampler: [3, 1], batch_size: 2 }))).toEqual([[3, 1]]);
  });

  it("collates with a function of one's own", () => {
    const loader = new DataLoader(items, { batch_size: 5, collate_fn: (batch: number[]) => batch.length });
    expect([...loader]).toEqual([5, 5]);
  });

  it("walks streams", async () => {
    class Count extends IterableDataset<number> {
      *[Symbol.iterator](): IterableIterator<number> {
        yield* [1, 2, 3];
      }
    }
    class Slow extends IterableDataset<number> {
      async *[Symbol.asyncIterator](): AsyncIterableIterator<number> {
        yield 7;
      }
    }
    expect(lists(new DataLoader(new Count(), { batch_size: 2 }))).toEqual([[1, 2], [3]]);
    expect(lists(new DataLoader(new Count(), { batch_size: 2, drop_last: true }))).toEqual([[1, 2]]);
    expect(() => new DataLoader(new Count()).length).toThrow("object of type 'Count' has no len()");
    expect(() => lists(new DataLoader(new Slow()))).toThrow("Slow is an asynchronous stream");
    const seen: unknown[] = [];
    for await (const batch of new DataLoader(new Slow())) seen.push(batch.tolist());
    expect(seen).toEqual([[7]]);
  });

  it("refuses options that exclude each other", () => {
    const refuse = (options: object): string => {
      try {
        return `none for ${new DataLoader(items, options).length}`;
      } catch (error) {
        return (error as Error).message;
      }
    };
    const sampler = new SequentialSampler(items);
    expect(refuse({ num_workers: -1 })).toContain("num_workers option should be non-negative");
    expect(refuse({ timeout: -1 })).toBe("timeout option should be non-negative");
    expect(refuse({ prefetch_factor: 3 })).toContain(
      "prefetch_factor option could only be specified in multiprocessing",
    );
    expect(refuse({ persistent_workers: true })).toBe("persistent_workers option needs num_workers > 0");
    expect(refuse({ sampler, shuffle: true })).toBe("sampler option is mutually exclusive with shuffle");
    expect(refuse({ batch_sampler: [[1]], batch_size: 2 })).toContain(
      "batch_sampler option is mutually exclusive with",
    );
    expect(refuse({ batch_size: null, drop_last: true })).toContain("batch_size=None option disables auto-batching");
    expect(refuse({ batch_size: 0 })).toBe("batch_size should be a positive integer value, but got batch_size=0");
    expect(refuse({ batch: 2 })).toContain("got an unexpected keyword argument 'batch'");
    class Stream extends IterableDataset<number> {}
    expect(() => new DataLoader(new Stream(), { shuffle: true })).toThrow(
      "DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle=True",
    );
  });
});

describe("default_collate", () => {
  it("stacks tensors and turns numbers into tensors", () => {
    const [x, y] = default_collate([
      [tensor([1, 2]), 0],
      [tensor([3, 4]), 1],
    ] as [Tensor, number][]);
    expect(x.tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(y.dtype.name).toBe("int64");
    expect(default_collate([0.5, 1]).dtype.name).toBe("float64");
    expect(default_collate([true, false]).dtype.name).toBe("bool");
    expect(default_collate([new Float32Array([1]), new Float32Array([2])]).tolist()).toEqual([[1], [2]]);
  });

  it("goes into objects, and leaves strings", () => {
    const batch = default_collate([
      { name: "a", at: { x: 1 } },
      { name: "b", at: { x: 2 } },
    ]);
    expect(batch.name).toEqual(["a", "b"]);
    expect(batch.at.x.tolist()).toEqual([1, 2]);
  });

  it("refuses what does not fit together", () => {
    expect(() => default_collate([[1], [1, 2]])).toThrow("each element in list of batch should be of equal size");
    expect(() => default_collate([null])).toThrow("default_collate: batch must contain tensors");
  });
});

it("TensorDataset's batches are typed and collated", () => {
  const loader = new DataLoader(new TensorDataset(arange(6).reshape(3, 2), arange(3)), { batch_size: 2 });
  const shapes = Array.from(loader, ([x, y]) => [x.shape, y.tolist()]);
  expect(shapes).toEqual([
    [
      [2, 2],
      [0, 1],
    ],
    [[1, 2], [2]],
  ]);
});
