/** One timed piece of work, the same on both sides; the Python half is in torch_side.py under the same id. */
export interface Workload {
  readonly id: string;
  /** Multiplications and additions it takes, where their number is a measure of it. */
  readonly flops?: number;
  /** Makes everything needed and gives the function to time; `read: false` leaves losses on the device. */
  readonly setup: (options: {
    readonly device: string;
    readonly read?: boolean;
  }) => (() => unknown) | Promise<() => unknown>;
}
