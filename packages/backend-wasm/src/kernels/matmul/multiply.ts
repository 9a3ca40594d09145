import type { Tensor } from "@tt/core";
import type { Engine } from "../../engine.ts";
import { problemOf, type Problem, transposed } from "./shapes.ts";
import { type ProductType, productTypes } from "./types.ts";

/** Bytes of an operand that is packed for all threads at most. */
const MOST_SHARED = 1 << 24;
/** Rows and columns of which a thread's share is a multiple: tiles'. */
const ROWS = 6;
const COLUMNS = 16;
/** Nanoseconds of a thread's part up to which it is cut into two pieces, not more. */
const LONG = 1_000_000;

/**
 * out = alpha * a times b + beta * bias, for matrices or batches of them with any steps. False where that is not possible
 * and the host has to do it.
 */
export type Multiply = (out: Tensor, a: Tensor, b: Tensor, bias: Tensor | null, alpha: number, beta: number) => boolean;

export function makeMultiply(engine: Engine): Multiply {
  const { exports, heap, operands, threads } = engine;

  return (out, a, b, bias, alpha, beta) => {
    const type = productTypes.get(out.dtype);
    if (type === undefined) return false;
    if (beta !== 0 && bias !== null && overlap(out, bias)) return false;
    let problem = problemOf(out, a, b, beta === 0 ? null : bias);
    if (!type.narrow) {
      const rows = problem.n === 1 || problem.out.column === 1;
      const columns = problem.m === 1 || problem.out.row === 1;
      if (!rows && !columns) return false;
      if (!rows || (columns && problem.m > problem.n)) problem = transposed(problem);
    }
    return type.gemv !== null && problem.m === 1 && vectorSuits(problem)
      ? timesVector(type, problem, alpha, beta)
      : product(type, problem, alpha, beta);
  };

  function product(type: ProductType, problem: Problem, alpha: number, beta: number): boolean {
    const { batch, m, n, k, a, b, out, bias } = problem;
    const { lanes, width, kind } = type;
    const size = out.tensor.dtype.itemsize;
    const work = Math.ceil(exports.gemmScratch() / 64) * 64;
    const dense = type.narrow ? batch * m * n * width : 0;
    const cost = batch * m * n * k * type.cost;
    const byRows = m >= n;
    const ranges = batch >= 2 * threads.count ? null : shares(byRows ? m : n, byRows ? ROWS : COLUMNS, cost);
    // What all pieces need is packed once, by all threads, unless it is so large that the pieces are, too.
    const extent = byRows ? n * lanes : m;
    const packed =
      batch > 1 || ranges === null || ranges.length < 2 ? 0 : exports.packedBytes(!byRows, extent, k * lanes, width);
    const ready = packed === 0 || packed > MOST_SHARED ? 0 : byRows ? 2 : 1;
    operands.begin();
    const scratch = heap.scratch(work * threads.count + Math.ceil(dense / 64) * 64 + (ready === 0 ? 0 : packed));
    const pa = operands.input(a.tensor);
    const pb = operands.input(b.tensor);
    const pout = operands.output(out.tensor);
    const pbias = bias === null ? 0 : operands.input(bias.tensor);
    if (scratch < 0 || pa < 0 || pb < 0 || pout < 0 || pbias < 0) return false;
    const temporary = scratch + work * threads.count;
    const [c, cBatch, cRow] = type.narrow
      ? [temporary, m * n * width, n * width]
      : [pout, out.batch * size, out.row * size];
    let [from, fromBatch, fromRow] = [0, 0, 0];
    if (bias !== null) {
      const straight = bias.column === 1 || n === 1;
      if (beta === 1 && !type.narrow && straight)
        [from, fromBatch, fromRow] = [pbias, bias.batch * size, bias.row * size];
      else {
        const steps = [bias.row * size, bias.column * size] as const;
        for (let i = 0; i < batch; i++)
          exports[type.scale](kind, m, n, pbias + i * bias.batch * size, ...steps, beta, c + i * cBatch, cRow);
        [from, fromBatch, fromRow] = [c, cBatch, cRow];
      }
    }
    const shared = temporary + Math.ceil(dense / 64) * 64;
    if (ready !== 0) {
      const [side, from] = byRows ? [b, pb] : [a, pa];
      const steps = [side.row * size, side.column * size] as const;
      const strips = exports.stripsShared(type.number, !byRows, extent);
      const packs = threads
        .split(strips, extent * k * lanes, 8)
        .map(([first, last]) => [
          type.number,
          kind,
          byRows ? 0 : 1,
          extent,
          k * lanes,
          first,
          last,
          from,
          ...steps,
          alpha,
          shared,
        ]);
      threads.run("packShared", packs);
    }
    const call = (i0: number, i1: number, r0: number, r1: number, j0: number, j1: number): number[] => [
      kind,
      i1 - i0,
      r1 - r0,
      (j1 - j0) * lanes,
      k * lanes,
      ready === 1 ? shared : pa + (i0 * a.batch + r0 * a.row) * size,
      a.batch * size,
      a.row * size,
      a.column * size,
      ready === 2 ? shared : pb + (i0 * b.batch + j0 * b.column) * size,
      b.batch * size,
      b.row * size,
      b.column * size,
      from === 0 ? 0 : from + i0 * fromBatch + r0 * fromRow + j0 * lanes * width,
      fromBatch,
      fromRow,
      c + i0 * cBatch + r0 * cRow + j0 * lanes * width,
      cBatch,
      cRow,
      alpha,
      scratch,
      ready,
    ];
    const calls =
      ranges === null
        ? threads.split(batch, cost).map(([from, to]) => call(from, to, 0, m, 0, n))
        : ranges.map(([from, to]) => (byRows ? call(0, batch, from, to, 0, n) : call(0, batch, 0, m, from, to)));
    threads.run(type.product, calls, { at: 20, base: scratch, stride: work });
    if (type.narrow) {
      for (let i = 0; i < batch; i++)
        exports.narrow(kind, m, n, c + i * cBatch, pout + i * out.batch * size, out.row * size, out.column * size);
    }
    operands.end();
    return true;
  }

  /** Nearly equal ranges of `n` rows or columns, of multiples of `step`; a single one for little work. */
  function shares(n: number, step: number, cost: number): (readonly [from: number, to: number])[] {
    const units = Math.ceil(n / step);
    const most = threads.split(units, cost).length;
    const pieces = most > 1 && cost < LONG * threads.count ? Math.min(most, 2 * threads.count) : most;
    const at = (i: number): number => Math.min(n, Math.round((i * units) / pieces) * step);
    return Array.from({ length: pieces }, (_, i) => [at(i), at(i + 1)]);
  }

  /** One row times b: as b transposed times a column. */
  function timesVector(type: ProductType, problem: Problem, alpha: number, beta: number): boolean {
    const { batch, n, k, a, b, out, bias } = problem;
    const { width } = type;
    operands.begin();
    const work = Math.ceil((k * width) / 64) * 64;
    const scratch = heap.scratch(work * threads.count);
    const pa = operands.input(a.tensor);
    const pb = operands.input(b.tensor);
    const pout = operands.output(out.tensor);
    const pbias = bias === null ? 0 : operands.input(bias.tensor);
    if (scratch < 0 || pa < 0 || pb < 0 || pout < 0 || pbias < 0) return false;
    const step = (n === 1 ? 1 : out.column) * width;
    const ranges = threads.split(n, batch * n * k * type.cost, 32);
    const calls: number[][] = [];
    for (let i = 0; i < batch; i++) {
      const y = pout + i * out.batch * width;
      let [from, fromStep] = [0, 0];
      if (bias !== null) {
        [from, fromStep] = [pbias + i * bias.batch * width, bias.column * width];
        if (beta !== 1) {
          exports[type.scale](type.kind, n, 1, from, fromStep, 0, beta, y, step);
          [from, fromStep] = [y, step];
        }
      }
      for (const [first, end] of ranges) {
        calls.push([
          end - first,
          k,
          pb + (i * b.batch + first * b.column) * width,
          b.column * width,
          b.row * width,
          pa + i * a.batch * width,
          a.column * width,
          from === 0 ? 0 : from + first * fromStep,
          fromStep,
          y + first * step,
          step,
          alpha,
          scratch,
        ]);
      }
    }
    threads.run(type.gemv!, calls, { at: 12, base: scratch, stride: work });
    operands.end();
    return true;
  }
}

/** Whether the matrix's elements lie together in one direction. */
function vectorSuits({ n, b }: Problem): boolean {
  return b.row === 1 || b.column === 1 || n === 1;
}

/** Whether `bias` shares memory with `out`, other than by being it. */
function overlap(out: Tensor, bias: Tensor): boolean {
  if (out.storage !== bias.storage) return false;
  return (
    out.offset !== bias.offset ||
    out.ndim !== bias.ndim ||
    !out.shape.every((size, d) => bias.shape[d] === size && (size === 1 || bias.strides[d] === out.strides[d]))
  );
}
