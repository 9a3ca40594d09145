import type { Device, Storage } from "@tt/core";
import { ManagedStorage } from "@tt/core/dispatch";
import type { Form } from "../codegen/form.ts";
import type { Group } from "../queue/group.ts";

/**
 * Memory on the device, apart from the storage that stands for it, so that queued work does not keep that alive. It gets a
 * buffer when work that writes to it is sent off; what dies before never has one.
 */
export class Memory {
  readonly form: Form;
  /** Elements. */
  readonly numel: number;
  /** Number of the buffer; 0 while there is none. */
  buffer = 0;
  /** Nobody will look at it any more. */
  dead = false;
  /** How often queued work names it. */
  uses = 0;

  // What the planner knows of it, valid for the flush of that number.
  flush = -1;
  /** The last group that writes it. */
  writer: Group | null = null;
  /** Where the last group that reads it stands, or stood. */
  reader = -1;

  constructor(form: Form, numel: number) {
    this.form = form;
    this.numel = numel;
  }
}

/** Where freed memory goes. */
export interface Reclaimer {
  /** The memory's storage is gone. */
  reclaim(memory: Memory): void;
  /** From now on a storage has other memory. */
  exchange(storage: GpuStorage, donor: Storage): void;
}

/** A storage on the device. Its `handle` is its {@link Memory}, which `resize_` exchanges. */
export class GpuStorage extends ManagedStorage {
  readonly owner: Reclaimer;

  constructor(device: Device, owner: Reclaimer, memory: Memory, bytes: number) {
    super(device, null, bytes, memory);
    this.owner = owner;
  }

  get memory(): Memory {
    return this.handle as Memory;
  }

  override free(): void {
    this.owner.reclaim(this.memory);
  }

  override adopt(donor: Storage): void {
    this.owner.exchange(this, donor);
    super.adopt(donor);
  }
}
