import { Failures, type Failure, type Link } from "./link.ts";
import type { Batch, DeviceInfo, DeviceRequest, ReadRequest } from "./protocol.ts";
import { builtinModule, dawnOptions, isNode, webgpuUrl } from "./provider.ts";
import { HEADER, LENGTH, NODE_START, STATE, WEB_START, workerSource } from "./worker_source.ts";

/** A worker of Node or of a browser. */
interface Thread {
  post(message: object, transfer: ArrayBuffer[]): void;
  /** Whether it keeps the process from ending. */
  hold(held: boolean): void;
  /** Whether it still runs; may be asked in the middle of a synchronous call. */
  alive(): boolean;
  terminate(): void;
}

interface Answer {
  readonly opened?: DeviceInfo | null;
  readonly error?: string;
  readonly failure?: Failure;
  readonly id?: number;
  readonly bytes?: ArrayBuffer;
}

interface NodePort {
  postMessage(message: unknown): boolean | undefined;
  unref(): void;
}

interface NodeThreads {
  readonly MessageChannel: new () => { readonly port1: NodePort; readonly port2: NodePort };
  receiveMessageOnPort(port: NodePort): unknown;
  readonly Worker: new (source: string, options: object) => NodeWorker;
}

interface NodeWorker {
  on(event: string, listener: (value: never) => void): void;
  postMessage(message: object, transfer: ArrayBuffer[]): void;
  ref(): void;
  unref(): void;
  terminate(): unknown;
}

/** Whether this thread may sleep until a worker has an answer. */
export function canWait(): boolean {
  if (isNode) return true;
  const { crossOriginIsolated, document } = globalThis as { crossOriginIsolated?: boolean; document?: object };
  return crossOriginIsolated === true && document === undefined;
}

/** How long a device may take to end. */
const CLOSE_MS = 3000;
/** How long an answer is waited for before it is looked whether the worker still runs. */
const PROBE_MS = 1000;
const ENDED = "the worker that owns the device has ended";

interface Events {
  readonly process?: {
    on(event: "exit", listener: () => void): void;
    off(event: "exit", listener: () => void): void;
  };
}

/** Has Node call `close` before the process ends; gives what takes that back. */
function atExit(close: () => void): () => void {
  const { process } = globalThis as Events;
  if (!isNode || process === undefined) return () => undefined;
  process.on("exit", close);
  return () => process.off("exit", close);
}

/** A device in a worker of its own, so that this thread can sleep until an answer is there. */
export async function openInWorker(request: DeviceRequest): Promise<Link> {
  const failures = new Failures();
  const waiting = new Map<number, { resolve(bytes: ArrayBuffer): void; reject(error: Error): void }>();
  let opened: ((info: DeviceInfo) => void) | null = null;
  let refused: ((error: Error) => void) | null = null;
  let thread: Thread | null = null;
  const stopped = (message: string): void => {
    refused?.(new Error(message));
    failures.report("lost", message);
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
  };
  const receive = (answer: Answer): void => {
    if (answer.failure !== undefined) failures.report(answer.failure.kind, answer.failure.message);
    else if (answer.opened !== undefined) {
      if (answer.opened === null) refused!(new Error(answer.error));
      else opened!(answer.opened);
    } else if (answer.id !== undefined) {
      const entry = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) thread!.hold(false);
      if (answer.bytes === undefined) entry?.reject(new Error(answer.error));
      else entry?.resolve(answer.bytes);
    }
  };
  const info = await new Promise<DeviceInfo>((resolve, reject) => {
    opened = resolve;
    refused = reject;
    thread = isNode ? nodeThread(request, receive, stopped) : webThread(request, receive, stopped);
  });
  const worker = thread as unknown as Thread;
  worker.hold(false);

  let open = true;
  let block = new SharedArrayBuffer(4096);
  let next = 1;

  const transfers = (batch: Batch | null): ArrayBuffer[] => {
    if (batch === null) return [];
    const list: ArrayBuffer[] = [batch.commands.buffer, ...batch.uploads];
    if (batch.params !== null) list.push(batch.params);
    return list;
  };

  const later = (message: { readonly batch: Batch | null }): Promise<ArrayBuffer> =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      worker.hold(true);
      worker.post({ ...message, id }, transfers(message.batch));
    });

  const now = (message: { readonly batch: Batch | null }, bytes: number): ArrayBuffer => {
    if (!open) {
      failures.report("lost", "it was given back by destroy()");
      return new ArrayBuffer(bytes);
    }
    if (block.byteLength < bytes + HEADER) {
      block = new SharedArrayBuffer(2 ** Math.ceil(Math.log2(bytes + HEADER)));
    }
    const words = new Int32Array(block, 0, 2);
    Atomics.store(words, STATE, 0);
    worker.post({ ...message, block }, transfers(message.batch));
    while (Atomics.wait(words, STATE, 0, PROBE_MS) === "timed-out") {
      if (worker.alive()) continue;
      failures.report("lost", ENDED);
      return new ArrayBuffer(bytes);
    }
    const length = words[LENGTH]!;
    // Nothing may look at shared memory afterwards, so it is copied.
    const copy = new Uint8Array(length);
    copy.set(new Uint8Array(block, HEADER, length));
    if (Atomics.load(words, STATE) === 2) {
      const text = new TextDecoder().decode(copy);
      const at = text.indexOf(":");
      failures.take();
      failures.report(text.slice(0, at) as Failure["kind"], text.slice(at + 1));
      return new ArrayBuffer(bytes);
    }
    return copy.buffer;
  };

  const close = (): void => {
    if (!open) return;
    open = false;
    forget();
    const words = new Int32Array(block, 0, 2);
    Atomics.store(words, STATE, 0);
    worker.post({ destroy: true, block }, []);
    if (canWait()) Atomics.wait(words, STATE, 0, CLOSE_MS);
    worker.terminate();
  };
  const forget = atExit(close);

  return {
    info,
    synchronous: canWait(),
    submit: (batch) => worker.post({ batch, request: null }, transfers(batch)),
    read: (batch, wanted: ReadRequest) => later({ batch, request: wanted } as never),
    readSync: (batch, wanted) => now({ batch, request: wanted } as never, wanted.bytes),
    finish: async (batch) => void (await later({ batch, finish: true } as never)),
    finishSync: (batch) => void now({ batch, finish: true } as never, 0),
    failure: () => failures.take(),
    destroy: close,
  };
}

function nodeThread(
  request: DeviceRequest,
  receive: (answer: Answer) => void,
  stopped: (message: string) => void,
): Thread {
  const threads = builtinModule("node:worker_threads") as NodeThreads;
  const { port1, port2 } = new threads.MessageChannel();
  const worker = new threads.Worker(workerSource() + NODE_START, {
    eval: true,
    workerData: { url: webgpuUrl(), options: dawnOptions(request), request, port: port2 },
    transferList: [port2],
    execArgv: [],
  });
  port1.unref();
  // A message channel knows at once that its other end is gone, where events wait for the event loop.
  const probing = port1.postMessage(null) === true;
  let ending = false;
  worker.on("message", receive);
  worker.on("error", (error: Error) => stopped(error.message));
  worker.on("exit", () => {
    if (!ending) stopped(ENDED);
  });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    hold: (held) => (held ? worker.ref() : worker.unref()),
    alive() {
      if (!probing) return true;
      threads.receiveMessageOnPort(port1);
      return port1.postMessage(null) === true;
    },
    terminate() {
      ending = true;
      void worker.terminate();
    },
  };
}

function webThread(
  request: DeviceRequest,
  receive: (answer: Answer) => void,
  stopped: (message: string) => void,
): Thread {
  const url = URL.createObjectURL(new Blob([workerSource() + WEB_START], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.addEventListener("message", ({ data }) => receive(data as Answer));
  worker.addEventListener("error", ({ message }) => stopped(message));
  worker.postMessage({ request });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    hold: () => undefined,
    alive: () => true,
    terminate: () => worker.terminate(),
  };
}
