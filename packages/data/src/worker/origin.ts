/** How datasets and functions get into workers: closures do not cross threads, so a worker makes them anew. */
import { is_tensor } from "@tt/core";
import { ConcatDataset, ChainDataset, StackDataset, Subset } from "../dataset/combined.ts";
import { IterableDataset, type MapDataset } from "../dataset/dataset.ts";
import { TensorDataset } from "../dataset/tensor_dataset.ts";
import type { ByteSource } from "../stream/bytes.ts";
import { TarDataset } from "../stream/tar.ts";
import { CsvDataset, type CsvOptions, JsonlDataset } from "../stream/text.ts";
import { prepare } from "./spares.ts";
import { pack, type Packed } from "./transfer.ts";

/** Where a worker finds something: an export of a module, or of what its own script serves. */
export interface Origin {
  /** URL of the module; null for what the worker's script serves. */
  readonly module: string | null;
  readonly name: string;
  /** Arguments to make it with; null for a function that is taken as it is. */
  readonly args: Packed | null;
}

/** A dataset as a worker can make it. */
export type Plan =
  | { readonly kind: "made"; readonly origin: Origin }
  | { readonly kind: "array"; readonly items: Packed }
  | { readonly kind: "tensors"; readonly tensors: Packed }
  | { readonly kind: "subset"; readonly of: Plan; readonly indices: readonly number[] }
  | { readonly kind: "concat" | "chain"; readonly of: readonly Plan[] }
  | { readonly kind: "tar"; readonly sources: readonly unknown[]; readonly filter: Origin | null }
  | { readonly kind: "csv"; readonly sources: readonly unknown[]; readonly options: CsvOptions }
  | { readonly kind: "jsonl"; readonly sources: readonly unknown[] }
  | { readonly kind: "stack"; readonly keys: readonly string[] | null; readonly of: readonly Plan[] };

/** Workers that get ready as soon as there is a dataset for them. */
const SPARES = 2;

const origins = new WeakMap<object, Origin>();

type AnyFunction = (...args: never[]) => unknown;
// oxlint-disable-next-line typescript/no-explicit-any -- any class will do
type Class<A extends unknown[], T> = new (...args: A) => T;

/** The URL of a module: a URL as it is, a path of a file system as a file. */
function href(module: string | URL): string {
  const text = String(module);
  return text.startsWith("/") ? `file://${text}` : text;
}

/** A class is made with `new`, a function called. */
export function make(found: unknown, args: readonly unknown[]): unknown {
  const source = Function.prototype.toString.call(found);
  return /^class\b/.test(source)
    ? new (found as Class<unknown[], unknown>)(...args)
    : (found as (...a: unknown[]) => unknown)(...args);
}

async function exported(module: string | URL, name: string): Promise<unknown> {
  const found = ((await import(/* @vite-ignore */ /* webpackIgnore: true */ href(module))) as Record<string, unknown>)[
    name
  ];
  if (typeof found !== "function") throw new TypeError(`${String(module)} has no class or function named ${name}`);
  return found;
}

/**
 * Makes a dataset that the workers of a `DataLoader` can make as well: `name` is a class of the module, or a function that
 * gives the dataset.
 *
 * @param module - URL of the module; `import.meta.url` for the one you are in
 * @param args - arguments of the class or function: tensors, and what `structuredClone` copies
 * @throws TypeError when the module has no such export
 * @example
 * ```ts
 * import { DataLoader, importDataset } from "@tt/data";
 * const dataset = await importDataset(new URL("./squares.js", import.meta.url), "Squares", 100);
 * for await (const batch of new DataLoader(dataset, { batch_size: 10, num_workers: 2 })) {
 *   // batches made by two workers, in order
 * }
 * ```
 */
export async function importDataset<T extends MapDataset<unknown> | IterableDataset<unknown> = MapDataset<unknown>>(
  module: string | URL,
  name: string,
  ...args: unknown[]
): Promise<T> {
  const dataset = (await make(await exported(module, name), args)) as T;
  origins.set(dataset, { module: href(module), name, args: pack(args).packed });
  prepare(SPARES, [href(module)]);
  return dataset;
}

/**
 * A function of a module that workers import as well: for `collate_fn` and `worker_init_fn`.
 * @throws TypeError when the module has no such export
 */
export async function importFunction<F extends AnyFunction = AnyFunction>(
  module: string | URL,
  name: string,
): Promise<F> {
  const found = (await exported(module, name)) as F;
  origins.set(found, { module: href(module), name, args: null });
  return found;
}

/**
 * Makes a dataset whose class a worker script of your own serves (see `serve` in `@tt/data/worker`), which bundlers need.
 * @example
 * ```ts
 * import { Dataset, workerDataset } from "@tt/data";
 * class Squares extends Dataset<number> {
 *   override readonly length = 10;
 *   override at(index: number): number {
 *     return index * index;
 *   }
 * }
 * workerDataset(Squares).at(3); // 9, and workers that serve({ Squares }) can make it
 * ```
 */
export function workerDataset<A extends unknown[], T extends object>(Dataset: Class<A, T>, ...args: A): T {
  const dataset = new Dataset(...args);
  origins.set(dataset, { module: null, name: Dataset.name, args: pack(args).packed });
  return dataset;
}

/** Marks a function that a worker script of your own serves under its name. */
export function workerFunction<F extends AnyFunction>(fn: F): F {
  origins.set(fn, { module: null, name: fn.name, args: null });
  return fn;
}

export function originOf(value: object): Origin | undefined {
  return origins.get(value);
}

function refuse(what: string): TypeError {
  return new TypeError(
    `DataLoader: num_workers > 0 needs a dataset that workers can make anew, because closures and objects do not cross threads, but ${what} cannot be. ` +
      'Make it with `await importDataset(new URL("./dataset.js", import.meta.url), "Name", ...args)`, or use num_workers=0',
  );
}

const isPlain = (value: unknown): boolean =>
  value === null ||
  is_tensor(value) ||
  ArrayBuffer.isView(value) ||
  (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol") ||
  (typeof value === "object" &&
    (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) &&
    Object.values(value).every(isPlain));

/** Sources that cross threads: all but streams and functions. */
function cloneable(sources: readonly ByteSource[]): unknown[] {
  return sources.map((source) => {
    if (typeof source === "function") throw refuse("a stream that reads what a function gives");
    if (source instanceof ReadableStream) throw refuse("a stream that reads a ReadableStream");
    return source instanceof URL ? source.href : source;
  });
}

const shared = (value: unknown): Packed => pack(value, { shared: true }).packed;
const unpacked = (): Packed => ({ kind: "plain", value: null });

/**
 * The modules that workers need for this dataset.
 * @throws TypeError when they cannot make it
 */
export function checkPlan(dataset: object): string[] {
  return modulesOf(planOf(dataset, unpacked));
}

/**
 * How workers make this dataset.
 * @param give - packs data that goes along
 * @throws TypeError when they cannot
 */
export function planOf(dataset: object, give: (value: unknown) => Packed = shared): Plan {
  const origin = origins.get(dataset);
  if (origin !== undefined) return { kind: "made", origin };
  if (Array.isArray(dataset)) {
    if (!dataset.every(isPlain)) throw refuse("an array with functions or instances of classes");
    return { kind: "array", items: give(dataset) };
  }
  // Subclasses may do what these classes do not.
  switch (dataset.constructor) {
    case TensorDataset:
      return { kind: "tensors", tensors: give((dataset as TensorDataset<never>).tensors) };
    case Subset: {
      const { dataset: of, indices } = dataset as Subset<unknown>;
      return { kind: "subset", of: planOf(of, give), indices: [...indices] };
    }
    case ConcatDataset:
      return { kind: "concat", of: (dataset as ConcatDataset<unknown>).datasets.map((one) => planOf(one, give)) };
    case ChainDataset:
      return { kind: "chain", of: [...(dataset as ChainDataset<unknown>).datasets].map((one) => planOf(one, give)) };
    case StackDataset: {
      const { datasets } = dataset as StackDataset<Record<string, MapDataset<unknown>>>;
      const keys = Array.isArray(datasets) ? null : Object.keys(datasets);
      return { kind: "stack", keys, of: Object.values(datasets).map((one) => planOf(one, give)) };
    }
    case TarDataset: {
      const { sources, filter } = dataset as TarDataset;
      const origin = filter === null ? null : originOf(filter);
      if (origin === undefined) throw refuse("a TarDataset whose filter does not come from importFunction");
      return { kind: "tar", sources: cloneable(sources), filter: origin };
    }
    case CsvDataset: {
      const { sources, options } = dataset as CsvDataset;
      return { kind: "csv", sources: cloneable(sources), options };
    }
    case JsonlDataset:
      return { kind: "jsonl", sources: cloneable((dataset as JsonlDataset).sources) };
    default:
      throw refuse(
        dataset instanceof IterableDataset ? `the stream ${dataset.constructor.name}` : dataset.constructor.name,
      );
  }
}

/** The modules that workers need for a dataset. */
export function modulesOf(plan: Plan): string[] {
  switch (plan.kind) {
    case "made":
      return plan.origin.module === null ? [] : [plan.origin.module];
    case "subset":
      return modulesOf(plan.of);
    case "concat":
    case "chain":
    case "stack":
      return plan.of.flatMap(modulesOf);
    default:
      return [];
  }
}
