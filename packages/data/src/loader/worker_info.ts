/** What a worker of a {@link DataLoader} knows of itself. */
export interface WorkerInfo {
  readonly id: number;
  readonly num_workers: number;
  /** Seeds of the worker's default generator: the loader's base seed and `id`. */
  readonly seed: number | bigint;
  /** The worker's copy of the dataset. */
  readonly dataset: unknown;
}

let info: WorkerInfo | null = null;

/** The worker this code runs in; null outside of one. */
export function get_worker_info(): WorkerInfo | null {
  return info;
}

/** @internal for the worker itself */
export function setWorkerInfo(own: WorkerInfo): void {
  info = own;
}
