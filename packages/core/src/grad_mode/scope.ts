/// <reference lib="esnext.disposable" preserve="true" />
import { asyncStorage, modes, type Modes, state } from "../dispatch/state.ts";

// Engines before explicit resource management lack the symbols that `using` compiles to.
(Symbol as { dispose?: symbol }).dispose ??= Symbol.for("Symbol.dispose");
(Symbol as { asyncDispose?: symbol }).asyncDispose ??= Symbol.for("Symbol.asyncDispose");

const AsyncFunction = (async () => {}).constructor;

/**
 * Runs `fn` under changed modes; without `fn`, changes them and gives a disposable that restores
 * them.
 *
 * An async function keeps its modes to itself across awaits where the host has AsyncLocalStorage
 * (Node). In browsers they hold globally until its promise settles.
 */
export function withModes<R>(change: Partial<Modes>, fn: (() => R) | undefined): R | Disposable {
  const storage = fn instanceof AsyncFunction ? asyncStorage() : null;
  if (storage !== null) return runAsync(storage.run.bind(storage), change, fn!);
  const current = modes();
  const before = { gradEnabled: current.gradEnabled, inference: current.inference, layers: current.layers };
  Object.assign(current, change);
  const restore = (): void => void Object.assign(current, before);
  if (fn === undefined) return { [Symbol.dispose]: restore };
  let pending = false;
  try {
    const result = fn();
    if (result instanceof Promise) {
      pending = true;
      return result.finally(restore) as R;
    }
    return result;
  } finally {
    if (!pending) restore();
  }
}

function runAsync<R>(run: <T>(store: Modes, fn: () => T) => T, change: Partial<Modes>, fn: () => R): R {
  const { gradEnabled, inference, layers } = modes();
  state.asyncScopes++;
  const result = run({ gradEnabled, inference, layers, ...change }, fn) as Promise<unknown>;
  return result.finally(() => {
    state.asyncScopes--;
  }) as R;
}
