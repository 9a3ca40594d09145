import type { Contender, Row } from "./contender.ts";

const BUDGET = 1500;
const MOST = 200;

declare global {
  function describe(): Promise<string>;
  function time(id: string): Promise<Row>;
}

/** Seconds a call: the median of batches that end with waiting for the device. */
async function seconds(contender: Contender, id: string): Promise<number | null> {
  const made = await contender.setup(id);
  if (made === null) return null;
  const { run, finish } = made;
  const batch = async (calls: number): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await run();
    await finish();
    return (performance.now() - start) / calls;
  };
  // Pipelines are compiled.
  await batch(1);
  const once = await batch(1);
  const calls = Math.max(1, Math.min(10, Math.floor(100 / once)));
  const samples: number[] = [];
  const begin = performance.now();
  while (samples.length < 3 || (performance.now() - begin < BUDGET && samples.length < MOST)) {
    samples.push(await batch(calls));
    if (performance.now() - begin > 8 * BUDGET) break;
  }
  return samples.sort((a, b) => a - b)[samples.length >> 1]! / 1000;
}

globalThis.describe = async () => (await globalThis.contender).info;
globalThis.time = async (id) => {
  try {
    return { id, seconds: await seconds(await globalThis.contender, id) };
  } catch (error) {
    return { id, seconds: null, error: String(error) };
  }
};
