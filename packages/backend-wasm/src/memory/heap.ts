import { RuntimeError, type TypedArray, type TypedArrayConstructor } from "@tt/core";
import { type Collector, disposed, freeTemporaries, memory } from "@tt/core/dispatch";
import { Allocator, type Block, PAGE } from "./allocator.ts";
import { Cell, Recency } from "./cell.ts";
import { outOfMemory } from "./out_of_memory.ts";
import { reserve } from "./sharing.ts";

const MIB = 1024 * 1024;
/** The heap's first bytes, for small operands of the kernel call under way. */
export const SCRATCH: number = 256 * 1024;

export interface HeapOptions {
  /** Most bytes the heap may take. */
  readonly limit: number;
  /** Bytes up to which it grows without first spilling. */
  readonly target: number;
  /** Where it has to stay, if the memory is somebody else's. */
  readonly place?: Place | undefined;
}

/** A part of a memory that belongs to another program, which may grow it at any time. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  readonly start: number;
  readonly bytes: number;
}

/** What {@link Heap.stats} tells, in bytes unless said otherwise. */
export type HeapStats = {
  /** In blocks that hold tensors. */
  readonly resident: number;
  /** Of the WebAssembly memory. */
  readonly reserved: number;
  readonly limit: number;
  /** Copied out of the heap to make room, and back in, so far. */
  readonly spilled: number;
  readonly restored: number;
  /** Made for tensors so far. */
  readonly allocated: number;
  /** Of those, given back at once, before any collection. */
  readonly released: number;
  /** Blocks given back so far. */
  readonly freed: number;
  /** Collections asked for. */
  readonly collections: number;
};

/**
 * The WebAssembly memory as a cache over garbage-collected memory (see Cell). Blocks of dead storages are
 * freed by finalizers; when there is no room the collector is asked first, then the least recently used cells move out.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** Where its {@link SCRATCH} bytes begin. */
  readonly start: number;
  /** Views of the whole memory, renewed when it grows. */
  bytes: Uint8Array;
  floats: Float32Array;
  ints: Int32Array;
  private readonly allocator = new Allocator();
  private readonly recency = new Recency();
  private readonly registry: FinalizationRegistry<Cell>;
  private readonly collector: Collector;
  /** Cells that are held, which no other list has. */
  private readonly held = new Set<Cell>();
  private size: number;
  private limit: number;
  private target: number;
  private epoch = 0;
  private spilledBytes = 0;
  private restoredBytes = 0;
  private allocatedBytes = 0;
  private releasedBytes = 0;
  private freedBlocks = 0;
  /** Cells whose owner is gone but whose memory the kernel under way may look at. */
  private readonly late: Cell[] = [];
  private collections = 0;
  /** Bytes allocated and restored since the last collection or spill. */
  private allocatedSince = 0;
  private restoredSince = 0;
  private workspace: Block | null = null;
  /** Whether finalizers have run since the last collection. */
  private turned = true;

  constructor(options: HeapOptions, collector: Collector) {
    if (options.place === undefined) {
      const initial = Math.floor(Math.min(16 * MIB, options.limit) / PAGE) * PAGE;
      const most = Math.floor(options.limit / PAGE) * PAGE;
      const fixed = Math.floor(Math.min(options.target, most) / PAGE) * PAGE;
      ({ memory: this.memory, limit: this.limit } = reserve(initial, fixed, most));
      this.start = 0;
      this.size = this.memory.buffer.byteLength;
    } else {
      ({ memory: this.memory, start: this.start, bytes: this.size } = options.place);
      this.limit = this.size;
    }
    this.target = Math.min(options.target, this.limit);
    this.collector = collector;
    const { Registry } = collector;
    memory.own = freeTemporaries;
    this.registry = new Registry((cell: Cell) => this.lose(cell));
    this.allocator.extend(this.start + SCRATCH, this.size - SCRATCH);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.floats = new Float32Array(this.memory.buffer);
    this.ints = new Int32Array(this.memory.buffer);
  }

  /** A cell with undefined contents, whose block is freed when `owner` is collected. */
  cell(owner: object, bytes: number, ArrayType: TypedArrayConstructor): Cell {
    this.allocatedBytes += bytes;
    const block = this.block(bytes);
    const length = bytes / ArrayType.BYTES_PER_ELEMENT;
    if (block === null) return new Cell(this.outside(ArrayType, length), bytes, ArrayType);
    const cell = new Cell(new ArrayType(this.memory.buffer, block.address, length), bytes, ArrayType);
    cell.block = block;
    cell.epoch = this.epoch;
    this.watch(owner, cell);
    return cell;
  }

  /** A cell on a block that is not the heap's own, which `release` gives back when `owner` is gone. */
  adopt(owner: object, address: number, bytes: number, ArrayType: TypedArrayConstructor, release: () => void): Cell {
    this.renew();
    const length = bytes / ArrayType.BYTES_PER_ELEMENT;
    const cell = new Cell(new ArrayType(this.memory.buffer, address, length), bytes, ArrayType);
    cell.block = { address, size: bytes, slab: null };
    cell.release = release;
    cell.holds = 1;
    this.held.add(cell);
    this.registry.register(owner, cell, cell);
    return cell;
  }

  /** Keeps the bytes of `owner`'s cell where they are until {@link letGo}, and says where; -1 when there is no room. */
  hold(owner: object, cell: Cell): number {
    const at = this.address(owner, cell);
    if (at >= 0 && cell.holds++ === 0) {
      this.recency.remove(cell);
      this.held.add(cell);
    }
    return at;
  }

  letGo(cell: Cell): void {
    if (--cell.holds > 0) return;
    this.held.delete(cell);
    this.recency.add(cell);
    if (cell.dead) this.giveBack(cell);
  }

  /** Lists a resident cell. Only those are registered: a cell that moved out would be kept alive, bytes and all. */
  private watch(owner: object, cell: Cell): void {
    this.recency.add(cell);
    this.registry.register(owner, cell, cell);
  }

  /** Starts a kernel call: cells it uses stay where they are until the next one begins. */
  begin(): void {
    this.renew();
    this.epoch++;
    while (this.late.length > 0) this.drop(this.late.pop()!);
  }

  /** The cell's bytes, where they are now; they stay there until the next kernel call begins. */
  view(cell: Cell): TypedArray {
    if (cell.dead) throw disposed();
    this.renew();
    cell.epoch = this.epoch;
    return cell.view;
  }

  /** Address of the bytes of `owner`'s cell, brought into the heap if need be; -1 when there is no room. */
  address(owner: object, cell: Cell): number {
    if (cell.dead) throw disposed();
    cell.epoch = this.epoch;
    if (cell.block !== null) {
      if (cell.holds === 0) this.recency.touch(cell);
      return cell.block.address;
    }
    const block = this.block(cell.bytes);
    if (block === null) return -1;
    const { ArrayType, view } = cell;
    const resident = new ArrayType(this.memory.buffer, block.address, view.length);
    (resident as Uint8Array).set(view as Uint8Array);
    cell.view = resident;
    cell.block = block;
    this.watch(owner, cell);
    this.restoredBytes += cell.bytes;
    this.restoredSince += cell.bytes;
    return block.address;
  }

  /** Gives the cell's block back at once; its contents are gone, and using it from now on is an error. */
  release(cell: Cell): void {
    if (cell.dead) return;
    this.releasedBytes += cell.bytes;
    if (cell.block !== null) this.registry.unregister(cell);
    this.drop(cell);
  }

  /** The cell's owner was collected, perhaps while a kernel still looks at the bytes. */
  private lose(cell: Cell): void {
    this.turned = true;
    if (cell.epoch === this.epoch) this.late.push(cell);
    else this.drop(cell);
  }

  private drop(cell: Cell): void {
    if (cell.dead) return;
    cell.dead = true;
    cell.view = NOTHING;
    // Somebody else's hold on it ends with letGo, after which it is given back.
    if (cell.block === null || (cell.holds > 0 && cell.release === null)) return;
    this.giveBack(cell);
    this.freedBlocks++;
  }

  private giveBack(cell: Cell): void {
    if (cell.holds > 0) this.held.delete(cell);
    else this.recency.remove(cell);
    if (cell.release === null) this.allocator.free(cell.block!);
    else cell.release();
    cell.block = null;
    cell.release = null;
    cell.holds = 0;
  }

  /** The cell's bytes become those of `view`, outside of the heap. */
  replace(cell: Cell, view: TypedArray): void {
    if (cell.block !== null) {
      if (cell.holds > 0 && cell.release === null)
        throw new RuntimeError("Trying to resize storage that is not resizable: another library uses its memory");
      this.registry.unregister(cell);
      this.giveBack(cell);
    }
    cell.view = view;
    cell.bytes = view.byteLength;
    cell.ArrayType = view.constructor as TypedArrayConstructor;
  }

  /** Working memory of kernels, at least `bytes`; valid until the next call. -1 when there is no room. */
  scratch(bytes: number): number {
    if (this.workspace !== null && this.workspace.size >= bytes) return this.workspace.address;
    if (this.workspace !== null) this.allocator.free(this.workspace);
    this.workspace = this.block(Math.max(bytes, 2 * MIB));
    return this.workspace === null ? -1 : this.workspace.address;
  }

  /** Memory that stays where it is for good; -1 when there is no room. */
  pin(bytes: number): number {
    return this.block(bytes)?.address ?? -1;
  }

  stats(): HeapStats {
    return {
      resident: this.allocator.used - (this.workspace?.size ?? 0),
      reserved: this.size,
      limit: this.limit,
      spilled: this.spilledBytes,
      restored: this.restoredBytes,
      allocated: this.allocatedBytes,
      released: this.releasedBytes,
      freed: this.freedBlocks,
      collections: this.collections,
    };
  }

  /** Asks the collector for the blocks of dead storages, where the host lets us. */
  collect(): void {
    this.collections++;
    this.collector.collect?.(this.registry);
    this.allocator.trim();
  }

  /** Ordinary memory. */
  private outside(ArrayType: TypedArrayConstructor, length: number): TypedArray {
    try {
      return new ArrayType(length);
    } catch {
      this.collect();
    }
    try {
      return new ArrayType(length);
    } catch (error) {
      throw outOfMemory(length * ArrayType.BYTES_PER_ELEMENT, this.stats(), this.recency.oldest, error);
    }
  }

  private block(bytes: number): Block | null {
    this.allocatedSince += bytes;
    return this.allocator.allocate(bytes) ?? this.makeRoom(bytes);
  }

  private makeRoom(bytes: number): Block | null {
    const grown = this.grow(bytes, this.target);
    if (grown !== null) return grown;
    // A collection costs some milliseconds: worth it once enough has been allocated that much of it may be dead.
    // Where finalizers wait for the event loop, another one only after it has turned.
    const { collect, immediate } = this.collector;
    if (collect !== null && this.allocatedSince >= this.target / 4 && (immediate || this.turned)) {
      this.collect();
      this.turned = false;
      this.allocatedSince = 0;
      const block = this.allocator.allocate(bytes);
      if (block !== null && this.allocator.used < this.target * 0.75) return block;
      if (block !== null) this.allocator.free(block);
    }
    // Cells that come back were spilled too early: the program works on more than the target.
    if (this.restoredSince > this.target / 4) {
      this.restoredSince = 0;
      this.target = Math.min(this.limit, Math.ceil((this.target * 1.5) / PAGE) * PAGE);
      const more = this.grow(bytes, this.target);
      if (more !== null) return more;
    }
    return this.spill(bytes) ?? this.grow(bytes, this.limit);
  }

  private grow(bytes: number, limit: number): Block | null {
    const have = this.size;
    const need = Math.ceil((bytes * 1.25 + 4 * PAGE) / PAGE) * PAGE;
    const step = Math.min(Math.max(need, have / 4, 16 * MIB), limit - have);
    if (step < need) return null;
    const pages = Math.floor(step / PAGE);
    try {
      this.memory.grow(pages);
    } catch {
      return null;
    }
    this.allocator.extend(have, pages * PAGE);
    this.size += pages * PAGE;
    this.look();
    return this.allocator.allocate(bytes);
  }

  private look(): void {
    const { buffer } = this.memory;
    this.bytes = new Uint8Array(buffer);
    this.floats = new Float32Array(buffer);
    this.ints = new Int32Array(buffer);
  }

  /** Makes all views anew if the memory's owner has let it grow, which takes views of unshared memory away. */
  renew(): void {
    if (this.bytes.length > 0) return;
    this.look();
    const again = (cell: Cell): void => {
      const { block, bytes, ArrayType } = cell;
      if (!cell.dead)
        cell.view = new ArrayType(this.memory.buffer, block!.address, bytes / ArrayType.BYTES_PER_ELEMENT);
    };
    for (let cell = this.recency.oldest; cell !== null; cell = cell.next) again(cell);
    for (const cell of this.held) again(cell);
  }

  /** Moves cells out, least recently used first: an eighth of the target, so that a collection pays off next time. */
  private spill(bytes: number): Block | null {
    const enough = Math.max(bytes, this.target / 8);
    let moved = 0;
    let cell = this.recency.oldest;
    while (cell !== null) {
      const { next } = cell;
      if (cell.epoch < this.epoch) {
        const { block, view, ArrayType } = cell;
        const copy = this.outside(ArrayType, view.length);
        (copy as Uint8Array).set(view as Uint8Array);
        this.recency.remove(cell);
        this.allocator.free(block!);
        cell.view = copy;
        cell.block = null;
        this.registry.unregister(cell);
        moved += cell.bytes;
        this.spilledBytes += cell.bytes;
        if (moved >= enough) {
          this.allocator.trim();
          const found = this.allocator.allocate(bytes);
          if (found !== null) return found;
        }
      }
      cell = next;
    }
    this.allocator.trim();
    return this.allocator.allocate(bytes);
  }
}

const NOTHING = new Uint8Array(0);
