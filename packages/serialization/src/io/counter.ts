import type { ReadOptions } from "./source.ts";

export interface ProgressOptions {
  /** Called with the number of bytes read so far and the size of the file. */
  progress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Adds up what was read, and reports it. */
export class Counter implements ReadOptions {
  readonly signal: AbortSignal | undefined;
  readonly onRead: (bytes: number) => void;
  readonly #progress: ProgressOptions["progress"];
  /** Bytes of the whole file. */
  total = 0;
  #done = 0;

  constructor(options: ProgressOptions) {
    this.signal = options.signal;
    this.#progress = options.progress;
    this.onRead = (bytes) => {
      this.#done += bytes;
      this.#progress?.(Math.min(this.#done, this.total), this.total);
    };
  }

  /** Reports the end, also where parts of the file did not have to be read. */
  finish(): void {
    if (this.#done !== this.total) this.#progress?.(this.total, this.total);
  }
}
