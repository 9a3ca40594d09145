import { array, assert, constantFrom, integer, nat, property, record } from "fast-check";
import { expect, it } from "vitest";
import type { Cell } from "./cell.ts";
import { Heap } from "./heap.ts";

const MIB = 1024 * 1024;
// No collector: room is made by moving cells out only, as in a browser's synchronous loop.
const collector = { Registry: FinalizationRegistry, immediate: false, collect: null };

// Lives as long as the tests, so that nothing is freed behind their backs.
const owner = {};

const action = record({
  kind: constantFrom("make", "make", "use", "use", "look", "free", "replace"),
  which: nat(1000),
  length: integer({ min: 1, max: 80_000 }),
});

const intact = (view: ArrayLike<number>, value: number, length: number): boolean => {
  if (view.length !== length) return false;
  for (let i = 0; i < length; i += 97) if (view[i] !== value) return false;
  return view[length - 1] === value;
};

it("keeps the contents of cells wherever they move", () => {
  assert(
    property(array(action, { maxLength: 150 }), (actions) => {
      const heap = new Heap({ limit: 3 * MIB, target: 2 * MIB }, collector);
      let live: { cell: Cell; value: number; length: number }[] = [];
      actions.forEach(({ kind, which, length }, step) => {
        heap.begin();
        const one = live[which % Math.max(1, live.length)];
        if (kind === "make") {
          const cell = heap.cell(owner, length * 4, Float32Array);
          heap.view(cell).fill(step as never);
          live.push({ cell, value: step, length });
        } else if (one === undefined) return;
        else if (kind === "use") {
          const at = heap.address(owner, one.cell);
          if (at >= 0)
            expect(intact(heap.floats.subarray(at / 4, at / 4 + one.length), one.value, one.length)).toBe(true);
        } else if (kind === "look") {
          expect(intact(heap.view(one.cell) as Float32Array, one.value, one.length)).toBe(true);
        } else if (kind === "replace") {
          heap.replace(one.cell, new Float32Array(length).fill(step));
          Object.assign(one, { value: step, length });
        } else {
          heap.release(one.cell);
          heap.release(one.cell);
          expect(() => heap.view(one.cell)).toThrow("freed");
          live = live.filter((other) => other !== one);
        }
      });
      for (const { cell, value, length } of live)
        expect(intact(heap.view(cell) as Float32Array, value, length)).toBe(true);
      expect(heap.stats().reserved).toBeLessThanOrEqual(3 * MIB);
      for (const { cell } of live) heap.release(cell);
      expect(heap.stats()).toMatchObject({ resident: 0 });
    }),
    { numRuns: 100 },
  );
});

it("does not move what the call under way has looked at", () => {
  const heap = new Heap({ limit: 2 * MIB, target: 2 * MIB }, collector);
  const cell = heap.cell(owner, MIB, Uint8Array);
  heap.begin();
  const view = heap.view(cell) as Uint8Array;
  view.fill(7);
  heap.view(heap.cell(owner, MIB, Uint8Array)).fill(1 as never);
  heap.view(heap.cell(owner, MIB, Uint8Array)).fill(2 as never);
  expect(view.every((value) => value === 7)).toBe(true);
  expect(cell.view).toBe(view);
  heap.begin();
  heap.cell(owner, MIB, Uint8Array);
  expect(heap.view(cell).every((value: number | bigint) => value === 7)).toBe(true);
});
