import { float32, type Kernel, type Kernels, type Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { areFloat32 } from "./views.ts";

/** Elements below which the host's loops are as fast. */
const FEW = 1025;
/** Elements of a long row that are added up by themselves. */
const PART = 32_768;
/** Nanoseconds for an element. */
const COST = 0.1;

/**
 * Sums and means of dense float32 tensors, in single precision within short blocks and double beyond. The dimensions, kept
 * and reduced ones, may alternate up to twice; other cases are reduced on the host's loops.
 */
export function reduceKernels(engine: Engine): Kernels {
  const { heap, operands, host, threads } = engine;

  /** By rows of n. Long rows are added up in parts, whose size does not depend on the threads. */
  function sumRows(rows: number, n: number, x: number, y: number, scale: number): boolean {
    if (n < 2 * PART) {
      sumShortRows(rows, n, x, y, scale);
      return true;
    }
    const parts = Math.ceil(n / PART);
    const work = heap.scratch(8 * rows * parts);
    if (work < 0) return false;
    const calls: number[][] = [];
    for (let i = 0; i < rows; i++) {
      for (const [from, to] of threads.split(parts, COST * rows * n)) {
        const at = 4 * from * PART;
        calls.push([to - from, PART, n - from * PART, x + 4 * i * n + at, work + 8 * (i * parts + from)]);
      }
    }
    threads.share("sumParts", calls, COST * rows * n);
    const sums = new Float64Array(heap.memory.buffer, work, rows * parts);
    for (let i = 0; i < rows; i++) {
      let total = 0;
      for (let j = 0; j < parts; j++) total += sums[i * parts + j]!;
      heap.floats[(y >>> 2) + i] = total * scale;
    }
    return true;
  }

  function sumShortRows(rows: number, n: number, x: number, y: number, scale: number): void {
    const pieces = threads.split(rows, COST * rows * n);
    threads.run(
      "sumRows",
      pieces.map(([from, to]) => [to - from, n, x + 4 * from * n, y + 4 * from, scale]),
    );
  }

  /** In blocks of rows of n, by columns. */
  function sumColumns(blocks: number, rows: number, n: number, x: number, y: number, scale: number): void {
    const cost = COST * blocks * rows * n;
    const pieces = threads.split(n, blocks >= 2 * threads.count ? 0 : cost, 16);
    const calls: number[][] = [];
    for (let i = 0; i < blocks; i++)
      for (const [from, to] of pieces)
        calls.push([rows, to - from, 4 * n, x + 4 * (i * rows * n + from), y + 4 * (i * n + from), scale]);
    threads.share("sumColumns", calls, cost);
  }

  function reduce(out: Tensor, input: Tensor, dims: readonly number[], mean: boolean): boolean {
    if (!areFloat32(out, input) || input.numel() < FEW || !input.contiguous_ || !out.contiguous_) return false;
    const { sizes, reduced } = merged(input.shape, dims);
    const count = sizes.length;
    if (count === 0 || count > 3) return false;
    const terms = sizes.reduce((n, size, i) => (reduced[i] ? n * size : n), 1);
    const scale = mean ? 1 / terms : 1;
    operands.begin();
    const [x, y] = [operands.input(input), operands.output(out)];
    if (x < 0 || y < 0) return false;
    const last = sizes[count - 1]!;
    if (!reduced[count - 1]) {
      // [..., reduced, kept]
      if (count === 1) return false;
      const blocks = count === 3 ? sizes[0]! : 1;
      sumColumns(blocks, sizes[count - 2]!, last, x, y, scale);
    } else if (count < 3) {
      if (!sumRows(count === 2 ? sizes[0]! : 1, last, x, y, scale)) return false;
    } else {
      const rows = sizes[0]! * sizes[1]!;
      const partial = heap.scratch(4 * rows);
      if (partial < 0) return false;
      sumShortRows(rows, last, x, partial, 1);
      sumColumns(1, sizes[0]!, sizes[1]!, partial, y, scale);
    }
    operands.end();
    return true;
  }

  const kernel =
    (name: "sum" | "mean"): Kernel =>
    (out: Tensor, input: Tensor, dims: readonly number[]) => {
      if (input.dtype !== float32 || !reduce(out, input, dims, name === "mean"))
        (host[name] as Kernel)(out, input, dims);
    };
  return { sum: kernel("sum"), mean: kernel("mean") };
}

/** Neighbouring dimensions of one kind as one, those of size 1 left out. */
function merged(shape: readonly number[], dims: readonly number[]): { sizes: number[]; reduced: boolean[] } {
  const sizes: number[] = [];
  const reduced: boolean[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const kind = dims.includes(d);
    if (sizes.length > 0 && reduced.at(-1) === kind) sizes[sizes.length - 1]! *= size;
    else {
      sizes.push(size);
      reduced.push(kind);
    }
  });
  return { sizes, reduced };
}
