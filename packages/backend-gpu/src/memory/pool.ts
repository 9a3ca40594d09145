/** What the pool asks of the queue: commands for the device. */
export interface BufferCommands {
  createBuffer(id: number, bytes: number): void;
  destroyBuffer(id: number): void;
}

/** Sizes in a power of two: reuse is likelier with few, waste is at most an eighth with four. */
const STEPS = 4;
const SMALLEST = 256;

/** Bytes of the buffer that serves for `bytes`. */
export function sizeClass(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const power = 2 ** Math.floor(Math.log2(bytes));
  const step = power / STEPS;
  return Math.ceil(bytes / step) * step;
}

/** Keeps the least number last. */
function insert(ids: number[], id: number): void {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! > id) low = middle + 1;
    else high = middle;
  }
  ids.splice(low, 0, id);
}

/**
 * Buffers by number; those given back wait here for the next of their size. The least number goes first, so that the same work
 * gets the same buffers, in whatever order they came back, and finds its bind groups again.
 */
export class Pool {
  private readonly commands: BufferCommands;
  private readonly free = new Map<number, number[]>();
  private readonly sizes: number[] = [0];
  private readonly spare: number[] = [];
  /** Bytes of all buffers, and of those in use. */
  reserved = 0;
  used = 0;
  peak = 0;
  created = 0;

  constructor(commands: BufferCommands) {
    this.commands = commands;
  }

  /** Whether a buffer for `bytes` waits. */
  has(bytes: number): boolean {
    return (this.free.get(sizeClass(bytes))?.length ?? 0) > 0;
  }

  take(bytes: number): number {
    const size = sizeClass(bytes);
    this.used += size;
    if (this.used > this.peak) this.peak = this.used;
    const waiting = this.free.get(size)?.pop();
    if (waiting !== undefined) return waiting;
    const id = this.spare.pop() ?? this.sizes.length;
    this.sizes[id] = size;
    this.reserved += size;
    this.created++;
    this.commands.createBuffer(id, size);
    return id;
  }

  give(id: number): void {
    const size = this.sizes[id]!;
    this.used -= size;
    const waiting = this.free.get(size);
    if (waiting === undefined) this.free.set(size, [id]);
    else insert(waiting, id);
  }

  /** Destroys buffers that wait, all of them or until `reserved` is at most `target`. */
  trim(target = 0): void {
    for (const [size, ids] of this.free) {
      while (ids.length > 0 && this.reserved > target) {
        const id = ids.pop()!;
        this.commands.destroyBuffer(id);
        this.reserved -= size;
        this.spare.push(id);
      }
    }
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.reserved - this.used;
  }
}
