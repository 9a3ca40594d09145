/** Times workloads in this process: worker.ts DEVICE THREADS ID...; prints {"id", "seconds"} lines. */
import { wasm } from "@tt/backend-wasm";
import { use } from "@tt/torch";
import { workloads } from "./workloads/index.ts";

const BUDGET = 400;

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

/** Milliseconds a call: the median of batches long enough for the clock, within the budget. */
async function timed(run: () => unknown): Promise<number> {
  const call = async (): Promise<void> => {
    const result = run();
    if (result instanceof Promise) await result;
  };
  await call();
  let start = performance.now();
  await call();
  const once = Math.max(performance.now() - start, 1e-6);
  const estimate = Math.max(1, Math.floor(2 / once));
  // Warm up until the compiler has settled, then size the batch by the warm speed.
  start = performance.now();
  let warm = 0;
  while (warm < 500_000 && performance.now() - start < 2 * BUDGET) {
    for (let i = 0; i < Math.min(estimate, 100); i++) run();
    warm += Math.min(estimate, 100);
  }
  const batch = Math.max(1, Math.floor(2 / ((performance.now() - start) / Math.max(warm, 1))));
  const samples: number[] = [];
  const begin = performance.now();
  while (samples.length < 5 || performance.now() - begin < BUDGET) {
    start = performance.now();
    for (let i = 0; i < batch; i++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    samples.push((performance.now() - start) / batch);
    if (samples.length >= 500 || (performance.now() - begin > 4 * BUDGET && samples.length >= 3)) break;
    // Let finalizers and the collector have their turn, as any real program does between steps.
    if (samples.length % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return median(samples);
}

const [device = "cpu", , ...ids] = process.argv.slice(2);
if (device === "wasm") await use(wasm(), { default: false });
for (const id of ids) {
  const workload = workloads.find((w) => w.id === id)!;
  try {
    const run = await workload.setup({ device });
    console.log(JSON.stringify({ id, seconds: (await timed(run)) / 1000 }));
  } catch (error) {
    console.log(JSON.stringify({ id, error: String(error) }));
  }
}
