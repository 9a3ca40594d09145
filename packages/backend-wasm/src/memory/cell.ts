import type { TypedArray, TypedArrayConstructor } from "@tt/core";
import type { Block } from "./allocator.ts";

/**
 * The bytes of one storage: resident in the WebAssembly heap, or spilled to memory of its own that the garbage
 * collector frees with its tensors. Resident cells form a list, least recently used first; the list holds cells, never
 * storages, so that it keeps no tensor alive.
 */
export class Cell {
  /** Place in the heap; null when spilled. */
  block: Block | null = null;
  /** The bytes, wherever they are now. */
  view: TypedArray;
  bytes: number;
  ArrayType: TypedArrayConstructor;
  /** Number of the kernel call that used it last: such cells are not spilled during the call. */
  epoch = 0;
  /** Whether its storage is gone. */
  dead = false;
  /** How many others point to the bytes: while any do, the cell is in no list and its bytes stay where they are. */
  holds = 0;
  /** Gives back a block that is not the heap's own. */
  release: (() => void) | null = null;
  previous: Cell | null = null;
  next: Cell | null = null;

  constructor(view: TypedArray, bytes: number, ArrayType: TypedArrayConstructor) {
    this.view = view;
    this.bytes = bytes;
    this.ArrayType = ArrayType;
  }
}

/** Cells in order of their last use. */
export class Recency {
  /** The one not used for longest. */
  oldest: Cell | null = null;
  private newest: Cell | null = null;

  add(cell: Cell): void {
    cell.previous = this.newest;
    cell.next = null;
    if (this.newest === null) this.oldest = cell;
    else this.newest.next = cell;
    this.newest = cell;
  }

  remove(cell: Cell): void {
    const { previous, next } = cell;
    if (previous === null) this.oldest = next;
    else previous.next = next;
    if (next === null) this.newest = previous;
    else next.previous = previous;
    cell.previous = null;
    cell.next = null;
  }

  touch(cell: Cell): void {
    if (this.newest === cell) return;
    this.remove(cell);
    this.add(cell);
  }
}
