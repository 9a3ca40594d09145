/** A library that is timed in a page. */
export interface Contender {
  /** Version, adapter and the like. */
  readonly info: string;
  /** Makes everything a workload needs; null when the library does not have it. */
  setup(id: string): Promise<Running | null> | Running | null;
}

export interface Running {
  /** Queues the work once. */
  readonly run: () => unknown;
  /** Waits until all that was queued is done. */
  readonly finish: () => Promise<unknown>;
}

/** What a page finds for a workload. */
export interface Row {
  readonly id: string;
  readonly seconds: number | null;
  readonly error?: string;
}

declare global {
  var contender: Promise<Contender>;
}

/** Numbers that are the same everywhere. */
export function numbers(length: number): Float32Array {
  const out = new Float32Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (state * 48271) % 2147483647;
    out[i] = state / 2147483647 - 0.5;
  }
  return out;
}

/** Sizes of the network of `gpu.mlp`: a batch, and the widths of its layers. */
export const MLP = { batch: 256, widths: [784, 512, 512, 10] } as const;

/** The size in a workload's name. */
export function sizeOf(id: string): number {
  return Number(/\.(\d+)/.exec(id)![1]);
}
