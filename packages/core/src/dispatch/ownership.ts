import { RuntimeError } from "../errors.ts";
import { memory, Storage } from "../storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { modes } from "./state.ts";

/**
 * Memory that the garbage collector frees late or not at all, such as a block of a WebAssembly heap. What the
 * library knows to be dead is given back at once:
 *
 * - temporaries: what a decomposition or a gradient formula makes and neither returns nor saves;
 * - gradients under way in the engine, once the node they were for has run;
 * - private memory: what a decomposition makes and saves for its gradient but does not return, once every node
 *   that saved it has run for the last time.
 *
 * Everything that user code has had in its hands is left to the collector. So decompositions and formulas must not
 * keep tensors in places of their own.
 */
export abstract class ManagedStorage extends Storage {
  /** How many nodes of graphs have saved a tensor on this memory. */
  saves = 0;
  /** Whether nothing but those nodes can reach it. */
  private = false;

  override get managed(): boolean {
    return true;
  }

  /** Gives the memory back at once; using it from now on is an error. Does nothing the second time. */
  abstract free(): void;

  /** A node that saved a tensor on this memory forgets it. */
  unsave(): void {
    if (--this.saves === 0 && this.private) this.free();
  }
}

/** Raised when memory is used that was given back. */
export function disposed(): RuntimeError {
  return new RuntimeError(
    "this tensor's memory was freed, by its Symbol.dispose or at the end of a torch.scope(...). Return tensors from the scope, or torch.keep() them, to use them after it.",
  );
}

/** Calls `run` and adds the managed storages that it makes to `born`. */
export function withBorn<R>(born: ManagedStorage[], run: () => R): R {
  const outer = memory.born;
  memory.born = (storage) => {
    if (storage.managed) born.push(storage as ManagedStorage);
    outer?.(storage);
  };
  try {
    return run();
  } finally {
    memory.born = outer;
  }
}

/** Adds the storages of all tensors in `value`, in arrays and plain objects too. */
export function storagesIn(value: unknown, found: Set<Storage> = new Set()): Set<Storage> {
  if (value instanceof Tensor) found.add(value.storage);
  else if (Array.isArray(value)) for (const item of value as unknown[]) storagesIn(item, found);
  else if (value instanceof Map || value instanceof Set) for (const item of value.values()) storagesIn(item, found);
  else if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) storagesIn(item, found);
  }
  return found;
}

/** Runs a decomposition and frees the temporaries that it neither returns nor saves. */
export function freeTemporaries(decompose: (...args: never[]) => unknown, args: readonly unknown[]): unknown {
  // User code among the arguments, such as a distance, may keep what it is given, and so may layers.
  if (modes().layers.length > 0 || args.some((arg) => typeof arg === "function"))
    return decompose(...(args as never[]));
  const born: ManagedStorage[] = [];
  const result = withBorn(born, () => decompose(...(args as never[])));
  if (born.length === 0) return result;
  const kept = storagesIn(args, storagesIn(result));
  for (const storage of born) {
    if (kept.has(storage)) continue;
    if (storage.saves > 0) storage.private = true;
    else storage.free();
  }
  return result;
}

/** Runs the library's own code as decompositions are run: what it leaves behind is freed. */
export function owned<A extends unknown[], R>(run: (...args: A) => R, ...args: A): R {
  return (memory.own === null ? run(...args) : memory.own(run, args)) as R;
}
