import { type WorkerData, workerSource } from "./worker.ts";

/** A running worker, as far as the pool needs it. */
export interface Thread {
  /** Whether it still runs. May be asked in the middle of a synchronous call. */
  alive(): boolean;
  terminate(): void;
}

interface NodePort {
  postMessage(message: unknown): boolean | undefined;
  unref(): void;
}

interface NodeWorker {
  once(event: string, listener: (error?: unknown) => void): void;
  unref(): void;
  terminate(): unknown;
}

interface NodeThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker;
  readonly MessageChannel: new () => { readonly port1: NodePort; readonly port2: NodePort };
  receiveMessageOnPort(port: NodePort): unknown;
}

interface Host {
  readonly process?: {
    readonly versions?: { readonly node?: string };
    getBuiltinModule?(id: string): unknown;
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly crossOriginIsolated?: boolean;
  readonly Worker?: typeof Worker;
}

const host = globalThis as unknown as Host;

/** Microseconds for which an idle thread looks for work, or for the end of it, before it sleeps. */
export const SPIN = 30;

/** Whether workers can have the memory: in Node, and in pages and workers that are isolated. */
export function canShare(): boolean {
  return isNode() || (host.crossOriginIsolated === true && host.Worker !== undefined);
}

/** Threads that the machine runs at once. */
export function availableThreads(): number {
  if (!isNode()) return host.navigator?.hardwareConcurrency ?? 1;
  const os = host.process?.getBuiltinModule?.("node:os") as { availableParallelism(): number } | undefined;
  return os?.availableParallelism() ?? 1;
}

function isNode(): boolean {
  return host.process?.versions?.node !== undefined;
}

/** Starts a worker; `ended` is called when it turns out to have stopped. Throws where the host does not allow it. */
export function spawn(data: WorkerData, ended: () => void): Thread {
  return isNode() ? spawnNode(data, ended) : spawnWeb(data, ended);
}

/** The worker never keeps the process from ending. */
function spawnNode(data: WorkerData, ended: () => void): Thread {
  const threads = host.process!.getBuiltinModule!("node:worker_threads") as NodeThreads;
  const { port1, port2 } = new threads.MessageChannel();
  const worker = new threads.Worker(workerSource(SPIN), {
    eval: true,
    workerData: { ...data, port: port2 },
    transferList: [port2],
    execArgv: [],
    env: {},
  });
  let running = true;
  const stop = (): void => {
    if (!running) return;
    running = false;
    ended();
  };
  worker.once("error", stop);
  worker.once("exit", stop);
  worker.unref();
  port1.unref();
  // Events wait for the event loop, a message channel knows at once: its other end goes with the worker, after which the
  // message that says so has come and nothing can be posted. Hosts without that never say true in the first place.
  const probing = port1.postMessage(null) === true;
  const alive = (): boolean => {
    if (!running || !probing) return running;
    threads.receiveMessageOnPort(port1);
    return port1.postMessage(null) === true;
  };
  return { alive, terminate: () => void worker.terminate() };
}

let url: string | null = null;

function spawnWeb(data: WorkerData, ended: () => void): Thread {
  url ??= URL.createObjectURL(new Blob([workerSource(SPIN)], { type: "text/javascript" }));
  const worker = new Worker(url);
  let running = true;
  const stop = (): void => {
    if (!running) return;
    running = false;
    ended();
  };
  worker.addEventListener("error", stop);
  // Nothing tells a page that a worker was stopped but the call that stops it.
  const terminate = worker.terminate.bind(worker);
  worker.terminate = () => {
    terminate();
    stop();
  };
  worker.postMessage(data);
  return { alive: () => running, terminate };
}
