import { wasm } from "@tt/backend-wasm";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, expect, it } from "vitest";
import * as torch from "../src/index.ts";
import { growth, Trainer, turn } from "./training.ts";

const MIB = 1024 * 1024;
// TT_LONG_TESTS=1 runs all kinds of loops at full length.
const MANY = 10_000;
const FEW = process.env["TT_LONG_TESTS"] === undefined ? 1_000 : MANY;

beforeAll(async () => {
  // So small that there is never room for long.
  await torch.use(wasm({ heap_limit: 6 * MIB, heap_target: 4 * MIB, small_storage: 2048, threads: 1 }));
});

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Runs `step` `count` times and looks at the memory meanwhile; gives what grew. */
async function growing(
  count: number,
  step: (i: number) => unknown,
  between?: (i: number) => Promise<void>,
): Promise<string[]> {
  const rss: number[] = [];
  const heap: number[] = [];
  for (let i = 0; i < count; i++) {
    step(i);
    if (between !== undefined) await between(i);
    // The first steps compile.
    if (i < count / 5 || i % (count / 20) !== 0) continue;
    gc();
    const { rss: resident, heapUsed, arrayBuffers } = process.memoryUsage();
    rss.push(resident);
    heap.push(heapUsed + arrayBuffers);
  }
  const grown: string[] = [];
  if (growth(heap) > 4 * MIB) grown.push(`JavaScript's memory: ${heap.join()}`);
  if (growth(rss) > 48 * MIB) grown.push(`the process: ${rss.join()}`);
  if (torch.memory_stats()["wasm"]!["reserved"]! > 6 * MIB) grown.push("the heap");
  return grown;
}

it("trains in a synchronous loop", { timeout: 900_000 }, async () => {
  const trainer = new Trainer("wasm");
  const first = trainer.step();
  let last = 0;
  expect(await growing(MANY, () => (last = trainer.step()))).toEqual([]);
  expect(last).toBeLessThan(first / 2);
});

it("trains in a loop that awaits", { timeout: 900_000 }, async () => {
  const trainer = new Trainer("wasm");
  expect(
    await growing(
      FEW,
      () => trainer.step(),
      async (i) => (i % 20 === 0 ? await turn() : undefined),
    ),
  ).toEqual([]);
});

it("trains on after exceptions within steps", { timeout: 900_000 }, async () => {
  const trainer = new Trainer("wasm");
  expect(await growing(FEW, (i) => (i % 2 === 0 ? trainer.step() : trainer.fail(i)))).toEqual([]);
});

it("trains with graphs that are retained", { timeout: 900_000 }, async () => {
  const trainer = new Trainer("wasm");
  const kept: torch.Tensor[] = [];
  expect(
    await growing(FEW, () => {
      kept.push(trainer.stepTwice());
      if (kept.length > 3) kept.shift();
    }),
  ).toEqual([]);
});

it("trains in scopes", { timeout: 900_000 }, async () => {
  const trainer = new Trainer("wasm");
  expect(await growing(FEW, () => torch.scope(() => trainer.step()))).toEqual([]);
});
