import type { Batch, DeviceInfo, ReadRequest } from "./protocol.ts";

/** Something that went wrong on the device, with no call to throw from. */
export interface Failure {
  readonly kind: "error" | "memory" | "lost";
  readonly message: string;
}

/** The way to the device, in this thread or in a worker. */
export interface Link {
  readonly info: DeviceInfo;
  /** Whether {@link readSync} and {@link finishSync} are there. */
  readonly synchronous: boolean;
  submit(batch: Batch): void;
  /** Submits a batch, if there is one, and gives bytes of a buffer as they are then. */
  read(batch: Batch | null, request: ReadRequest): Promise<ArrayBuffer>;
  readSync(batch: Batch | null, request: ReadRequest): ArrayBuffer;
  finish(batch: Batch | null): Promise<void>;
  finishSync(batch: Batch | null): void;
  /** The first failure that was not told yet; asking takes it. */
  failure(): Failure | null;
  destroy(): void;
}

/** Failures until somebody asks. */
export class Failures {
  private readonly waiting: Failure[] = [];

  readonly report = (kind: Failure["kind"], message: string): void => {
    this.waiting.push({ kind, message });
  };

  take(): Failure | null {
    const first = this.waiting[0] ?? null;
    this.waiting.length = 0;
    return first;
  }
}
