import type { Kernel, Plan } from "../kernel.ts";
import { ceilDiv } from "../source.ts";
import { directMatmul } from "./direct.ts";
import { gemv } from "./gemv.ts";
import { sumParts, splitsFor, tileFor, tileGroups } from "./tiles.ts";
import { affineParams, biasOf, finish, type MatmulSpec } from "./spec.ts";
import type { Tile } from "./block.ts";
import { tiledMatmul } from "./tiled.ts";

/** How a product is computed. */
export type MatmulChoice =
  /** A thread for each element of the result. */
  | { readonly kind: "direct" }
  /** Matrix times vector: the threads of a workgroup share the sums. */
  | { readonly kind: "gemv"; readonly splits: number }
  /** Blocks of the result, each thread with a tile in registers; the sums cut into `splits` parts. */
  | { readonly kind: "tiled"; readonly tile: Tile; readonly splits: number };

/** Decides by shape. Sums are cut by shape alone, so results do not depend on the device. */
export function choose_matmul({ batch, m, n, k }: MatmulSpec): MatmulChoice {
  if (k <= 4 || batch * m * n * k <= 4096) return { kind: "direct" };
  if (m === 1 || n === 1) {
    const groups = ceilDiv(m * n, 16) * batch;
    return { kind: "gemv", splits: splitsFor(groups, k, 2048) };
  }
  const tile = tileFor(batch, m, n);
  return { kind: "tiled", tile, splits: splitsFor(tileGroups(tile, batch, m, n), k, 256) };
}

/**
 * Operands: `a`, `b`, `out`, and `bias` where the specification has an affine part.
 * @param choice - by default what {@link choose_matmul} says
 */
export function matmul(spec: MatmulSpec, choice: MatmulChoice = choose_matmul(spec)): Plan {
  if (choice.kind === "direct") return { kernels: [directMatmul(spec)] };
  const { batch, m, n, k } = spec;
  const { splits } = choice;
  const product = (part: MatmulSpec, out: "out" | "partial"): Kernel =>
    choice.kind === "gemv" ? gemv(part, out, splits) : tiledMatmul(part, out, choice.tile, splits);
  if (splits === 1 || k === 0) return { kernels: [product(spec, "out")] };
  return {
    kernels: [
      product({ ...spec, affine: null }, "partial"),
      sumParts(spec.type, batch * m * n, splits, biasOf(spec), affineParams(spec), finish(spec, "out", "i", "value")),
    ],
    scratch: [{ name: "partial", type: spec.type, length: splits * batch * m * n }],
  };
}
