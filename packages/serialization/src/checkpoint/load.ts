import type { DeviceLike } from "@tt/core";
import { type LoadSource, openSource, openSourceSync, type SyncLoadSource } from "../io/open.ts";
import { readAsync, readSync } from "../io/range.ts";
import { Counter } from "../io/counter.ts";
import type { ByteSource } from "../io/source.ts";
import { Binder } from "./bind.ts";
import { type Container, readContents, readContentsAsync } from "./container.ts";
import { resolve } from "./decode.ts";
import type { MapLocation } from "./map-location.ts";
import { openCheckpoint } from "./open.ts";
import type { StorageRecord } from "./records.ts";

export interface LoadOptions {
  /** Where tensors go: a device, a mapping of locations, or a function. The cpu by default. */
  map_location?: MapLocation | null;
  /**
   * Read a tensor's data when it is first used instead of now, so that a large file costs no more
   * memory than the tensors in use. Needs a path or bytes; the file must not change meanwhile.
   */
  mmap?: boolean;
  /** Checkpoints are always loaded as data, running nothing; there is no other way. */
  weights_only?: true;
  /** Called with the number of bytes read so far and the size of the file. */
  progress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** What a file holds is not known before it is read, as with `JSON.parse`. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Loaded = any;

type PositionalLocation = Exclude<MapLocation, Readonly<Record<string, DeviceLike>>> | null;

const OPTIONS = ["map_location", "mmap", "weights_only", "progress", "signal"];

/**
 * Loads what `torch.save` wrote, here or in Python: `.pth` and `.pt` files of all versions since
 * PyTorch 0.1.10.
 *
 * Nothing in the file is run. Tensors that shared storage share it again, strides are kept and
 * Parameters are Parameters; sparse tensors become dense. Python's containers become JavaScript's:
 *
 * - lists and tuples are arrays (a tuple is remembered: see {@link python_type});
 * - dicts and OrderedDicts whose keys are all strings, or all non-negative integers, are plain
 *   objects (so `optimizer_state.state[0]` works), other dicts Maps;
 * - sets are Sets, bytes Uint8Arrays, ints beyond 2^53 bigints, None is null.
 *
 * @param source path, URL, bytes, BytesIO, Blob or File, Response, ReadableStream or FileHandle
 * @throws UnpicklingError naming what a file asks for that is not data
 * @throws RuntimeError for damaged files and for TorchScript archives
 * @example
 * const buffer = new BytesIO();
 * await save({ epoch: 3, losses: [0.5, 0.25] }, buffer);
 * buffer.seek(0);
 * const checkpoint = await load(buffer);
 */
export async function load(
  source: LoadSource,
  map_location?: PositionalLocation | LoadOptions,
  options?: LoadOptions,
): Promise<Loaded> {
  const chosen = chooseOptions(map_location, options);
  const counter = new Counter(chosen);
  const bytes = await openSource(source, counter);
  let held = false;
  try {
    counter.total = bytes.size;
    const container = await readAsync(openCheckpoint(bytes.size), bytes, counter);
    if (chosen.mmap) {
      held = true;
      return bindLazily(container, bytes, chosen);
    }
    const binder = new Binder(chosen.map_location);
    await readContentsAsync(container, bytes, counter, binder.give);
    counter.finish();
    return resolve(container, binder.bind);
  } finally {
    if (!held) await bytes.close();
  }
}

/**
 * {@link load} without waiting, for a path, bytes or a BytesIO.
 *
 * @example
 * const buffer = new BytesIO();
 * saveSync([1, 2, 3], buffer);
 * buffer.seek(0);
 * const list = loadSync(buffer); // [1, 2, 3]
 */
export function loadSync(
  source: SyncLoadSource,
  map_location?: PositionalLocation | LoadOptions,
  options?: LoadOptions,
): Loaded {
  const chosen = chooseOptions(map_location, options);
  const counter = new Counter(chosen);
  const bytes = openSourceSync(source);
  let held = false;
  try {
    counter.total = bytes.size;
    const container = readSync(openCheckpoint(bytes.size), bytes, counter);
    if (chosen.mmap) {
      held = true;
      return bindLazily(container, bytes, chosen);
    }
    const binder = new Binder(chosen.map_location);
    readContents(container, bytes, counter, binder.give);
    counter.finish();
    return resolve(container, binder.bind);
  } finally {
    if (!held) void bytes.close();
  }
}

/** Closes files whose tensors were never looked at. */
const forgotten = new FinalizationRegistry<ByteSource>((source) => void source.close());

function bindLazily(container: Container, source: ByteSource, options: LoadOptions): unknown {
  if (!source.readSync) {
    void source.close();
    throw new TypeError("mmap needs a path or bytes: other sources cannot be read when a tensor is first used");
  }
  const file = { source, unread: container.storages.size };
  forgotten.register(file, source, file);
  const read = (record: StorageRecord): Uint8Array<ArrayBuffer> => {
    const bytes = readSync(container.readStorage(record), file.source);
    if (--file.unread === 0) {
      forgotten.unregister(file);
      void file.source.close();
    }
    return bytes;
  };
  const binder = new Binder(options.map_location);
  for (const record of container.storages.values()) binder.giveLazily(record, () => read(record));
  return resolve(container, binder.bind);
}

/** A plain object is always the keywords, so a mapping of locations is given there or as a Map. */
function chooseOptions(
  map_location: PositionalLocation | LoadOptions | undefined,
  options: LoadOptions | undefined,
): LoadOptions {
  const chosen = isPlainObject(map_location)
    ? (map_location as LoadOptions)
    : { map_location: (map_location ?? null) as MapLocation | null, ...options };
  for (const key of Object.keys(chosen)) {
    if (!OPTIONS.includes(key))
      throw new TypeError(`load() got an unexpected keyword argument '${key}'; valid ones are ${OPTIONS.join(", ")}`);
  }
  if ((chosen.weights_only as unknown) === false)
    throw new TypeError(
      "weights_only=False is not offered: checkpoints are loaded as data, and nothing in them is run",
    );
  return chosen;
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
