import { RuntimeError } from "@tt/core";
import * as control from "./control.ts";
import { type Code, bytesOfCode } from "./code.ts";
import { SPIN, spawn, type Thread } from "./spawn.ts";
import type { Work } from "./threads.ts";

/** Milliseconds of sleep between looks at whether the workers still live. */
const PATIENCE = 50;

export interface CrewOptions {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** Address of a free control block. */
  readonly at: number;
}

/** A function and where workers find it: the number of an export, or -1 for code of its own. */
export interface Task {
  readonly code: Code;
  readonly name: string;
  readonly index: number;
}

/** Workers that wait for jobs on one control block (see control.ts for how they talk). */
export class Crew {
  /** Whether one of the workers is gone; its block must not be used any more. */
  broken = false;
  /** Whether a worker ended before it had begun: this host does not let them run. */
  refused = false;
  private readonly options: CrewOptions;
  private readonly threads: Thread[] = [];
  private readonly ints: Int32Array;
  private readonly doubles: Float64Array;
  private readonly bytes: Uint8Array;
  private readonly canSleep: boolean;
  private readonly codeIds = new WeakMap<Code, number>();
  private lastCode = 0;

  constructor(options: CrewOptions) {
    this.options = options;
    const { memory, at } = options;
    this.ints = new Int32Array(memory.buffer, at, control.CONTROL_BYTES / 4).fill(0);
    this.doubles = new Float64Array(memory.buffer, at, control.CONTROL_BYTES / 8);
    this.bytes = new Uint8Array(memory.buffer, at, control.CONTROL_BYTES);
    this.canSleep = maySleep(this.ints);
  }

  /** Starts workers up to `count`. Those there are beyond that number sleep on. */
  hire(count: number): void {
    while (this.threads.length < count && !this.refused) {
      const index = this.threads.length;
      const ended = (): void => {
        this.broken = true;
        if (Atomics.load(this.ints, control.SLOTS + 16 * index + 1) === 0) this.refused = true;
      };
      try {
        this.threads.push(spawn({ ...this.options, index }, ended));
      } catch {
        this.refused = true;
      }
    }
  }

  dismiss(): void {
    this.broken = true;
    for (const thread of this.threads) thread.terminate();
  }

  /** Whether a job of such calls fits the block. */
  suits(task: Task, arity: number): boolean {
    return arity <= 64 && (task.index >= 0 || bytesOfCode(task.code).length <= control.MOST_CODE);
  }

  /** Does the calls from `from` to `to`, with up to `helpers` workers. */
  run(
    task: Task,
    calls: readonly (readonly number[])[],
    from: number,
    to: number,
    work: Work | undefined,
    helpers: number,
  ): void {
    const { ints, doubles } = this;
    const arity = calls[from]!.length;
    let put = control.ARGUMENTS / 8;
    for (let i = from; i < to; i++) {
      const call = calls[i]!;
      for (let k = 0; k < arity; k++) doubles[put++] = call[k]!;
    }
    ints[control.COUNT] = to - from;
    ints[control.ARITY] = arity;
    ints[control.EXPORT] = task.index;
    ints[control.LIMIT] = helpers;
    ints[control.WORK_AT] = work?.at ?? -1;
    if (work !== undefined) {
      doubles[control.WORK_BASE] = work.base;
      doubles[control.WORK_STRIDE] = work.stride;
    }
    if (task.index < 0) this.writeCode(task.code);
    Atomics.store(ints, control.NEXT, 0);
    Atomics.add(ints, control.STATE, 1);
    const sleepers = Atomics.load(ints, control.SLEEPERS);
    if (sleepers > 0) {
      // Which of the sleepers wake up is not ours to choose: when some are to stay away, all have to look.
      const wanted = helpers < this.threads.length ? sleepers : Math.min(sleepers, to - from - 1);
      Atomics.notify(ints, control.STATE, wanted);
    }
    try {
      for (;;) {
        const next = Atomics.add(ints, control.NEXT, 1);
        if (next >= to - from) break;
        callHere(task.code, calls[from + next]!, work);
      }
    } finally {
      Atomics.store(ints, control.NEXT, to - from);
      Atomics.add(ints, control.STATE, 1);
      this.finish(task);
    }
    const failed = ints[control.FAILED]!;
    if (failed > 0) {
      ints[control.FAILED] = 0;
      const text = this.bytes.subarray(control.TEXT, control.TEXT + ints[control.FAILED_LENGTH]!);
      throw new RuntimeError(`${task.name} failed on thread ${failed}: ${String.fromCharCode(...text)}`);
    }
  }

  /** Modules travel through the block; the one that is there stays until another is needed. */
  private writeCode(code: Code): void {
    let id = this.codeIds.get(code);
    if (id === undefined) this.codeIds.set(code, (id = ++this.lastCode));
    if (this.ints[control.CODE_ID] === id) return;
    const bytes = bytesOfCode(code);
    this.bytes.set(bytes, control.CODE);
    this.ints[control.CODE_ID] = id;
    this.ints[control.CODE_LENGTH] = bytes.length;
  }

  /** Waits until no worker is inside the job. */
  private finish(task: Task): void {
    const dead: number[] = [];
    for (let i = 0; i < this.threads.length; i++) {
      const slot = control.SLOTS + 16 * i;
      if (Atomics.load(this.ints, slot) !== 0 && !this.await(slot, this.threads[i]!)) dead.push(i + 1);
    }
    if (dead.length === 0) return;
    this.dismiss();
    throw new RuntimeError(
      `worker ${dead.join(", ")} of device "wasm" died while it ran ${task.name}; what was computed is incomplete. New workers are started when they are needed`,
    );
  }

  /** Whether the worker left its job, rather than died in it. */
  private await(slot: number, thread: Thread): boolean {
    const { ints } = this;
    const start = performance.now();
    let asked = start;
    for (;;) {
      for (let i = 0; i < 64; i++) if (Atomics.load(ints, slot) === 0) return true;
      const now = performance.now();
      if (this.canSleep && now - start > SPIN / 1000) break;
      if (now - asked > PATIENCE) {
        if (!thread.alive()) return Atomics.load(ints, slot) === 0;
        asked = now;
      }
    }
    Atomics.store(ints, control.WAITING, 1);
    try {
      for (;;) {
        const done = Atomics.load(ints, control.DONE);
        if (Atomics.load(ints, slot) === 0) return true;
        if (Atomics.wait(ints, control.DONE, done, PATIENCE) === "timed-out" && !thread.alive())
          return Atomics.load(ints, slot) === 0;
      }
    } finally {
      Atomics.store(ints, control.WAITING, 0);
    }
  }
}

/** A call on the main thread, whose part of the working memory is the first. */
export function callHere(code: Code, call: readonly number[], work: Work | undefined): void {
  if (work === undefined) {
    code(...call);
    return;
  }
  const args = call.slice();
  args[work.at] = work.base;
  code(...args);
}

/** A browser's main thread may not sleep. */
function maySleep(ints: Int32Array): boolean {
  try {
    Atomics.wait(ints, control.DONE, -1, 0);
    return true;
  } catch {
    return false;
  }
}
