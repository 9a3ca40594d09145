import { manual_seed, type Tensor } from "@tt/core";
import { DataLoader, Dataset, importDataset, JsonlDataset, workerDataset } from "@tt/data";
import { describe, expect, it } from "vitest";
import { Squares } from "./datasets.ts";

declare const __ISOLATED__: boolean;

const MODULE = new URL("./datasets.ts", import.meta.url);

async function lists(loader: AsyncIterable<Tensor>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const batch of loader) found.push(batch.tolist());
  return found;
}

describe("a DataLoader with web workers", () => {
  it("keeps the order, of a dataset named by its module's URL", async () => {
    const dataset = await importDataset<Squares>(MODULE, "Squares", 7);
    expect(await lists(new DataLoader(dataset, { batch_size: 2, num_workers: 2 }))).toEqual([
      [0, 1],
      [4, 9],
      [16, 25],
      [36],
    ]);
  });

  it("shuffles as PyTorch does under a seed", async () => {
    manual_seed(5);
    const loader = new DataLoader(await importDataset<Squares>(MODULE, "Squares", 10), {
      batch_size: 4,
      shuffle: true,
      num_workers: 1,
    });
    // torch.manual_seed(5); [*DataLoader(range(10), 4, shuffle=True)], squared
    expect(await lists(loader)).toEqual([
      [64, 9, 0, 25],
      [81, 1, 36, 4],
      [16, 49],
    ]);
  });

  it("shares a stream among workers", async () => {
    const shards = await importDataset<never>(MODULE, "Shards");
    expect(await lists(new DataLoader(shards, { batch_size: 2, num_workers: 2 }))).toEqual([
      [0, 2],
      [1, 3],
      [4, 6],
      [5],
    ]);
    const lines = new JsonlDataset<number>(new Blob(["1\n2\n3\n"]));
    const found: number[] = [];
    for await (const row of new DataLoader(lines, { batch_size: null, num_workers: 2 })) found.push(row);
    expect(found).toEqual([1, 2, 3]);
  });

  it("is faster than none", async () => {
    const dataset = await importDataset<never>(MODULE, "Slow", 40);
    const alone = new DataLoader(dataset, { batch_size: 1 });
    // The first pass also loads what the workers run, module by module.
    const together = new DataLoader(dataset, { batch_size: 1, num_workers: 2, persistent_workers: true });
    expect(new Set((await lists(together)).flat())).toEqual(new Set([0, 1]));
    const seconds = async (loader: AsyncIterable<Tensor>): Promise<number> => {
      const start = performance.now();
      await lists(loader);
      return performance.now() - start;
    };
    let best = 0;
    for (let trial = 0; trial < 3 && best < 1.8; trial++)
      best = Math.max(best, (await seconds(alone)) / (await seconds(together)));
    expect(best).toBeGreaterThan(1.5);
  });

  it("runs a worker script of the program's own", async () => {
    const worker = (): Worker => new Worker(new URL("./own_worker.ts", import.meta.url), { type: "module" });
    const loader = new DataLoader(workerDataset(Squares, 5), { batch_size: 3, num_workers: 2, worker });
    expect(await lists(loader)).toEqual([
      [0, 1, 4],
      [9, 16],
    ]);
  });

  it("gives pinned batches in shared memory where pages are isolated", async () => {
    const dataset = await importDataset<never>(MODULE, "Vectors");
    const sums: number[] = [];
    for await (const batch of new DataLoader(dataset, { batch_size: 4, num_workers: 2, pin_memory: true })) {
      const { buffer } = (batch as Tensor).numpy();
      expect(typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer).toBe(__ISOLATED__);
      sums.push((batch as Tensor).sum().item());
    }
    expect(sums).toEqual([6000, 22_000]);
  });

  it("brings errors and deaths into the loop", async () => {
    const far = await importDataset<Squares>(MODULE, "Squares", 200);
    await expect(lists(new DataLoader(far, { batch_size: 50, num_workers: 2 }))).rejects.toThrow(
      /Caught ValueError in DataLoader worker process 0\.[^]*ValueError: no such square/,
    );
    const closing = await importDataset<Squares>(MODULE, "Closing");
    await expect(lists(new DataLoader(closing, { batch_size: 1, num_workers: 1 }))).rejects.toThrow(
      /DataLoader worker \(worker 0\) exited unexpectedly: .*out of order/,
    );
    class Local extends Dataset<number> {
      override readonly length = 1;
      override at(): number {
        return 1;
      }
    }
    expect(() => new DataLoader(new Local(), { num_workers: 1 })).toThrow("importDataset(new URL(");
  });
});
