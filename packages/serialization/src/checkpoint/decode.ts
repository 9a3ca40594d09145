/** From a pickle to a description of the saved object: containers with records for tensors. */
import { Budget } from "../pickle/globals.ts";
import { Unpickler } from "../pickle/unpickler.ts";
import { type Bind, materialize } from "../pickle/materialize.ts";
import type { StorageRecord } from "./records.ts";
import { makeSafeObjects, type SafeRecord } from "./safe-globals.ts";
import { storageFromId, torchFindGlobal } from "./torch-globals.ts";

export interface Decoded {
  /** Still in the unpickler's terms: see `materialize`. */
  readonly value: unknown;
  /** What users' functions are to make, in the order in which the pickle does. */
  readonly objects: readonly SafeRecord[];
  /** In the order in which they are named first. */
  readonly storages: Map<string, StorageRecord>;
  /** Where the pickle ended. */
  readonly end: number;
}

/** Reads one pickle of a checkpoint. @throws UnpicklingError */
export function decodeCheckpoint(bytes: Uint8Array, position = 0, python2 = false): Decoded {
  const storages = new Map<string, StorageRecord>();
  const objects: SafeRecord[] = [];
  const find_global = torchFindGlobal(new Budget(bytes.length), objects);
  const unpickler = new Unpickler(
    bytes,
    { find_global, persistent_load: (id) => storageFromId(id, storages), python2 },
    position,
  );
  const value = unpickler.load();
  return { value, objects, storages, end: unpickler.position };
}

/** Reads a pickle of plain values, without tensors. */
export function decodePlain(bytes: Uint8Array, position: number): { value: unknown; end: number } {
  const unpickler = new Unpickler(bytes, { find_global: torchFindGlobal(new Budget(bytes.length), []) }, position);
  return { value: unpickler.load(), end: unpickler.position };
}

/** The saved object, of plain JavaScript values and what `bind` makes of records. */
export function resolve({ value, objects }: Pick<Decoded, "value" | "objects">, bind: Bind): unknown {
  return materialize(value, bind, (full, made) => makeSafeObjects(objects, full, made));
}
