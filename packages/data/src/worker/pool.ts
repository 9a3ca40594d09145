/** A pass with workers: what PyTorch's `_MultiProcessingDataLoaderIter` does. */
import { IndexError, NotImplementedError, RuntimeError, ValueError } from "@tt/core";
import type { Failure, Response, Setup } from "./protocol.ts";
import { modulesOf } from "./origin.ts";
import { prepare, take } from "./spares.ts";
import { type Channel, spawn, type WorkerLike } from "./spawn.ts";
import { unpack } from "./transfer.ts";

type Indices = number | readonly number[];

export interface PoolOptions {
  readonly num_workers: number;
  readonly prefetch_factor: number;
  /** Seconds to wait for a batch; 0 for ever. */
  readonly timeout: number;
  readonly persistent: boolean;
  readonly worker: (() => WorkerLike) | null;
  readonly setup: Omit<Setup, "type" | "id" | "num_workers" | "seed">;
  /** Makes a batch of what came, where the workers could not. */
  readonly finish: ((data: unknown) => unknown) | null;
}

const ERRORS: Readonly<Record<string, new (message: string) => Error>> = {
  RuntimeError,
  ValueError,
  IndexError,
  NotImplementedError,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
};

/** An error of a worker, as the loop gets it: of the same kind, with the worker's stack in its message. */
function caught({ name, message, stack }: Failure, id: number): Error {
  const ErrorClass = Object.hasOwn(ERRORS, name) ? ERRORS[name]! : Error;
  const lines = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const error = new ErrorClass(
    `Caught ${name} in DataLoader worker process ${id}.\nOriginal stack:\n${lines.join("\n")}\n${name}: ${message}`,
  );
  if (ErrorClass === Error) error.name = name;
  return error;
}

/** A task whose turn has not come: who has it, and what came of it. */
interface Task {
  readonly worker: number;
  response: Response | null;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #channels: Channel[] = [];
  /** Of each worker, whether it may still give something in this pass. */
  #active: boolean[] = [];
  readonly #tasks = new Map<number, Task>();
  #pass = 0;
  #sent = 0;
  #received = 0;
  #next = 0;
  #indices: Iterator<Indices> = [].values();
  #dead: Error | null = null;
  #wake: (() => void) | null = null;
  #closed = false;

  constructor(options: PoolOptions, seed: bigint) {
    this.#options = options;
    const { num_workers, worker, setup } = options;
    for (let id = 0; id < num_workers; id++) {
      const channel = worker === null ? take() : spawn(worker);
      this.#channels.push(channel);
      channel.listen(
        (message) => this.#take(message, id),
        (reason) => this.#die(channel.name ?? `worker ${id}`, reason),
      );
      channel.post({ ...setup, type: "setup", id, num_workers, seed: seed + BigInt(id) });
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** One pass; leaving it early stops the workers. */
  async *run(indices: Iterator<Indices>): AsyncGenerator<unknown, void, undefined> {
    const { num_workers, prefetch_factor, persistent, finish, worker, setup } = this.#options;
    for (const channel of this.#channels) channel.hold(true);
    this.#indices = indices;
    this.#tasks.clear();
    this.#sent = this.#received = this.#next = 0;
    this.#active = Array.from({ length: num_workers }, () => true);
    if (++this.#pass > 1) for (const channel of this.#channels) channel.post({ type: "resume", pass: this.#pass });
    let finished = false;
    try {
      for (let i = 0; i < num_workers * prefetch_factor; i++) this.#put();
      for (;;) {
        const response = await this.#turn();
        if (response === null) break;
        const { worker: id } = this.#tasks.get(this.#received)!;
        this.#tasks.delete(this.#received++);
        this.#put();
        if (response.type === "error") throw caught(response.error, id);
        const data = unpack((response as Extract<Response, { type: "data" }>).data);
        yield finish === null ? data : await finish(data);
      }
      finished = true;
    } finally {
      if (persistent && finished) for (const channel of this.#channels) channel.hold(false);
      else this.close();
      // The next epoch's, which are new ones.
      if (!persistent && finished && worker === null) prepare(num_workers, modulesOf(setup.dataset));
    }
  }

  /** Stops the workers. */
  close(): void {
    this.#closed = true;
    for (const channel of this.#channels) channel.terminate();
  }

  /** Gives the next task to the next worker in turn. */
  #put(): void {
    const { num_workers } = this.#options;
    const turn = Array.from({ length: num_workers }, (_, i) => (this.#next + i) % num_workers);
    const worker = turn.find((id) => this.#active[id]);
    if (worker === undefined) return;
    const next = this.#indices.next();
    if (next.done === true) return;
    this.#next = (worker + 1) % num_workers;
    const task = this.#sent++;
    this.#tasks.set(task, { worker, response: null });
    this.#channels[worker]!.post({ type: "fetch", pass: this.#pass, task, indices: next.value });
  }

  /** The response to the task whose turn it is; null at the end. */
  async #turn(): Promise<Response | null> {
    for (;;) {
      // Tasks of workers whose stream has ended give nothing.
      while (this.#received < this.#sent) {
        const task = this.#tasks.get(this.#received)!;
        if (task.response !== null && task.response.type !== "end") return task.response;
        if (task.response === null && this.#active[task.worker]) break;
        this.#tasks.delete(this.#received++);
      }
      if (this.#received >= this.#sent) return null;
      if (this.#dead !== null) throw this.#dead;
      await this.#wait();
    }
  }

  /** Waits until something comes. */
  async #wait(): Promise<void> {
    const { timeout } = this.#options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = await new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(false);
      if (timeout > 0) timer = setTimeout(() => resolve(true), timeout * 1000);
    });
    clearTimeout(timer);
    this.#wake = null;
    if (late) throw new RuntimeError(`DataLoader timed out after ${timeout} seconds`);
  }

  #take(message: Response, id: number): void {
    if (message.type === "ready") return;
    if (message.type === "broken") this.#dead ??= caught(message.error, id);
    else if (message.pass === this.#pass) {
      const task = this.#tasks.get(message.task);
      if (task !== undefined) task.response = message;
      if (message.type === "end") {
        this.#active[id] = false;
        this.#put();
      }
    }
    this.#wake?.();
  }

  #die(name: string, reason: string): void {
    if (this.#closed) return;
    this.#dead ??= new RuntimeError(`DataLoader worker (${name}) exited unexpectedly${reason}`);
    this.#wake?.();
  }
}
