/** What the loader and its workers say to each other. */
import type { Devices } from "./devices.ts";
import type { Origin, Plan } from "./origin.ts";
import type { Packed } from "./transfer.ts";

export interface Setup {
  readonly type: "setup";
  readonly id: number;
  readonly num_workers: number;
  /** Of this worker: the loader's base seed and the worker's number. */
  readonly seed: bigint;
  readonly devices: Devices;
  readonly dataset: Plan;
  readonly batched: boolean;
  readonly drop_last: boolean;
  /** How items become a batch: a function of PyTorch's, one of the user's, or not here. */
  readonly collate: "default_collate" | "default_convert" | "later" | Origin;
  readonly init: Origin | null;
  /** Whether tensors come in shared memory. */
  readonly shared: boolean;
}

export type Request =
  | Setup
  /** Loads modules ahead of the setup. */
  | { readonly type: "warm"; readonly modules: readonly string[] }
  /** Starts a pass anew, as persistent workers do. */
  | { readonly type: "resume"; readonly pass: number }
  | {
      readonly type: "fetch";
      readonly pass: number;
      readonly task: number;
      readonly indices: number | readonly number[];
    };

export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

export type Response =
  | { readonly type: "ready" }
  /** Nothing can be fetched at all. */
  | { readonly type: "broken"; readonly error: Failure }
  | { readonly type: "data"; readonly pass: number; readonly task: number; readonly data: Packed }
  | { readonly type: "end"; readonly pass: number; readonly task: number }
  | { readonly type: "error"; readonly pass: number; readonly task: number; readonly error: Failure };
