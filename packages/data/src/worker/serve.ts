import { manual_seed } from "@tt/core";
import { default_collate, default_convert } from "../loader/collate.ts";
import { ChainDataset, ConcatDataset, StackDataset, Subset } from "../dataset/combined.ts";
import type { IterableDataset, MapDataset } from "../dataset/dataset.ts";
import { TensorDataset } from "../dataset/tensor_dataset.ts";
import { type AnyDataset, asyncFetcher, END } from "../loader/fetch.ts";
import { setWorkerInfo } from "../loader/worker_info.ts";
import type { ByteSource } from "../stream/bytes.ts";
import { TarDataset } from "../stream/tar.ts";
import { CsvDataset, JsonlDataset } from "../stream/text.ts";
import { relabelled, standInFor } from "./devices.ts";
import { make, modulesOf, type Origin, type Plan } from "./origin.ts";
import type { Failure, Request, Response, Setup } from "./protocol.ts";
import { pack, type Packed, unpack } from "./transfer.ts";

/** The other end of a worker's channel. */
export interface Port {
  post(message: Response, transfer: readonly ArrayBuffer[]): void;
  listen(listener: (message: Request) => void): void;
}

const opened = (packed: Packed): unknown => unpack(packed, relabelled);

type Served = Readonly<Record<string, unknown>>;
type Indices = number | readonly number[];

const load = (module: string): Promise<Record<string, unknown>> =>
  import(/* @vite-ignore */ /* webpackIgnore: true */ module) as Promise<Record<string, unknown>>;

async function find({ module, name }: Origin, served: Served): Promise<unknown> {
  const own = served[name];
  if (typeof own === "function") return own;
  if (module === null)
    throw new TypeError(
      `the worker's script does not serve ${name}: call serve({ ${name} }) in it, from @tt/data/worker`,
    );
  const found = (await load(module))[name];
  if (typeof found !== "function") throw new TypeError(`${module} has no class or function named ${name}`);
  return found;
}

async function build(plan: Plan, served: Served): Promise<AnyDataset<unknown>> {
  const all = (plans: readonly Plan[]): Promise<AnyDataset<unknown>[]> =>
    Promise.all(plans.map((one) => build(one, served)));
  switch (plan.kind) {
    case "made":
      return (await make(
        await find(plan.origin, served),
        plan.origin.args === null ? [] : (opened(plan.origin.args) as unknown[]),
      )) as AnyDataset<unknown>;
    case "array":
      return opened(plan.items) as unknown[];
    case "tensors":
      return new TensorDataset(...(opened(plan.tensors) as []));
    case "subset":
      return new Subset((await build(plan.of, served)) as MapDataset<unknown>, plan.indices);
    case "concat":
      return new ConcatDataset((await all(plan.of)) as MapDataset<unknown>[]);
    case "chain":
      return new ChainDataset((await all(plan.of)) as IterableDataset<unknown>[]);
    case "tar": {
      const filter = plan.filter === null ? null : ((await find(plan.filter, served)) as (name: string) => boolean);
      return new TarDataset(plan.sources as ByteSource[], { filter });
    }
    case "csv":
      return new CsvDataset(plan.sources as ByteSource[], plan.options);
    case "jsonl":
      return new JsonlDataset(plan.sources as ByteSource[]);
    case "stack": {
      const parts = (await all(plan.of)) as MapDataset<unknown>[];
      return new StackDataset(
        plan.keys === null ? parts : Object.fromEntries(plan.keys.map((key, i) => [key, parts[i]!])),
      );
    }
  }
}

async function collation({ collate }: Setup, served: Served): Promise<(data: never) => unknown> {
  if (collate === "default_collate") return default_collate;
  if (collate === "default_convert") return default_convert;
  if (collate === "later") return (data: unknown) => data;
  return (await find(collate, served)) as (data: never) => unknown;
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: "" };
  return { name: error.name, message: error.message, stack: error.stack ?? "" };
}

/** Answers a loader: makes its dataset, then fetches batch after batch. */
export function serveOn(port: Port, served: Served): void {
  let fetching: Promise<(indices: Indices) => Promise<unknown>> | null = null;
  let renew: (() => (indices: Indices) => Promise<unknown>) | null = null;
  let fresh = false;
  let shared = false;

  async function prepare(setup: Setup): Promise<(indices: Indices) => Promise<unknown>> {
    const { id, num_workers, seed } = setup;
    manual_seed(seed);
    // A module may install a backend of its own, which then serves its device.
    await Promise.all(modulesOf(setup.dataset).map(load));
    standInFor(setup.devices);
    const dataset = await build(setup.dataset, served);
    setWorkerInfo({ id, num_workers, seed, dataset });
    const collate_fn = await collation(setup, served);
    if (setup.init !== null) await ((await find(setup.init, served)) as (worker: number) => unknown)(id);
    shared = setup.shared;
    fresh = setup.collate === "default_collate";
    const { batched, drop_last } = setup;
    renew = () => asyncFetcher({ dataset, batched, drop_last, collate_fn });
    return renew();
  }

  async function fetch(pass: number, task: number, indices: Indices): Promise<void> {
    try {
      const data = await (await fetching!)(indices);
      if (data === END) {
        port.post({ type: "end", pass, task }, []);
        return;
      }
      const { packed, buffers } = pack(data, { shared, fresh });
      port.post({ type: "data", pass, task, data: packed }, buffers);
    } catch (error) {
      port.post({ type: "error", pass, task, error: failureOf(error) }, []);
    }
  }

  // Tasks one after another, as they come.
  let queue: Promise<unknown> = Promise.resolve();
  port.listen((message) => {
    if (message.type === "setup") {
      fetching = prepare(message);
      fetching.then(
        () => port.post({ type: "ready" }, []),
        (error: unknown) => port.post({ type: "broken", error: failureOf(error) }, []),
      );
      return;
    }
    if (message.type === "warm") {
      // What cannot be loaded is reported when a dataset needs it.
      for (const module of message.modules) load(module).catch(() => {});
      return;
    }
    queue = queue.then(async () => {
      if (message.type === "fetch") return fetch(message.pass, message.task, message.indices);
      await fetching;
      fetching = Promise.resolve(renew!());
    });
  });
}
