import { type DType, type TypedArray, int64 } from "../../dtype/index.ts";
import { type Program, parseExpr } from "../../expr/index.ts";
import { type Kernel, Plan, kernelOf } from "../map/index.ts";
import { type ArrayView, isDense, numelOf } from "../view.ts";

const SAME: Program = parseExpr("a");
/** Below this, a loop beats making a subarray for TypedArray.set. */
const BLOCK = 48;
/** Side of the square of elements that is transposed at a time; both sides' cache lines stay resident. */
const TILE = 32;

const plan = new Plan();
const layout: number[] = [];
const offsets: number[] = [];

/**
 * Copies `input`, broadcast to `out.shape`, converting elements to `out.dtype` as C casts do.
 */
export function copy(out: ArrayView, input: ArrayView): void {
  const n = numelOf(out.shape);
  if (n === 0) return;
  const from = input.dtype;
  const to = out.dtype;
  const target = out.array;
  const source = input.array;
  const outAt = out.offset * to.lanes;
  const at = input.offset * from.lanes;
  const dense = isDense(out) && isDense(input) && sameSizes(out.shape, input.shape);
  if (dense && from === to && n * to.lanes >= BLOCK) {
    const whole = at === 0 && source.length === n * to.lanes;
    (target as Float64Array).set((whole ? source : source.subarray(at, at + n * to.lanes)) as Float64Array, outAt);
    return;
  }
  const kernel = kernelOf(SAME, computeDtype(from, to), to, from);
  if (dense) {
    kernel.contiguous(n, target, outAt, source, at);
    return;
  }
  inputs[0] = input;
  plan.set(out, inputs, 1);
  inputs[0] = null;
  const { rank, sizes, steps } = plan;
  const outSteps = steps[0]!;
  const inSteps = steps[1]!;
  layout[0] = rank > 1 ? sizes[rank - 2]! : 1;
  layout[1] = rank > 0 ? sizes[rank - 1]! : 1;
  layout[2] = rank > 1 ? outSteps[rank - 2]! : 0;
  layout[3] = rank > 0 ? outSteps[rank - 1]! : 0;
  layout[4] = rank > 1 ? inSteps[rank - 2]! : 0;
  layout[5] = rank > 0 ? inSteps[rank - 1]! : 0;
  offsets[0] = outAt;
  offsets[1] = at;
  const transposed = Math.abs(layout[4]) < Math.abs(layout[5]) && layout[4] !== 0 && layout[0] > TILE / 2;
  if (transposed) plan.outer(2, offsets, 2, () => copyTiles(kernel, target, source));
  else plan.outer(2, offsets, 2, () => kernel.strided(layout, target, offsets[0]!, source, offsets[1]!));
}

const inputs: (ArrayView | null)[] = [null];
const tile: number[] = [];

/** Copies the inner two dimensions in `layout` square by square. */
function copyTiles(kernel: Kernel, target: TypedArray, source: TypedArray): void {
  const [rows, columns, outRow, outColumn, inRow, inColumn] = layout as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  tile[2] = outRow;
  tile[3] = outColumn;
  tile[4] = inRow;
  tile[5] = inColumn;
  for (let i = 0; i < rows; i += TILE) {
    tile[0] = Math.min(TILE, rows - i);
    for (let j = 0; j < columns; j += TILE) {
      tile[1] = Math.min(TILE, columns - j);
      kernel.strided(
        tile,
        target,
        offsets[0]! + i * outRow + j * outColumn,
        source,
        offsets[1]! + i * inRow + j * inColumn,
      );
    }
  }
}

/** Whole numbers of 64 bits are converted at the load, everything else at the store. */
function computeDtype(from: DType, to: DType): DType {
  return from === int64 ? to : from;
}

function sameSizes(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}
