/** For worker scripts of a `DataLoader`. */
import type { Request, Response } from "./protocol.ts";
import { type Port, serveOn } from "./serve.ts";

interface NodePort {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  on(event: "message", listener: (message: Request) => void): void;
}

interface Host {
  readonly process?: { getBuiltinModule?(id: string): unknown; readonly versions?: { readonly node?: string } };
  postMessage?(message: unknown, transfer: readonly ArrayBuffer[]): void;
  addEventListener?(event: "message", listener: (event: { readonly data: Request }) => void): void;
}

function ownPort(): Port {
  const host = globalThis as unknown as Host;
  if (host.process?.versions?.node !== undefined) {
    const threads = host.process.getBuiltinModule?.("node:worker_threads") as
      | { parentPort: NodePort | null }
      | undefined;
    const parent = threads?.parentPort;
    if (parent === null || parent === undefined) throw new Error("serve() is for worker scripts of a DataLoader");
    return {
      post: (message: Response, transfer) => parent.postMessage(message, transfer),
      listen: (listener) => parent.on("message", listener),
    };
  }
  return {
    post: (message: Response, transfer) => host.postMessage!(message, transfer),
    listen: (listener) => host.addEventListener!("message", (event) => listener(event.data)),
  };
}

/**
 * Serves a `DataLoader` from a worker script of your own, with the classes and functions that its datasets are made of.
 * Bundlers need such a script to know what goes into the worker.
 * @example
 * ```ts
 * // my_worker.js, which `new DataLoader(workerDataset(Squares), { num_workers: 2, worker })` starts
 * import { serve } from "@tt/data/worker";
 * import { Squares } from "./squares.js";
 * serve({ Squares });
 * ```
 */
export function serve(exports: Readonly<Record<string, unknown>> = {}): void {
  serveOn(ownPort(), exports);
}
