/** What a worker of a {@link DataLoader} knows of itself. */
export interface WorkerInfo {
  readonly id: number;
  readonly num_workers: number;
  readonly seed: number | bigint;
}

/** The worker this code runs in; null outside of one. */
export function get_worker_info(): WorkerInfo | null {
  return null;
}
