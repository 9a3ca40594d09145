import { BOOL, type Program, parseExpr } from "../../expr/index.ts";
import { type DType, type TypedArray, float64, int64, readElement, writeElement } from "../../dtype/index.ts";
import {
  Emitter,
  FunctionBuilder,
  canGenerate,
  convertText,
  convertValue,
  interpret,
  loadText,
} from "../codegen/index.ts";
import { copy } from "../copy/index.ts";
import type { ArrayView } from "../view.ts";
import { Geometry } from "./geometry.ts";
import { denseView, extremeIdentity, ownDtype } from "./reduce.ts";

/** Whether b replaces a as the extreme so far: nan does, once; of equal ones the first stays. */
const REPLACES: Readonly<Record<"max" | "min", Program>> = {
  max: parseExpr("b > a || (isnan(b) && !isnan(a))"),
  min: parseExpr("b < a || (isnan(b) && !isnan(a))"),
};

/**
 * Updates `m` extremes from entry `to` on, and their positions, with `n` elements each, the first of
 * which has position `base`.
 */
type ExtremeLoop = (
  input: TypedArray,
  at: number,
  m: number,
  mStep: number,
  n: number,
  nStep: number,
  values: TypedArray,
  positions: Float64Array,
  to: number,
  base: number,
) => void;

interface ExtremeKernel {
  readonly byResult: ExtremeLoop;
  readonly sweeping: ExtremeLoop;
}

const kernels: Readonly<Record<"max" | "min", ExtremeKernel[]>> = { max: [], min: [] };
const geometry = new Geometry();

/**
 * The largest or smallest of each row of elements and the position of its first occurrence; nan
 * counts as larger and as smaller than every number.
 *
 * @param values - dense, or null when only positions are wanted
 * @param indices - dense, int64
 * @param dims - sorted; over several dimensions positions count in row-major order
 */
export function extreme(
  kind: "max" | "min",
  values: ArrayView | null,
  indices: ArrayView,
  input: ArrayView,
  dims: readonly number[],
): void {
  geometry.set(input, dims);
  const { kept, m, mStep, n, nStep } = geometry;
  const dtype = ownDtype(input.dtype);
  const direct = values !== null && values.dtype === dtype;
  const found = direct ? values.array : new dtype.ArrayType(kept);
  const start = direct ? values.offset : 0;
  const identity = extremeIdentity(kind, dtype);
  (found as Float64Array).fill(
    (typeof identity === "boolean" ? Number(identity) : identity) as number,
    start,
    start + kept,
  );
  const positions = new Float64Array(kept);
  const kernel = (kernels[kind][input.dtype.id] ??= compile(kind, input.dtype, dtype));
  const loop = geometry.sweepsKept ? kernel.sweeping : kernel.byResult;
  const array = input.array;
  const shifted = start === 0 ? found : found.subarray(start);
  geometry.run((at, result, index) => loop(array, at, m, mStep, n, nStep, shifted, positions, result, index));
  if (values !== null && !direct) copy(values, denseView(found, dtype, values.shape));
  copy(indices, denseView(positions, float64, indices.shape));
}

function compile(kind: "max" | "min", input: DType, dtype: DType): ExtremeKernel {
  if (canGenerate)
    return { byResult: generate(kind, input, dtype, false), sweeping: generate(kind, input, dtype, true) };
  const loop = interpretExtreme(kind, input, dtype);
  return { byResult: loop, sweeping: loop };
}

/** @param sweeping - go through the results in the inner loop */
export function generate(kind: "max" | "min", input: DType, dtype: DType, sweeping: boolean): ExtremeLoop {
  const builder = new FunctionBuilder();
  const { helper } = builder;
  const element = convertText(loadText("A", "x", input, helper), input, dtype, helper).re;
  const emitter = new Emitter(
    REPLACES[kind],
    dtype,
    [
      { re: "r", im: null },
      { re: "e", im: null },
    ],
    [],
    helper,
  );
  const replaces = emitter.run().re;
  const compare = `const e = ${element}; ${emitter.lines.join(" ")}`;
  const load = loadText("R", "q", dtype, helper).re;
  const stored = dtype.category === BOOL ? "r ? 1 : 0" : "r";
  const body = sweeping
    ? `for (let i = 0; i < n; i++) {
for (let j = 0, q = to, x = at; j < m; j++, q++, x += ms) {
const r = ${load}; ${compare}
if (${replaces}) { R[q] = ${dtype.category === BOOL ? "e ? 1 : 0" : "e"}; P[q] = base + i; }
}
at += ns;
}`
    : `for (let j = 0, q = to; j < m; j++, q++) {
let r = ${load}, p = P[q], x = at;
for (let i = 0; i < n; i++, x += ns) {
${compare}
if (${replaces}) { r = e; p = base + i; }
}
R[q] = ${stored}; P[q] = p;
at += ms;
}`;
  return builder.build(["A", "at", "m", "ms", "n", "ns", "R", "P", "to", "base"], body) as ExtremeLoop;
}

export function interpretExtreme(kind: "max" | "min", input: DType, dtype: DType): ExtremeLoop {
  const { run } = interpret(REPLACES[kind], dtype);
  return (array, at, m, mStep, n, nStep, values, positions, to, base) => {
    for (let j = 0; j < m; j++) {
      for (let i = 0; i < n; i++) {
        const element = convertValue(readElement(array, input, at + j * mStep + i * nStep), input, dtype);
        const operands = [readElement(values, dtype, to + j), element];
        if (run({ operands, scalars: [], locals: [] }) !== true) continue;
        writeElement(values, dtype, to + j, element);
        positions[to + j] = base + i;
      }
    }
  };
}

/** Positions of extremes, as torch.argmax and torch.argmin. */
export function argExtreme(kind: "max" | "min", out: ArrayView, input: ArrayView, dims: readonly number[]): void {
  if (out.dtype !== int64) throw new TypeError("positions are int64");
  extreme(kind, null, out, input, dims);
}
