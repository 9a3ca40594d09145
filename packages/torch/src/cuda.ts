/** torch.cuda, for programs that ask whether there is one. */

/** There is no CUDA in JavaScript. */
export function is_available(): boolean {
  return false;
}

export function device_count(): number {
  return 0;
}

/** Seeds no device. */
export function manual_seed(_seed: number): void {}

/** Seeds no device. */
export function manual_seed_all(_seed: number): void {}

/** Waits for no device. */
export function synchronize(): void {}

/** Frees nothing. */
export function empty_cache(): void {}

export * as amp from "./cuda_amp.ts";
