import { describe, expect, test } from "vitest";
import { onDevice, runPlan, sample } from "../testing.ts";
import { choose_matmul, matmul, type MatmulChoice } from "./matmul.ts";
import type { MatmulSpec } from "./spec.ts";

const SPEC: MatmulSpec = {
  batch: 1,
  m: 1,
  n: 1,
  k: 1,
  type: "f32",
  transposeA: false,
  transposeB: false,
  batchedA: true,
  batchedB: true,
  vectorsA: false,
  vectorsB: false,
  affine: null,
};

function expected(spec: MatmulSpec, a: number[], b: number[], bias: number[]): number[] {
  const { batch, m, n, k, affine } = spec;
  const out: number[] = [];
  for (let z = 0; z < batch; z++) {
    const [za, zb] = [spec.batchedA ? z * m * k : 0, spec.batchedB ? z * k * n : 0];
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let sum = 0;
        for (let i = 0; i < k; i++) {
          const left = a[za + (spec.transposeA ? i * m + row : row * k + i)]!;
          sum += left * b[zb + (spec.transposeB ? column * k + i : i * n + column)]!;
        }
        out.push(affine === null ? sum : affine.alpha * sum + affine.beta * bias[out.length]!);
      }
    }
  }
  return out;
}

async function check(device: GPUDevice, changes: Partial<MatmulSpec>, choice?: MatmulChoice): Promise<void> {
  const spec = { ...SPEC, ...changes };
  const { batch, m, n, k } = spec;
  const values = (count: number, seed: number): number[] =>
    spec.type === "f32" ? sample(count, seed) : sample(count, seed).map((x) => Math.round(x * 64));
  const a = values((spec.batchedA ? batch : 1) * m * k, 1);
  const b = values((spec.batchedB ? batch : 1) * k * n, 2);
  const bias = values(batch * m * n, 3);
  const plan = matmul(spec, choice);
  const { out } = await runPlan(device, plan, { a, b, ...(spec.affine && { bias }) }, { out: batch * m * n });
  const right = expected(spec, a, b, bias);
  const error = Math.max(...right.map((x, i) => Math.abs(x - out![i]!)));
  if (!(error < 1e-4)) expect({ ...changes, choice, error }).toBe(null);
}

const SIZES = [
  [1, 1, 1],
  [5, 7, 3],
  [16, 16, 16],
  [33, 65, 129],
  [64, 64, 64],
  [36, 68, 20],
] as const;

const TILE = { rows: 64, columns: 64, depth: 16, perThread: 4 };
const CHOICES: MatmulChoice[] = [
  { kind: "direct" },
  { kind: "tiled", tile: TILE, splits: 1 },
  { kind: "tiled", tile: { rows: 32, columns: 32, depth: 16, perThread: 4 }, splits: 3 },
  { kind: "tiled", tile: { rows: 128, columns: 128, depth: 8, perThread: 8 }, splits: 1 },
];

describe.each(CHOICES)("matmul %o", (choice) => {
  for (const [transposeA, transposeB] of [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const) {
    test(
      `transposed ${transposeA} ${transposeB}`,
      onDevice(async (device) => {
        for (const [m, n, k] of SIZES) {
          for (const vectors of choice.kind === "direct" ? [false] : [false, true]) {
            const spec = { m, n, k, transposeA, transposeB, vectorsA: vectors, vectorsB: vectors };
            await check(device, spec, choice);
          }
        }
      }),
    );
  }

  test(
    "batches, shared operands, integers, affine",
    onDevice(async (device) => {
      await check(device, { batch: 3, m: 9, n: 10, k: 11 }, choice);
      await check(device, { batch: 3, m: 9, n: 10, k: 11, batchedA: false }, choice);
      await check(device, { batch: 3, m: 9, n: 10, k: 11, batchedB: false }, choice);
      await check(device, { m: 20, n: 21, k: 22, type: "i32" }, choice);
      await check(device, { m: 20, n: 21, k: 22, affine: { alpha: 1, beta: 1 } }, choice);
      await check(device, { m: 20, n: 21, k: 22, affine: { alpha: 0.5, beta: 2 } }, choice);
      await check(device, { m: 20, n: 21, k: 22, affine: { alpha: 0.5, beta: 0 } }, choice);
      await check(device, { m: 3, n: 4, k: 0, affine: { alpha: 1, beta: 1 } }, choice);
    }),
  );
});

describe("gemv", () => {
  for (const splits of [1, 3]) {
    test(
      `${splits} parts`,
      onDevice(async (device) => {
        const choice: MatmulChoice = { kind: "gemv", splits };
        for (const [size, k] of [
          [1, 1],
          [65, 129],
          [10, 64],
          [64, 10],
          [300, 20],
        ] as const) {
          for (const transpose of [false, true]) {
            for (const vectors of [false, true]) {
              const both = { k, vectorsA: vectors, vectorsB: vectors };
              await check(device, { m: 1, n: size, transposeB: transpose, ...both }, choice);
              await check(device, { m: size, n: 1, transposeA: transpose, ...both }, choice);
            }
          }
        }
        await check(device, { batch: 4, m: 1, n: 20, k: 40, affine: { alpha: 2, beta: 1 } }, choice);
        await check(device, { batch: 4, m: 20, n: 1, k: 40, batchedB: false, type: "i32" }, choice);
      }),
    );
  }
});

test("the choice follows the shape", () => {
  const kind = (m: number, n: number, k: number): string => choose_matmul({ ...SPEC, m, n, k }).kind;
  expect(kind(4, 4, 4)).toBe("direct");
  expect(kind(1, 512, 512)).toBe("gemv");
  expect(kind(64, 64, 64)).toBe("tiled");
  expect(choose_matmul({ ...SPEC, m: 2048, n: 2048, k: 64 })).toMatchObject({ tile: { rows: 128 }, splits: 1 });
  expect(choose_matmul({ ...SPEC, m: 64, n: 64, k: 4096 })).toMatchObject({ splits: 16 });
});

test("the grid stays within its limits, however large the result", () => {
  for (const [m, n, k] of [
    [32, 8_000_000, 27],
    [8_000_000, 3, 64],
    [1, 10_000_000, 16],
  ] as const) {
    for (const { workgroups } of matmul({ ...SPEC, m, n, k }).kernels)
      expect(Math.max(...workgroups)).toBeLessThan(65536);
  }
});
