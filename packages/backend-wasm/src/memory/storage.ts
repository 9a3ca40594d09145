import type { Device, TypedArray, TypedArrayConstructor } from "@tt/core";
import { ManagedStorage } from "@tt/core/dispatch";
import type { Cell } from "./cell.ts";
import type { Heap } from "./heap.ts";

/** A storage whose bytes live in a {@link Cell}: `host` is a view of them, wherever they are. */
export class WasmStorage extends ManagedStorage {
  readonly heap: Heap;
  readonly cell: Cell;

  constructor(device: Device, heap: Heap, bytes: number, ArrayType: TypedArrayConstructor) {
    super(device, null, bytes);
    this.heap = heap;
    this.cell = heap.cell(this, bytes, ArrayType);
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
