import { RuntimeError } from "@tt/core";
import { bytesOf } from "../codegen/form.ts";
import { MAP_THREADS, moduleCode } from "../codegen/module.ts";
import type { Failure, Link } from "../device/link.ts";
import { type Batch, Command, PARAMS_LIMIT, PARAMS_STEP, type Source } from "../device/protocol.ts";
import type { Memory } from "../memory/memory.ts";
import { Pool } from "../memory/pool.ts";
import { spread } from "../wgsl/kernel.ts";
import type { Group } from "./group.ts";
import { type Lowered, lower, Words } from "./lower.ts";
import type { Node } from "./node.ts";
import { planGroups } from "./plan.ts";

/** Nodes after which work is sent off without being asked for. */
const MOST_NODES = 2048;
/** Bind groups that are kept. */
const MOST_GROUPS = 8192;

/** A pipeline, and how its buffers are bound. */
interface Pipeline {
  readonly id: number;
  readonly count: number;
  /** Bindings that are written, as bits. */
  readonly mask: number;
}

/** A bind group by what it binds: the layout's number, then the buffers'. */
interface Branch {
  group: number;
  readonly next: Map<number, Branch>;
}

/** Counts of what was made and done since the start. */
export interface Counts {
  submits: number;
  dispatches: number;
  pipelines: number;
  bindGroups: number;
  buffers: number;
  nodes: number;
}

/** Work that waits, and what it becomes: dispatches with cached pipelines, bind groups and pooled buffers. */
export class Queue {
  readonly link: Link;
  readonly pool: Pool;
  readonly counts: Counts = { submits: 0, dispatches: 0, pipelines: 0, bindGroups: 0, buffers: 0, nodes: 0 };
  private readonly pipelines = new Map<string, Pipeline>();
  private groups: Branch = { group: -1, next: new Map() };
  private kept: number[] = [];
  private groupCount = 0;
  private nodes: Node[] = [];
  private commands: number[] = [];
  private sources: Source[] = [];
  private uploads: ArrayBuffer[] = [];
  private words: Words = new Words(PARAMS_LIMIT);
  private flushes = 0;
  private scheduled = false;
  /** Whether commands that wait, and the batch made last, contain dispatches. */
  private dispatched = false;
  private encoded = false;
  private broken: Failure | null = null;
  private readonly most: number;
  /** Asked to have dead memory found before a buffer is made. */
  private readonly pressure: () => void;
  /** Turned off by tests that count what fusing saves. */
  fusing = true;
  /** Labels of the dispatches since it was set, for tests and the profiler. */
  trace: string[] | null = null;

  constructor(link: Link, pressure: () => void) {
    this.link = link;
    this.pressure = pressure;
    this.most = link.info.limits.maxStorageBuffersPerShaderStage;
    this.pool = new Pool({
      createBuffer: (id, bytes) => {
        this.counts.buffers++;
        this.commands.push(Command.CREATE_BUFFER, id, bytes);
      },
      destroyBuffer: (id) => {
        // Bind groups name buffers by number, which may come back as another.
        this.dropGroups();
        this.commands.push(Command.DESTROY_BUFFER, id);
      },
    });
  }

  /** Queues work; the memories that it names stay until it is done. */
  add(node: Node): void {
    if (node.kernel === null) {
      node.out.memory.uses++;
      for (const input of node.inputs) if (typeof input !== "number") input.memory.uses++;
    } else for (const { memory } of node.views) memory.uses++;
    this.counts.nodes++;
    if (this.nodes.push(node) >= MOST_NODES) this.submit();
    else this.schedule();
  }

  /** Elements for a memory that no queued work names: it is written before anything else that waits. */
  upload(memory: Memory, bytes: ArrayBuffer): void {
    if (memory.uses > 0) this.submit();
    if (bytes.byteLength === 0) return;
    this.bufferOf(memory);
    this.commands.push(Command.WRITE, memory.buffer, 0, this.uploads.length);
    this.uploads.push(bytes);
    this.schedule();
  }

  /** A memory whose storage is gone gives its buffer back, once nothing that waits names it. */
  release(memory: Memory): void {
    if (memory.dead) return;
    memory.dead = true;
    if (memory.uses === 0) this.giveBuffer(memory);
  }

  async read(memory: Memory, offset: number, bytes: number): Promise<ArrayBuffer> {
    const batch = this.prepare(memory);
    this.counts.submits++;
    const result = await this.link.read(batch, { buffer: memory.buffer, offset, bytes });
    this.check();
    return result;
  }

  readSync(memory: Memory, offset: number, bytes: number): ArrayBuffer {
    const batch = this.prepare(memory);
    this.counts.submits++;
    const result = this.link.readSync(batch, { buffer: memory.buffer, offset, bytes });
    this.check();
    return result;
  }

  async finish(): Promise<void> {
    await this.link.finish(this.take());
    this.check();
  }

  finishSync(): void {
    this.link.finishSync(this.take());
    this.check();
  }

  /** Sends off what waits. */
  submit(): void {
    const batch = this.take();
    if (batch !== null) this.send(batch);
    this.check();
  }

  private send(batch: Batch): void {
    if (this.encoded) this.counts.submits++;
    this.link.submit(batch);
  }

  private prepare(memory: Memory): Batch | null {
    const batch = this.take();
    // What was never written has no buffer yet.
    if (memory.buffer !== 0) return batch;
    this.bufferOf(memory);
    const rest = this.take();
    if (batch !== null && rest !== null) {
      this.send(batch);
      return rest;
    }
    return rest ?? batch;
  }

  /** Throws what went wrong on the device meanwhile. */
  private check(): void {
    const failure = this.broken ?? this.link.failure();
    if (failure === null) return;
    if (failure.kind === "lost") {
      this.broken = failure;
      throw new RuntimeError(
        `gpu: the device was lost: ${failure.message}. Tensors on it are gone; the program can go on on another device, or with a new gpu() after torch.unregisterBackend("gpu").`,
      );
    }
    if (failure.kind === "memory") {
      throw new RuntimeError(`gpu: out of memory: ${failure.message}. In use are ${this.pool.used} bytes.`);
    }
    throw new RuntimeError(`gpu: ${failure.message}`);
  }

  /** What waits is sent off when this thread has nothing else to do. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const timer = setTimeout(() => {
      this.scheduled = false;
      try {
        this.submit();
      } catch {
        // The failure is kept for the next call that looks at results.
      }
    }, 0) as unknown as { unref?: () => void };
    timer.unref?.();
  }

  private bufferOf(memory: Memory): number {
    if (memory.buffer === 0) {
      const bytes = bytesOf(memory.form, memory.numel);
      if (bytes > this.link.info.limits.maxStorageBufferBindingSize) {
        throw new RuntimeError(
          `gpu: tried to allocate ${bytes} bytes, but a buffer of this device holds at most ${this.link.info.limits.maxStorageBufferBindingSize}`,
        );
      }
      if (!this.pool.has(bytes)) this.pressure();
      memory.buffer = this.pool.take(bytes);
    }
    return memory.buffer;
  }

  private giveBuffer(memory: Memory): void {
    if (memory.buffer === 0) return;
    this.pool.give(memory.buffer);
    memory.buffer = 0;
  }

  private dropGroups(): void {
    for (const id of this.kept) this.commands.push(Command.DROP_GROUP, id);
    this.kept = [];
    this.groups = { group: -1, next: new Map() };
  }

  /** Makes commands of the queued nodes. */
  private flush(): void {
    const { nodes } = this;
    if (nodes.length === 0) return;
    this.nodes = [];
    const most = this.fusing ? this.most : 0;
    if (this.kept.length >= MOST_GROUPS) this.dropGroups();
    for (const group of planGroups(nodes, this.flushes++, most)) if (!group.gone) this.emit(group);
  }

  private emit(group: Group): void {
    const { words } = this;
    // A dispatch's parameters must not be cut in two by a batch's end.
    if ((words.at + PARAMS_STEP) * 4 > PARAMS_LIMIT - 1024) this.sendCommands();
    words.start = words.at;
    const lowered = lower(group, words);
    if (lowered !== null) this.dispatch(lowered);
    // The next dispatch's parameters begin at a multiple of the step.
    const step = PARAMS_STEP / 4;
    words.at = lowered === null ? words.start : Math.ceil(words.at / step) * step;
    for (const { memory, uses } of group.touched) {
      memory.uses -= uses;
      if (memory.dead && memory.uses === 0) this.giveBuffer(memory);
    }
  }

  private dispatch(lowered: Lowered): void {
    const { key, bindings, kernel } = lowered;
    let pipeline = this.pipelines.get(key);
    if (pipeline === undefined) {
      let mask = 0;
      bindings.forEach(({ written }, k) => {
        if (written) mask |= 1 << k;
      });
      pipeline = { id: this.pipelines.size, count: bindings.length, mask };
      this.pipelines.set(key, pipeline);
      this.counts.pipelines++;
      this.commands.push(Command.CREATE_PIPELINE, pipeline.id, this.sources.length, pipeline.count, mask);
      this.sources.push({ label: kernel?.name ?? "map", code: moduleCode(lowered) });
    }
    const group = this.groupOf(pipeline, bindings);
    const [x, y, z] = kernel === null ? spread(Math.ceil(lowered.numel / MAP_THREADS)) : kernel.workgroups;
    this.commands.push(Command.DISPATCH, pipeline.id, group, this.words.start * 4, x, y, z);
    this.counts.dispatches++;
    this.dispatched = true;
    this.trace?.push(kernel?.name ?? `map ${lowered.chains[0]!.steps.filter((step) => step !== null).length}`);
  }

  /** The bind group of those buffers: cached in a tree by layout and buffers. */
  private groupOf({ mask, count }: Pipeline, bindings: Lowered["bindings"]): number {
    let at = this.branch(this.groups, mask * 16 + count);
    for (const { memory } of bindings) at = this.branch(at, this.bufferOf(memory));
    if (at.group < 0) {
      at.group = this.groupCount++;
      this.kept.push(at.group);
      this.counts.bindGroups++;
      this.commands.push(Command.CREATE_GROUP, at.group, count, mask);
      for (const { memory } of bindings) this.commands.push(memory.buffer);
    }
    return at.group;
  }

  private branch({ next }: Branch, key: number): Branch {
    let found = next.get(key);
    if (found === undefined) next.set(key, (found = { group: -1, next: new Map() }));
    return found;
  }

  private sendCommands(): void {
    const batch = this.batch();
    if (batch !== null) this.send(batch);
  }

  private take(): Batch | null {
    this.flush();
    return this.batch();
  }

  private batch(): Batch | null {
    if (this.commands.length === 0) return null;
    const commands = new Int32Array(this.commands);
    const used = this.words.at;
    const params = used === 0 ? null : this.words.u32.buffer.slice(0, used * 4);
    this.words.at = 0;
    const batch: Batch = { commands, params, sources: this.sources, uploads: this.uploads };
    this.commands = [];
    this.sources = [];
    this.uploads = [];
    this.encoded = this.dispatched;
    this.dispatched = false;
    return batch;
  }
}
