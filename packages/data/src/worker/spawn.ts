/** Starting workers: threads of Node, web workers, or what the user gives. */
import type { Request, Response } from "./protocol.ts";

/** A running worker. */
export interface Channel {
  /** What messages about it call it, if it has a name of its own. */
  readonly name: string | null;
  post(message: Request): void;
  listen(onMessage: (message: Response) => void, onDeath: (reason: string) => void): void;
  terminate(): void;
  /** Whether it keeps the process from ending. */
  hold(on: boolean): void;
}

/** The part of a web worker, or of a thread of Node, that loaders use. */
export type WorkerLike = WebWorker | NodeWorker;

interface WebWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
  addEventListener(
    event: string,
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
}

interface NodeWorker {
  readonly threadId: number;
  postMessage(message: unknown): void;
  terminate(): unknown;
  on(event: string, listener: (value: never) => void): unknown;
  ref(): void;
  unref(): void;
}

interface Host {
  readonly process?: { getBuiltinModule?(id: string): unknown; readonly versions?: { readonly node?: string } };
  readonly Worker?: unknown;
}

/** Starts a worker, with the loader's own script unless `start` is given. */
export function spawn(start: (() => WorkerLike) | null): Channel {
  const worker = start === null ? spawnOwn() : start();
  return "threadId" in worker ? nodeChannel(worker) : webChannel(worker);
}

function spawnOwn(): WorkerLike {
  const host = globalThis as unknown as Host;
  if (host.process?.versions?.node !== undefined) {
    const { Worker } = host.process.getBuiltinModule!("node:worker_threads") as {
      Worker: new (script: URL | string, options?: { readonly eval: boolean }) => NodeWorker;
    };
    // Not written as a URL beside this module, which bundlers for browsers would look for.
    const here: string = import.meta.url;
    const beside = (name: string): URL => new URL(name, here);
    if (!here.endsWith(".ts")) return new Worker(beside("entry.js"));
    // Run from source, as this repository's own tests and examples are.
    const entry = JSON.stringify(beside("entry.ts").href);
    return new Worker(`import("tsx/esm/api").then(({ register }) => (register(), import(${entry})))`, { eval: true });
  }
  return new Worker(new URL("./entry.js", import.meta.url), { type: "module" });
}

function nodeChannel(worker: NodeWorker): Channel {
  const name = `pid(s) ${worker.threadId}`;
  return {
    name,
    post: (message) => worker.postMessage(message),
    listen(onMessage, onDeath) {
      worker.on("message", onMessage);
      worker.on("error", (error: Error) => onDeath(`: ${error.message}`));
      worker.on("exit", (code: number) => onDeath(` with exit code ${code}`));
    },
    terminate: () => void worker.terminate(),
    hold: (on) => (on ? worker.ref() : worker.unref()),
  };
}

function webChannel(worker: WebWorker): Channel {
  return {
    name: null,
    post: (message) => worker.postMessage(message),
    listen(onMessage, onDeath) {
      worker.addEventListener("message", ({ data }) => onMessage(data as Response));
      worker.addEventListener("error", ({ message = "its script did not load" }) => onDeath(`: ${message}`));
      worker.addEventListener("messageerror", () => onDeath(": a message could not be read"));
    },
    terminate: () => void worker.terminate(),
    hold: () => {},
  };
}
