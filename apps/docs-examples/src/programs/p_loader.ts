/** (p) DataLoader: iterable data sets, worker processes, shards, tar files. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importDataset } from "@tt/data";
import * as torch from "@tt/torch";
import { packTar } from "modern-tar";
import { type Run, runIfMain } from "./common.ts";
import { Numbers, type Seed, type Seeds, Sharded, type Square, Squares, type TarBytes } from "./p_loader_data.ts";

const {
  BatchSampler,
  ConcatDataset,
  DataLoader,
  get_worker_info,
  random_split,
  RandomSampler,
  SequentialSampler,
  Subset,
  TensorDataset,
  WeightedRandomSampler,
} = torch.utils.data;

const DATA = new URL("./p_loader_data.ts", import.meta.url);

const numbers = (n: number): Promise<Numbers> => importDataset<Numbers>(DATA, "Numbers", n);
const sharded = (n: number): Promise<Sharded> => importDataset<Sharded>(DATA, "Sharded", n);

async function all<T>(loader: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const batch of loader) found.push(batch);
  return found;
}

const lists = async (loader: AsyncIterable<torch.Tensor>): Promise<unknown[]> =>
  (await all(loader)).map((b) => b.tolist());
const firsts = async (loader: AsyncIterable<readonly torch.Tensor[]>): Promise<unknown[]> =>
  (await all(loader)).map((b) => b[0]!.tolist());
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

async function writeTars(folder: string): Promise<string[]> {
  return Promise.all(
    [0, 1].map(async (part) => {
      const path = join(folder, `part${part}.tar`);
      const entries = [0, 1, 2].map((k) => ({
        header: { name: `${part}/${k}.bin`, size: k + 1 },
        body: new Uint8Array(k + 1).fill(part * 100 + k),
      }));
      await writeFile(path, await packTar(entries));
      return path;
    }),
  );
}

export async function main(run: Run): Promise<void> {
  run.emit("no workers", await lists(new DataLoader(new Numbers(10), { batch_size: 4 })));
  run.emit("drop_last", await lists(new DataLoader(new Numbers(10), { batch_size: 4, drop_last: true })));
  run.emit(
    "2 workers, every item twice",
    await lists(new DataLoader(await numbers(10), { batch_size: 4, num_workers: 2 })),
  );
  run.emit("2 workers, sharded", await lists(new DataLoader(await sharded(10), { batch_size: 4, num_workers: 2 })));
  run.emit("3 workers, sharded", await lists(new DataLoader(await sharded(10), { batch_size: 2, num_workers: 3 })));
  run.emit("unbatched", await all(new DataLoader(new Sharded(5), { batch_size: null })));
  run.emit("worker info in the main process", get_worker_info());

  const folder = await mkdtemp(join(tmpdir(), "tt-loader-"));
  try {
    const paths = await writeTars(folder);
    const loader = new DataLoader(await importDataset<TarBytes>(DATA, "TarBytes", paths), {
      batch_size: null,
      num_workers: 2,
    });
    run.emit(
      "tar",
      (await all(loader)).map(([name, data]) => [name, data.tolist()]),
    );
  } finally {
    await rm(folder, { recursive: true });
  }

  const squares = await importDataset<Squares>(DATA, "Squares");
  const batches = await all(new DataLoader(squares, { batch_size: 4, num_workers: 2 }));
  run.emit("dict batch keys", Object.keys(batches[0]!));
  run.emit(
    "dict batch x",
    batches.map((b) => b.x.tolist()),
  );
  run.emit(
    "dict batch names",
    batches.map((b) => b.name),
  );
  const same = await all(new DataLoader(new Squares(), { batch_size: 4 }));
  run.emit(
    "workers keep the order",
    same.length === batches.length && same.every((b, i) => torch.equal(b.x, batches[i]!.x)),
  );

  const ten = new TensorDataset(torch.arange(10));
  torch.manual_seed(5);
  const seeds = await all(new DataLoader(await importDataset<Seeds>(DATA, "Seeds"), { num_workers: 2 }));
  run.emit(
    "worker seeds [index, worker, initial_seed is seed, seed, rand]",
    seeds.map((batch) =>
      (batch as unknown as Seed).map((v) => (Array.isArray(v) ? v[0] : (v as unknown as torch.Tensor).item())),
    ),
  );
  torch.manual_seed(5);
  run.emit("shuffled", await firsts(new DataLoader(ten, { batch_size: 4, shuffle: true })));
  torch.manual_seed(5);
  run.emit("shuffled, 2 workers", await firsts(new DataLoader(ten, { batch_size: 4, shuffle: true, num_workers: 2 })));
  let g = new torch.Generator().manual_seed(7);
  const shuffled = new DataLoader(ten, { batch_size: 4, shuffle: true, generator: g });
  run.emit("shuffled twice by a generator", [await firsts(shuffled), await firsts(shuffled)]);
  run.emit("len", [
    new DataLoader(new Squares(), { batch_size: 4 }).length,
    new DataLoader(new Squares(), { batch_size: 4, drop_last: true }).length,
  ]);

  g = new torch.Generator().manual_seed(7);
  run.emit("RandomSampler", [...new RandomSampler(range(0, 8), { generator: g })]);
  run.emit("RandomSampler replacement", [
    ...new RandomSampler(range(0, 8), { replacement: true, num_samples: 12, generator: g }),
  ]);
  run.emit("WeightedRandomSampler", [...new WeightedRandomSampler([0.1, 0.9, 0.4, 0.7], 8, { generator: g })]);
  run.emit("BatchSampler", [...new BatchSampler(new SequentialSampler(range(0, 7)), 3, false)]);
  const parts = random_split(range(0, 10), [7, 3], { generator: new torch.Generator().manual_seed(42) });
  run.emit(
    "random_split",
    parts.map((p) => [...p.indices]),
  );
  run.emit(
    "random_split fractions",
    random_split(range(0, 10), [0.5, 0.3, 0.2]).map((p) => p.length),
  );
  const both = new ConcatDataset<number>([new Subset<number>(range(100, 110), [1, 3]), range(0, 3)]);
  run.emit(
    "ConcatDataset",
    range(0, both.length).map((i) => both.at(i)),
  );
  const first = async <T>(loader: AsyncIterable<T>): Promise<T> => (await all(loader))[0]!;
  run.emit("collate numbers", [
    String((await first(new DataLoader([1, 2], { batch_size: 2 }))).dtype),
    // Python's 1.0 and 2.0 are floats; in JavaScript only what has a fraction is.
    String((await first(new DataLoader([1.5, 2.5], { batch_size: 2 }))).dtype),
    String((await first(new DataLoader([true, false], { batch_size: 2 }))).dtype),
  ]);
  const pairs: [number, number][] = [
    [1, 2.5],
    [3, 4.5],
  ];
  run.emit(
    "collate pairs",
    (await first(new DataLoader(pairs, { batch_size: 2 }))).map((b) => b.tolist()),
  );
  run.emit(
    "own collate",
    await all(
      new DataLoader([1, 2, 3], { batch_size: 2, collate_fn: (items: number[]) => items.reduce((s, v) => s + v, 0) }),
    ),
  );
  const loader = new DataLoader(await sharded(4), {
    batch_size: 2,
    num_workers: 2,
    persistent_workers: true,
    prefetch_factor: 2,
  });
  run.emit("persistent, two epochs", [await lists(loader), await lists(loader)]);
  const bad: Readonly<Record<string, () => unknown>> = {
    "shuffle iterable": () => new DataLoader(new Numbers(3), { shuffle: true }),
    "negative workers": () => new DataLoader([1], { num_workers: -1 }),
    "prefetch without workers": () => new DataLoader([1], { prefetch_factor: 5 }),
    "sampler and shuffle": () => new DataLoader([1], { sampler: [0], shuffle: true }),
  };
  for (const [name, make] of Object.entries(bad)) run.emit(name, messageOf(make));

  const tarError = new DataLoader(await importDataset<TarBytes>(DATA, "TarBytes", ["only.tar", "two.tar"]), {
    num_workers: 1,
  });
  const broken = await importDataset<Squares>(DATA, "Broken");
  const workerError = new DataLoader<typeof broken, { batch_size: number; num_workers: number }>(broken, {
    batch_size: 4,
    num_workers: 2,
  });
  for (const [name, failing] of [
    ["tar error", tarError],
    ["worker error", workerError],
  ] as const) {
    try {
      await all(failing as AsyncIterable<Square>);
      run.emit(name, "no error");
    } catch (error) {
      const text = (error as Error).message.trim().split("\n");
      run.emit(name, [text[0], text.at(-1)]);
    }
  }
}

function messageOf(make: () => unknown): string {
  try {
    make();
    return "no error";
  } catch (error) {
    return (error as Error).message;
  }
}

await runIfMain(import.meta.url, "p_loader", main, {});
