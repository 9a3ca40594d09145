import { float32, type Kernel, type Kernels, type Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { areFloat32 } from "./views.ts";

/** Elements below which the host's loops are as fast. */
const FEW = 1025;

/**
 * Sums and means of dense float32 tensors, in single precision within short blocks and double beyond. The dimensions, kept
 * and reduced ones, may alternate up to twice; other cases are reduced on the host's loops.
 */
export function reduceKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host } = engine;

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
      const rows = sizes[count - 2]!;
      const blocks = count === 3 ? sizes[0]! : 1;
      for (let i = 0; i < blocks; i++) exports.sumColumns(rows, last, x + 4 * i * rows * last, y + 4 * i * last, scale);
    } else if (count < 3) exports.sumRows(count === 2 ? sizes[0]! : 1, last, x, y, scale);
    else {
      const rows = sizes[0]! * sizes[1]!;
      const partial = heap.scratch(4 * rows);
      if (partial < 0) return false;
      exports.sumRows(rows, last, x, partial, 1);
      exports.sumColumns(sizes[0]!, sizes[1]!, partial, y, scale);
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
