import type { Engine } from "./engine.ts";

const ROUNDS = 20_000;
/** Multiplications and additions of a round: see `peak` in scripts/micro.mjs. */
const OPERATIONS = 4 * 12 * 4 * 2;

/** Multiplications and additions a second that one thread can do while it waits for no memory: the best of a few tries. */
export function measurePeak({ exports, operands, heap }: Engine, turbo: boolean): number {
  operands.begin();
  const at = operands.reserve(512);
  heap.bytes.fill(0, at, at + 512);
  let best = Infinity;
  for (let i = 0; i < 8; i++) {
    const start = performance.now();
    exports.peak(ROUNDS, at);
    best = Math.min(best, performance.now() - start);
  }
  return (ROUNDS * OPERATIONS * (turbo ? 2 : 1)) / (best / 1000);
}
