import { int64, type Kernel, type Kernels, type Scalar, type Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { type RunMap, SAME } from "./map.ts";
import { fillDense } from "./pattern.ts";
import { Plan } from "./plan.ts";

/** Elements from which on transposing by blocks pays. */
const FEW = 256;
/** Nanoseconds for an element. */
const COST = 0.7;
/** Most matrices that are transposed one by one. */
const MATRICES = 4096;

/** Copies between layouts and dtypes; whole numbers of 64 bits are converted at the load, everything else at the store. */
export function copyKernels(engine: Engine, run: RunMap): Kernels {
  const { operands, threads } = engine;
  const fallback = engine.host["copy"] as Kernel;
  const plan = new Plan();

  /** Copies whose elements lie together along one dimension there and along another here: transposed by blocks. */
  function transpose(out: Tensor, input: Tensor): boolean {
    const item = out.dtype.itemsize;
    if (input.dtype !== out.dtype || item > 8 || out.numel() < engine.few(FEW)) return false;
    plan.set(out, [input]);
    const { rank, sizes, steps } = plan;
    const [to, from] = steps as [number[], number[]];
    const inner = rank - 1;
    if (rank < 2 || to[inner] !== 1 || from[inner]! < 2) return false;
    let across = -1;
    for (let d = 0; d < inner; d++) if (from[d] === 1 && to[d]! > 0) across = d;
    if (across < 0) return false;
    const rest = [...Array(inner).keys()].filter((d) => d !== across);
    if (rest.reduce((count, d) => count * sizes[d]!, 1) > MATRICES) return false;
    operands.begin();
    const [target, source] = [operands.output(out), operands.input(input)];
    if (target < 0 || source < 0) return false;
    const [rows, columns] = [sizes[inner]!, sizes[across]!];
    const [step, toStep] = [from[inner]! * item, to[across]! * item];
    let places: (readonly [number, number])[] = [[source, target]];
    for (const d of rest) {
      places = places.flatMap(([x, y]) =>
        Array.from({ length: sizes[d]! }, (_, i) => [x + i * from[d]! * item, y + i * to[d]! * item] as const),
      );
    }
    const cost = COST * out.numel();
    const pieces = threads.split(columns, cost / places.length, 8);
    const calls = places.flatMap(([x, y]) =>
      pieces.map(([first, last]) => [item, rows, last - first, x + first * item, step, y + first * toStep, toStep]),
    );
    threads.share("transpose", calls, cost);
    operands.end();
    return true;
  }

  const copy = (out: Tensor, input: Tensor): void => {
    const compute = input.dtype === int64 ? out.dtype : input.dtype;
    if (transpose(out, input)) return;
    if (!run(SAME, compute, out, [input], [])) fallback(out, input);
  };
  engine.copy = copy;
  const fill = (out: Tensor, value: Scalar): void => {
    if (!fillDense(engine, out, value)) (engine.host["fill"] as Kernel)(out, value);
  };
  return { copy, fill };
}
