/** Archives of `torch.jit.save`: their modules, weights, constants and code, as data. */
import { RuntimeError, Tensor } from "@tt/core";
import { Counter } from "../io/counter.ts";
import { type LoadSource, openSource, openSourceSync, type SyncLoadSource } from "../io/open.ts";
import { readAsync, type Reading, readSync } from "../io/range.ts";
import { materialize } from "../pickle/materialize.ts";
import { PyDict } from "../pickle/values.ts";
import { Unpickler } from "../pickle/unpickler.ts";
import { Binder } from "./bind.ts";
import type { LoadOptions } from "./load.ts";
import type { MapLocation } from "./map-location.ts";
import type { StorageRecord } from "./records.ts";
import { scriptFindGlobal, ScriptRecord } from "./script-globals.ts";
import { storageFromId } from "./torch-globals.ts";
import { ZipArchive } from "./zip-archive.ts";
import { storageReader } from "./zip-format.ts";

/** A module (or other object) of a TorchScript archive. */
export class ScriptObject {
  /** The qualified name of its class, such as `__torch__.torch.nn.modules.linear.Linear`. */
  readonly type: string;
  /** Parameters, buffers, submodules and other attributes, in the order of the archive. */
  readonly attributes: Readonly<Record<string, unknown>>;

  constructor(type: string, attributes: Readonly<Record<string, unknown>>) {
    this.type = type;
    this.attributes = attributes;
  }
}

export interface TorchScriptArchive {
  readonly module: ScriptObject;
  /** What `CONSTANTS.c0` and so on in the code stand for. */
  readonly constants: readonly unknown[];
  /** Source text by file, such as `__torch__/torch/nn/modules/linear.py`. */
  readonly code: ReadonlyMap<string, string>;
  /** Parameters and buffers by their dotted names, as the module's `state_dict()` gives them in Python. */
  state_dict(): Record<string, Tensor>;
}

export type TorchScriptOptions = Pick<LoadOptions, "map_location" | "progress" | "signal">;

/**
 * Reads an archive that Python's `torch.jit.save` wrote, without running it: structure, weights,
 * constants and code. Running it is the business of `torch.jit.load`.
 *
 * @throws RuntimeError when the file is no TorchScript archive
 * @example
 * const archive = await readTorchScript("model.pt");
 * net.load_state_dict(archive.state_dict());
 */
export async function readTorchScript(
  source: LoadSource,
  options: TorchScriptOptions = {},
): Promise<TorchScriptArchive> {
  const counter = new Counter(options);
  const bytes = await openSource(source, counter);
  try {
    counter.total = bytes.size;
    return bindArchive(await readAsync(readArchive(bytes.size), bytes, counter), options.map_location);
  } finally {
    await bytes.close();
  }
}

/** {@link readTorchScript} without waiting, for a path, bytes or a BytesIO. */
export function readTorchScriptSync(source: SyncLoadSource, options: TorchScriptOptions = {}): TorchScriptArchive {
  const counter = new Counter(options);
  const bytes = openSourceSync(source);
  try {
    counter.total = bytes.size;
    return bindArchive(readSync(readArchive(bytes.size), bytes, counter), options.map_location);
  } finally {
    void bytes.close();
  }
}

interface Part {
  readonly value: unknown;
  readonly contents: ReadonlyMap<StorageRecord, Uint8Array<ArrayBuffer>>;
}

interface Parts {
  readonly module: Part;
  readonly constants: Part;
  readonly code: ReadonlyMap<string, string>;
}

function* readArchive(fileSize: number): Reading<Parts> {
  const archive = yield* ZipArchive.open(fileSize);
  if (!archive.has("constants.pkl"))
    throw new RuntimeError("the file is no TorchScript archive; if it was written by torch.save, use torch.load");
  const module = yield* readPart(archive, fileSize, "data");
  const constants = yield* readPart(archive, fileSize, "constants");
  const code = new Map<string, string>();
  for (const record of archive.records()) {
    if (record.startsWith("code/") && record.endsWith(".py"))
      code.set(record.slice("code/".length), yield* archive.readText(record));
  }
  return { module, constants, code };
}

function* readPart(archive: ZipArchive, fileSize: number, name: "data" | "constants"): Reading<Part> {
  const pickle = yield* archive.read(`${name}.pkl`);
  const storages = new Map<string, StorageRecord>();
  const unpickler = new Unpickler(pickle, {
    find_global: scriptFindGlobal(pickle.length),
    persistent_load: (id) => storageFromId(id, storages),
  });
  const value = unpickler.load();
  // Constants shared with the module's own data lie in its folder in newer versions.
  const { readAll } = yield* storageReader(archive, storages, fileSize, (key) =>
    archive.has(`${name}/${key}`) ? `${name}/${key}` : `data/${key}`,
  );
  const contents = new Map<StorageRecord, Uint8Array<ArrayBuffer>>();
  for (const part of readAll((record, bytes) => void contents.set(record, bytes))) yield* part;
  return { value, contents };
}

function bindArchive({ module, constants, code }: Parts, map: MapLocation | null | undefined): TorchScriptArchive {
  const root = bindPart(module, map);
  const list = bindPart(constants, map);
  if (!(root instanceof ScriptObject)) throw new RuntimeError("the archive's data is not a module");
  return { module: root, constants: Array.isArray(list) ? list : [], code, state_dict: () => stateDict(root, code) };
}

function bindPart({ value, contents }: Part, map: MapLocation | null | undefined): unknown {
  const binder = new Binder(map);
  for (const [record, bytes] of contents) binder.give(record, bytes);
  return materialize(value, (leaf, convert) => {
    if (!(leaf instanceof ScriptRecord)) return binder.bind(leaf, convert);
    const state = convert(leaf.state);
    return new ScriptObject(
      leaf.type,
      leaf.state instanceof PyDict && !(state instanceof Map) ? (state as Record<string, unknown>) : { state },
    );
  });
}

function stateDict(root: ScriptObject, code: ReadonlyMap<string, string>): Record<string, Tensor> {
  const result: Record<string, Tensor> = {};
  const visiting = new Set<ScriptObject>();
  const visit = (object: ScriptObject, prefix: string): void => {
    if (visiting.has(object)) throw new RuntimeError("a module contains itself");
    visiting.add(object);
    const named = registeredNames(object.type, code);
    for (const [name, value] of Object.entries(object.attributes)) {
      if (value instanceof Tensor && (named === undefined || named.has(name))) result[prefix + name] = value;
    }
    for (const [name, value] of Object.entries(object.attributes))
      if (value instanceof ScriptObject) visit(value, `${prefix}${name}.`);
    visiting.delete(object);
  };
  visit(root, "");
  return result;
}

/** The names a class lists as its parameters and buffers; undefined when its code is not there. */
function registeredNames(type: string, code: ReadonlyMap<string, string>): Set<string> | undefined {
  const path = type.split(".");
  const name = path.pop()!;
  const source = code.get(`${path.join("/")}.py`) ?? "";
  const start = source.search(new RegExp(`^class ${name.replace(/[^\w]/g, "")}\\(`, "m"));
  if (start < 0) return undefined;
  const end = source.indexOf("\nclass ", start);
  const body = source.slice(start, end < 0 ? undefined : end);
  const lists = [...body.matchAll(/^ {2}__(?:parameters|buffers)__ = \[([^\]]*)\]/gm)];
  return new Set(lists.flatMap((list) => [...list[1]!.matchAll(/"([^"]*)"/g)].map((match) => match[1]!)));
}
