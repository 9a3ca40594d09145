import { array, assert, integer, nat, oneof, property } from "fast-check";
import { expect, it } from "vitest";
import { Allocator, type Block, classOf, classSize, LARGEST_CLASS, roundedSize } from "./allocator.ts";

const MIB = 1024 * 1024;

it("has a class for every size, at most a quarter too large", () => {
  for (let bytes = 1; bytes <= LARGEST_CLASS; bytes += bytes < 5000 ? 1 : 97) {
    const size = classSize(classOf(bytes));
    expect(size).toBeGreaterThanOrEqual(bytes);
    if (bytes > 256) expect(size).toBeLessThanOrEqual(bytes * 1.25);
    expect(size % 64).toBe(0);
  }
});

const size = oneof(integer({ min: 1, max: 5000 }), integer({ min: 1, max: 3 * MIB }));
const action = oneof(
  size.map((bytes) => ({ bytes, free: -1 })),
  nat(1000).map((free) => ({ bytes: 0, free })),
);

it("hands out blocks that do not overlap and takes all of them back", () => {
  assert(
    property(array(action, { maxLength: 200 }), (actions) => {
      const allocator = new Allocator();
      allocator.extend(0, 8 * MIB);
      allocator.extend(8 * MIB, 8 * MIB);
      const live: Block[] = [];
      for (const { bytes, free } of actions) {
        if (free >= 0) {
          if (live.length > 0) allocator.free(live.splice(free % live.length, 1)[0]!);
          continue;
        }
        const block = allocator.allocate(bytes);
        if (block === null) continue;
        expect(block.size).toBe(roundedSize(bytes));
        expect(block.address % 64).toBe(0);
        expect(block.address + block.size).toBeLessThanOrEqual(16 * MIB);
        for (const other of live) {
          expect(block.address + block.size <= other.address || other.address + other.size <= block.address).toBe(true);
        }
        live.push(block);
      }
      expect(allocator.used).toBe(live.reduce((sum, block) => sum + block.size, 0));
      for (const block of live) allocator.free(block);
      allocator.trim();
      expect(allocator.used).toBe(0);
      expect(allocator.summary()).toEqual({ total: 16 * MIB, largest: 16 * MIB });
    }),
    { numRuns: 200 },
  );
});
