/** What loaders with workers do, one line of JSON each; worker.test.ts runs this, and compares. */
import { arange, manual_seed } from "@tt/core";
import { DataLoader, Dataset, importDataset, importFunction, Subset, TensorDataset } from "@tt/data";

const MODULE = new URL("./datasets.mjs", import.meta.url);

async function lists(loader) {
  const found = [];
  for await (const batch of loader) found.push(batch.tolist());
  return found;
}

async function failure(run) {
  try {
    await run();
    return "none";
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

const squares = (n) => importDataset(MODULE, "Squares", n);
const named = (name, n = 10) => importDataset(MODULE, name, n);

const scenarios = {
  order: async () => lists(new DataLoader(await squares(7), { batch_size: 2, num_workers: 3 })),
  factory: async () => lists(new DataLoader(await named("makeSquares", 3), { batch_size: 2, num_workers: 1 })),
  subset: async () => lists(new DataLoader(new Subset(await squares(9), [8, 1, 3]), { batch_size: 2, num_workers: 1 })),
  array: async () => lists(new DataLoader([3, 1, 2], { batch_size: 2, num_workers: 1 })),
  tensors: async () => {
    manual_seed(5);
    const loader = new DataLoader(new TensorDataset(arange(10)), { batch_size: 4, shuffle: true, num_workers: 1 });
    const found = [];
    for await (const [x] of loader) found.push(x.tolist());
    return found;
  },
  stream: async () => lists(new DataLoader(await importDataset(MODULE, "Shards"), { batch_size: 2, num_workers: 2 })),
  cached: async () => {
    const dataset = await importDataset(MODULE, "Cached");
    const single = await lists(new DataLoader(dataset, { batch_size: null, num_workers: 1 }));
    const pinned = [];
    for await (const batch of new DataLoader(dataset, { batch_size: 2, num_workers: 1, pin_memory: true }))
      pinned.push(batch.storage.host.buffer instanceof SharedArrayBuffer);
    return [single, pinned];
  },
  "collate here": async () => {
    const loader = new DataLoader(await squares(3), {
      batch_size: 3,
      num_workers: 1,
      collate_fn: (items) => items.length,
    });
    const found = [];
    for await (const batch of loader) found.push(batch);
    return found;
  },
  "collate there": async () => {
    const collate_fn = await importFunction(MODULE, "sum");
    const found = [];
    for await (const batch of new DataLoader(await squares(4), { batch_size: 4, num_workers: 1, collate_fn }))
      found.push(batch);
    return found;
  },
  init: async () => {
    const worker_init_fn = await importFunction(MODULE, "init");
    const dataset = await importDataset(MODULE, "Initialised", 4);
    return lists(new DataLoader(dataset, { batch_size: 1, num_workers: 2, worker_init_fn }));
  },
  persistent: async () => {
    const loader = new DataLoader(await named("Threads", 4), {
      batch_size: 4,
      num_workers: 1,
      persistent_workers: true,
    });
    const [[first], [second]] = [await lists(loader), await lists(loader)];
    return [first.length, String(first) === String(second)];
  },
  "left early": async () => {
    for await (const batch of new DataLoader(await named("Slow", 1000), { batch_size: 2, num_workers: 1 }))
      return batch.tolist();
    return null;
  },
  error: async () => {
    const dataset = new Subset(await squares(4), [0, 1, -1, 2]);
    return (
      await failure(() => lists(new DataLoader(new Subset(dataset, [0, 1, 2, 3]), { batch_size: 2, num_workers: 2 })))
    ).replace(/\n\s+at[^]*\n/, "\n...\n");
  },
  death: async () => {
    const text = await failure(async () =>
      lists(new DataLoader(await named("Deadly"), { batch_size: 2, num_workers: 1 })),
    );
    return text.replace(/\d+/, "N");
  },
  timeout: async () =>
    failure(async () => lists(new DataLoader(await named("Hanging"), { batch_size: 2, num_workers: 1, timeout: 0.5 }))),
  "missing class": async () => failure(() => named("NoSuchThing")),
  closure: async () => {
    class Local extends Dataset {
      length = 3;
      at(i) {
        return i;
      }
    }
    return failure(() => new DataLoader(new Local(), { num_workers: 1 }));
  },
  "closure as worker_init_fn": async () =>
    failure(() => new DataLoader([1], { num_workers: 1, worker_init_fn: () => {} })),
  "without waiting": async () => failure(() => [...new DataLoader([1], { num_workers: 1 })]),
};

for (const [name, run] of Object.entries(scenarios)) console.log(JSON.stringify([name, await run()]));
