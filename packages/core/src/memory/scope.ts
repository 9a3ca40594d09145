/// <reference lib="esnext.disposable" preserve="true" />
import { memory, type Storage } from "../storage.ts";
import { freeStorage } from "./free.ts";
import { reach } from "./reach.ts";

/** A scope that is open; `using s = torch.scope()` closes it at the end of the block. */
export interface Scope {
  /** Takes tensors (in arrays, objects, modules, ...) out of the scope, so that they outlive it, and gives them back. */
  keep<T>(value: T): T;
  [Symbol.dispose](): void;
}

class OpenScope implements Scope {
  readonly made = new Set<Storage>();
  readonly outer: OpenScope | null;
  open = true;

  constructor(outer: OpenScope | null) {
    this.outer = outer;
    count++;
    memory.born ??= note;
    memory.keep = keep;
  }

  keep<T>(value: T): T {
    return keep(value);
  }

  /** Frees what was made, but what can be reached from `result` passes to the scope around. */
  close(result: unknown): void {
    if (!this.open) return;
    this.open = false;
    if (this.made.size > 0) {
      reach(result, (storage) => {
        if (this.made.delete(storage)) this.outer?.made.add(storage);
      });
      for (const storage of this.made) freeStorage(storage);
      this.made.clear();
    }
    if (--count > 0) return;
    if (memory.born === note) memory.born = null;
    memory.keep = null;
  }

  [Symbol.dispose](): void {
    if (innermost === this) innermost = this.outer;
    this.close(null);
  }
}

interface AsyncStorage {
  run<R>(store: OpenScope, fn: () => R): R;
  getStore(): OpenScope | undefined;
}

/** How many scopes are open. */
let count = 0;
/** The scope of synchronous code that runs now. */
let innermost: OpenScope | null = null;

/** Which scope an async callback belongs to, where the host can tell. */
const contexts: AsyncStorage | null = (() => {
  const host = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
  const hooks = host?.getBuiltinModule?.("node:async_hooks") as
    | { AsyncLocalStorage: new () => AsyncStorage }
    | undefined;
  return hooks === undefined ? null : new hooks.AsyncLocalStorage();
})();

/** The scope that what is made now belongs to. */
function current(): OpenScope | null {
  let found = innermost ?? contexts?.getStore() ?? null;
  // What a scope started may go on after its end.
  while (found !== null && !found.open) found = found.outer;
  return found;
}

function note(storage: Storage): void {
  current()?.made.add(storage);
}

/**
 * Takes tensors out of all open scopes: every tensor that can be reached from `value`. Gradients, parameters and the
 * state of optimizers are kept without being told.
 * @returns `value`
 * @example
 * ```ts
 * import { ones } from "@tt/core";
 * import { keep, scope } from "@tt/core/memory";
 * const history: number[] = [];
 * const best = scope(() => {
 *   const x = ones(3).mul(2);
 *   history.push(x.sum().item());
 *   return keep(x);
 * });
 * best.tolist(); // [2, 2, 2]
 * ```
 */
export function keep<T>(value: T): T {
  if (count > 0) {
    reach(value, (storage) => {
      for (let open = current(); open !== null; open = open.outer) open.made.delete(storage);
    });
  }
  return value;
}

/**
 * Runs `fn` and frees the memory of every tensor made in it, but for those that can be reached from its result (through
 * arrays, objects, modules and graphs), that were given to {@link keep}, and gradients, parameters and optimizers' state.
 * What an exception leaves behind is freed too. Scopes nest.
 *
 * `fn` may be async; in Node each async callback has a scope of its own, in browsers what others make meanwhile
 * belongs to it as well. Without `fn` the scope stays open until it is disposed of, for `using` in synchronous code.
 *
 * @example
 * ```ts
 * import { ones } from "@tt/core";
 * import { scope } from "@tt/core/memory";
 * scope(() => ones(1000, 1000).exp().sum().item()); // nothing is left
 * const y = scope(() => ones(2).add(1).mul(3)); // the sum is freed, the product lives
 * ```
 */
export function scope(): Scope;
export function scope<R>(fn: () => R): R;
export function scope<R>(fn?: () => R): R | Scope {
  const opened = new OpenScope(current());
  const before = innermost;
  innermost = opened;
  if (fn === undefined) return opened;
  let result: R;
  try {
    result = contexts === null ? fn() : contexts.run(opened, fn);
  } catch (error) {
    innermost = before;
    opened.close(null);
    throw error;
  }
  if (!isPromise(result)) {
    innermost = before;
    opened.close(result);
    return result;
  }
  // Where nobody can tell whose turn it is, the scope holds until the promise settles.
  if (contexts !== null) innermost = before;
  const end = (value: unknown): void => {
    if (innermost === opened) innermost = before;
    opened.close(value);
  };
  return result.then(
    (value: unknown) => {
      end(value);
      return value;
    },
    (error: unknown) => {
      end(null);
      throw error;
    },
  ) as R;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
