import type { Device, TypedArray, TypedArrayConstructor } from "@tt/core";
import { ManagedStorage } from "@tt/core/dispatch";
import type { Cell } from "./cell.ts";
import type { Heap } from "./heap.ts";

export interface ForeignBlock {
  readonly address: number;
  readonly release: () => void;
}

/** A storage whose bytes live in a {@link Cell}: `host` is a view of them, wherever they are. */
export class WasmStorage extends ManagedStorage {
  readonly heap: Heap;
  readonly cell: Cell;

  /** @param foreign - a block that is not the heap's own, to live in */
  constructor(device: Device, heap: Heap, bytes: number, ArrayType: TypedArrayConstructor, foreign?: ForeignBlock) {
    super(device, null, bytes);
    this.heap = heap;
    this.cell =
      foreign === undefined
        ? heap.cell(this, bytes, ArrayType)
        : heap.adopt(this, foreign.address, bytes, ArrayType, foreign.release);
  }

  override get host(): TypedArray | null {
    return this.heap.view(this.cell);
  }

  override set host(array: TypedArray | null) {
    if (array !== null) this.heap.replace(this.cell, array);
  }

  override free(): void {
    this.heap.release(this.cell);
  }

  /** An ordinary copy: the block goes back to the heap. */
  override detachHost(): TypedArray {
    const copy = this.heap.view(this.cell).slice() as TypedArray;
    this.heap.release(this.cell);
    return copy;
  }
}
