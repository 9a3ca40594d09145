import { Extents } from "./extents.ts";

const KIB = 1024;
/** Blocks up to here come in size classes, four to a power of two; larger ones are cut to measure. */
export const LARGEST_CLASS: number = 256 * KIB;
/** Larger blocks and slabs are multiples of this. */
export const PAGE: number = 64 * KIB;

/** Equal blocks cut from one stretch of memory. */
export interface Slab {
  readonly start: number;
  readonly bytes: number;
  readonly blockSize: number;
  readonly klass: number;
  /** Blocks that were given back. */
  readonly free: number[];
  /** Offset of the first block never handed out. */
  fresh: number;
  used: number;
  /** Whether it stands in its class's list of slabs with room. */
  listed: boolean;
}

/** A piece of the heap: where it is and what it was cut from. */
export interface Block {
  readonly address: number;
  /** Bytes set aside, at least those asked for. */
  readonly size: number;
  readonly slab: Slab | null;
}

/** Bytes of a block for `bytes`: the size class, or whole pages. */
export function roundedSize(bytes: number): number {
  return bytes > LARGEST_CLASS ? Math.ceil(bytes / PAGE) * PAGE : classSize(classOf(bytes));
}

/** Index of the smallest class that holds `bytes`; 256, 320, 384, 448, 512, 640, ... bytes. */
export function classOf(bytes: number): number {
  if (bytes <= 256) return 0;
  const exponent = 31 - Math.clz32(bytes - 1);
  const quarter = (bytes - 1 - 2 ** exponent) >> (exponent - 2);
  return (exponent - 8) * 4 + quarter + 1;
}

export function classSize(klass: number): number {
  const exponent = klass >> 2;
  return (4 + (klass & 3)) * (64 << exponent);
}

/**
 * Hands out pieces of a range of addresses that can grow at its end. Knows nothing of what is in them; all
 * addresses are multiples of 64.
 */
export class Allocator {
  /** Bytes in blocks that are handed out. */
  used = 0;
  private readonly extents = new Extents();
  private readonly roomy: Slab[][] = [];

  /** Adds memory to hand out. */
  extend(start: number, bytes: number): void {
    this.extents.give(start, bytes);
  }

  /** A block of at least `bytes`; null when no memory is left for it. */
  allocate(bytes: number): Block | null {
    if (bytes > LARGEST_CLASS) {
      const size = Math.ceil(bytes / PAGE) * PAGE;
      const address = this.extents.take(size);
      if (address < 0) return null;
      this.used += size;
      return { address, size, slab: null };
    }
    const klass = classOf(bytes);
    const slabs = (this.roomy[klass] ??= []);
    let slab = slabs.at(-1);
    if (slab === undefined) {
      const made = this.slab(klass);
      if (made === null) return null;
      slabs.push((slab = made));
    }
    const address = slab.free.pop() ?? slab.start + slab.fresh;
    if (address === slab.start + slab.fresh) slab.fresh += slab.blockSize;
    slab.used++;
    if (slab.free.length === 0 && slab.fresh + slab.blockSize > slab.bytes) {
      slab.listed = false;
      slabs.pop();
    }
    this.used += slab.blockSize;
    return { address, size: slab.blockSize, slab };
  }

  free({ address, size, slab }: Block): void {
    this.used -= size;
    if (slab === null) {
      this.extents.give(address, size);
      return;
    }
    slab.used--;
    slab.free.push(address);
    const slabs = this.roomy[slab.klass]!;
    if (!slab.listed) {
      slab.listed = true;
      slabs.push(slab);
    }
    // The last slab of a class stays, so that a block made and freed in turns costs no bookkeeping.
    if (slab.used === 0 && slabs.length > 1) {
      slabs.splice(slabs.indexOf(slab), 1);
      this.extents.give(slab.start, slab.bytes);
    }
  }

  /** Gives slabs without blocks in use back to the large pieces. */
  trim(): void {
    for (const slabs of this.roomy) {
      if (slabs === undefined) continue;
      for (let i = slabs.length - 1; i >= 0; i--) {
        const slab = slabs[i]!;
        if (slab.used > 0) continue;
        slabs.splice(i, 1);
        this.extents.give(slab.start, slab.bytes);
      }
    }
  }

  summary(): { readonly total: number; readonly largest: number } {
    return this.extents.summary();
  }

  private slab(klass: number): Slab | null {
    const blockSize = classSize(klass);
    const bytes = Math.max(PAGE, Math.ceil((4 * blockSize) / PAGE) * PAGE);
    const start = this.extents.take(bytes);
    if (start < 0) return null;
    return { start, bytes, blockSize, klass, free: [], fresh: 0, used: 0, listed: true };
  }
}
