import { wasm } from "@tt/backend-wasm";
import { expect, it } from "vitest";
import * as torch from "../../src/index.ts";
import { growth, Trainer, turn } from "../training.ts";

const MIB = 1024 * 1024;

// Chromium's own, with --expose-gc and --enable-precise-memory-info.
const { gc } = globalThis as unknown as { gc: () => void };
const { memory } = performance as unknown as { memory: { readonly usedJSHeapSize: number } };

await torch.use(wasm({ heap_limit: 6 * MIB, heap_target: 4 * MIB, small_storage: 2048, threads: 1 }));

/** Runs `step` many times and looks at the memory meanwhile; gives what grew or stayed. */
async function growing(
  steps: number,
  step: (i: number) => void,
  between?: (i: number) => Promise<void>,
): Promise<string[]> {
  const samples: number[] = [];
  const seen: WeakRef<torch.Tensor>[] = [];
  for (let i = 0; i < steps; i++) {
    step(i);
    if (between !== undefined) await between(i);
    if (i < steps / 5 || i % (steps / 20) !== 0) continue;
    gc();
    samples.push(memory.usedJSHeapSize);
    // Some memory outside of JavaScript's heap, to see whether it goes: nothing in the page would show it.
    seen.push(new WeakRef(torch.rand(64, 64).add(1)));
  }
  await turn();
  gc();
  await turn();
  const grown: string[] = [];
  if (growth(samples) > 6 * MIB) grown.push(`JavaScript's memory: ${samples.join()}`);
  if (seen.some((one) => one.deref() !== undefined)) grown.push("tensors stayed");
  if (torch.memory_stats()["wasm"]!["reserved"]! > 6 * MIB) grown.push("the heap");
  return grown;
}

it("trains in a synchronous loop", async () => {
  const trainer = new Trainer("wasm");
  expect(await growing(10_000, () => void trainer.step())).toEqual([]);
  // Moved out, as no finalizer can run: the loop's garbage is in ordinary memory, which goes by itself.
  expect(torch.memory_stats()["wasm"]!["spilled"]).toBeGreaterThan(0);
});

it("trains in a loop that awaits, with exceptions, retained graphs and scopes", async () => {
  const trainer = new Trainer("wasm");
  const grown = await growing(
    1_000,
    (i) => {
      if (i % 4 === 0) trainer.fail(i);
      else if (i % 4 === 1) trainer.stepTwice();
      else if (i % 4 === 2) torch.scope(() => trainer.step());
      else trainer.step();
    },
    async (i) => (i % 20 === 0 ? await turn() : undefined),
  );
  expect(grown).toEqual([]);
});
