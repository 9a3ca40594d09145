import { expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { along } from "./along.ts";

test(
  "rows with none, one and several entries",
  onDevice(async (device) => {
    const [outer, from, to, inner] = [2, 5, 4, 3];
    const rows = [
      [[0, 2]],
      [],
      [
        [1, 0.5],
        [4, -1],
        [2, 3],
      ],
      [[3, 1]],
    ] as const;
    const x = sample(outer * from * inner);
    const start = [0, 1, 1, 4, 5];
    const entries = rows.flat();
    const right = Array.from({ length: outer * to * inner }, (_, i) => {
      const line = Math.floor(i / (to * inner)) * from * inner + (i % inner);
      const row: readonly (readonly [number, number])[] = rows[Math.floor(i / inner) % to]!;
      return row.reduce((sum, [place, weight]) => sum + weight * x[line + place * inner]!, 0);
    });
    const inputs = { x, start, place: entries.map(([p]) => p), weight: entries.map(([, w]) => w) };
    const { out } = await runPlan(device, along({ outer, from, to, inner }), inputs, { out: right.length });
    right.forEach((v, i) => expect(out![i]).toBeCloseTo(v, 5));
  }),
);
