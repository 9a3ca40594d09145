import { type Kernels, RuntimeError } from "@tt/core";
import type { Engine } from "../engine.ts";
import type { Bridge } from "./bridge.ts";

/** Computing with TF.js: Bridge and kernels, which only those load who ask for them. */
export interface TfjsEngine {
  /** @param bytes - of the heap, in TF.js's memory */
  open(tfjs: object | undefined, bytes: number): Promise<Bridge>;
  /** Our kernels, with TF.js's in place of those that it has. */
  kernels(engine: Engine, bridge: Bridge, ours: Kernels): Kernels;
}

export const installed: {
  /** Put here by @tt/backend-wasm/tfjs. */
  engine: TfjsEngine | null;
  /** What shares tensors with TF.js. */
  current: { readonly engine: Engine; readonly bridge: Bridge } | null;
} = { engine: null, current: null };

const ENTRY = "@tt/backend-wasm/tfjs";

/** Loads the entry for TF.js. Bundles leave it out unless the program imports it: its name is one that they do not see through. */
export async function loadTfjsEngine(): Promise<TfjsEngine> {
  let cause: unknown;
  if (installed.engine === null) {
    await import(/* webpackIgnore: true */ /* @vite-ignore */ ENTRY).catch((error: unknown) => (cause = error));
  }
  // What a bundle finds at run time, if anything, is another copy.
  if (installed.engine === null)
    throw new RuntimeError(`wasm({ engine: "tfjs" }) in a bundled program needs: import "${ENTRY}"`, { cause });
  return installed.engine;
}
