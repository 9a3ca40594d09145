/**
 * Times workloads in this process: worker.ts DEVICE THREADS ID...; prints {"info"} and then {"id", "seconds"} lines. Those
 * of workloads with known flops have "peak" too, flops a second that the threads could do together.
 */
import { wasm, type WasmBackend } from "@tt/backend-wasm";
import { use } from "@tt/torch";
import { Profile } from "./profile.ts";
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

/** Where the time of some rounds goes, by kernel. */
async function profiled(run: () => unknown, profile: Profile): Promise<string[]> {
  for (let i = 0; i < 3; i++) await run();
  profile.reset();
  const start = performance.now();
  let rounds = 0;
  while (rounds < 3 || performance.now() - start < 3 * BUDGET) {
    await run();
    rounds++;
  }
  return profile.lines(rounds, performance.now() - start);
}

const [device = "cpu", threads, ...rest] = process.argv.slice(2);
const profile = rest.includes("--profile") ? new Profile() : null;
const backend = device === "wasm" ? await wasm() : null;
if (backend !== null) await use(profile === null ? backend : profile.watch(backend), { default: false });
if (profile === null) console.log(JSON.stringify({ info: { node: process.version, ...backend?.info() } }));

/** Times a workload of known flops and the peak around it: the machine's clock may change between runs. */
async function beside({ measure_peak }: WasmBackend, run: () => unknown): Promise<{ seconds: number; peak: number }> {
  const peak = (): number => measure_peak() * Number(threads);
  await timed(peak);
  const before = peak();
  const seconds = (await timed(run)) / 1000;
  return { seconds, peak: Math.max(before, peak()) };
}

for (const id of rest.filter((name) => name !== "--profile")) {
  const workload = workloads.find((w) => w.id === id)!;
  try {
    const run = await workload.setup({ device });
    if (profile !== null) console.log(JSON.stringify({ id, profile: await profiled(run, profile) }));
    else if (backend !== null && workload.flops !== undefined)
      console.log(JSON.stringify({ id, ...(await beside(backend, run)) }));
    else console.log(JSON.stringify({ id, seconds: (await timed(run)) / 1000 }));
  } catch (error) {
    console.log(JSON.stringify({ id, error: String(error) }));
  }
}
