import type { Device } from "./device.ts";
import type { DType, TypedArray } from "./dtype/index.ts";

// Declared beside the class, so that a backend's storages may have an accessor in place of the field.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Storage {
  /** Elements in host memory, or null when the device's memory is not addressable from here. */
  host: TypedArray | null;
}

/** What those who free memory by hand ask of the rest; null while nobody does. */
export interface MemoryHooks {
  /** Told of every storage that is made. */
  born: ((storage: Storage) => void) | null;
  /** Runs a decomposition and frees what it leaves behind. */
  own: ((decompose: (...args: never[]) => unknown, args: readonly unknown[]) => unknown) | null;
  /** Told of memory that belongs to something that lasts: gradients, parameters, optimizers' state. */
  keep: ((value: unknown) => void) | null;
}

export const memory: MemoryHooks = { born: null, own: null, keep: null };

/**
 * The memory behind one or more tensors. A `cpu` storage owns a typed array; other devices keep
 * their own `handle` and bring elements to the host through their backend's copies.
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class Storage {
  readonly device: Device;
  /** What the backend needs to find the memory. */
  handle: unknown;
  nbytes: number;
  /** Raised by every in-place write to a tensor on this storage. */
  version = 0;

  constructor(device: Device, host: TypedArray | null, nbytes: number, handle: unknown = null) {
    this.device = device;
    this.host = host;
    this.nbytes = nbytes;
    this.handle = handle;
    if (memory.born !== null) memory.born(this);
  }

  /** Whether the memory is to be given back by hand, as by a `ManagedStorage`. */
  get managed(): boolean {
    return false;
  }

  /** Host memory for another storage to keep, for instance after a copy into a larger one. */
  detachHost(): TypedArray | null {
    return this.host;
  }

  /** Takes over the memory of a storage that nobody uses any more. */
  adopt(donor: Storage): void {
    this.host = donor.detachHost();
    this.handle = donor.handle;
    this.nbytes = donor.nbytes;
  }

  /** Whether elements can be looked at; where not (under vmap), formulas take the way that is right for all values. */
  get readable(): boolean {
    return true;
  }

  /** The memory as entries of `dtype`'s typed array. */
  as(dtype: DType): TypedArray {
    const host = this.host!;
    if (host.constructor === dtype.ArrayType) return host;
    const { ArrayType } = dtype;
    return new ArrayType(host.buffer, host.byteOffset, Math.floor(host.byteLength / ArrayType.BYTES_PER_ELEMENT));
  }
}
