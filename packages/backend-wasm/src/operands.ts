import type { Storage, Tensor } from "@tt/core";
import { type Heap, SCRATCH } from "./memory/heap.ts";
import { WasmStorage } from "./memory/storage.ts";

/** Where in the heap operands of ordinary memory are copied for a call; the kernels' constants stand before it. */
const STAGE = 256;

/**
 * Addresses of a kernel's tensors. Cells are brought into the heap; small storages, which live in ordinary
 * memory, are copied to its first bytes, and back at the end when the kernel writes to them.
 */
export class Operands {
  readonly heap: Heap;
  private readonly from: number;
  private readonly to: number;
  private cursor: number;
  private readonly staged: Storage[] = [];
  private readonly places: number[] = [];
  private readonly written: boolean[] = [];

  constructor(heap: Heap) {
    this.heap = heap;
    this.from = heap.start + STAGE;
    this.to = heap.start + SCRATCH;
    this.cursor = this.from;
  }

  begin(): void {
    this.heap.begin();
    this.cursor = this.from;
    this.staged.length = 0;
    this.places.length = 0;
    this.written.length = 0;
  }

  /** Address of the tensor's first element; -1 when it can't be had, and the host has to compute. */
  input(tensor: Tensor): number {
    return this.locate(tensor, false);
  }

  /** {@link input} of a tensor that is written. */
  output(tensor: Tensor): number {
    return this.locate(tensor, true);
  }

  /** `bytes` of the staging area; -1 when it is full. */
  reserve(bytes: number): number {
    const at = this.cursor;
    const end = (at + bytes + 15) & ~15;
    if (end > this.to) return -1;
    this.cursor = end;
    return at;
  }

  /** Writes staged results to their storages. */
  end(): void {
    this.staged.forEach((storage, i) => {
      const at = this.places[i]!;
      if (this.written[i] === true) bytesOf(storage).set(this.heap.bytes.subarray(at, at + storage.nbytes));
    });
    this.staged.length = 0;
  }

  private locate(tensor: Tensor, write: boolean): number {
    const { storage, dtype, offset } = tensor;
    if (storage instanceof WasmStorage) {
      const base = this.heap.address(storage, storage.cell);
      return base < 0 ? -1 : base + offset * dtype.itemsize;
    }
    const known = this.staged.indexOf(storage);
    if (known >= 0) {
      if (write) this.written[known] = true;
      return this.places[known]! + offset * dtype.itemsize;
    }
    const at = this.reserve(storage.nbytes);
    if (at < 0) return -1;
    this.heap.bytes.set(bytesOf(storage), at);
    this.staged.push(storage);
    this.places.push(at);
    this.written.push(write);
    return at + offset * dtype.itemsize;
  }
}

function bytesOf(storage: Storage): Uint8Array {
  const host = storage.host!;
  return new Uint8Array(host.buffer, host.byteOffset, host.byteLength);
}
