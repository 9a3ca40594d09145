import { BOOL, type Program, parseExpr } from "../../expr/index.ts";
import { type DType, type TypedArray, readElement, writeElement } from "../../dtype/index.ts";
import {
  Emitter,
  FunctionBuilder,
  canGenerate,
  convertText,
  convertValue,
  interpret,
  loadText,
  storeText,
  storeWords,
  wordsOf,
} from "../codegen/index.ts";
import { ownDtype } from "../reduce/reduce.ts";
import type { ArrayView } from "../view.ts";
import { eachLine } from "./lines.ts";

/** Whether b replaces a as the extreme so far: of equal ones the last does, and nan stays. */
const REPLACES: Readonly<Record<"max" | "min", Program>> = {
  max: parseExpr("isnan(b) || (!isnan(a) && b >= a)"),
  min: parseExpr("isnan(b) || (!isnan(a) && b <= a)"),
};

/** Scans one line of `n` elements into extremes and, from `indexAt` on, their positions as word pairs. */
export type ExtremeScanLoop = (
  n: number,
  values: TypedArray,
  valueAt: number,
  valueStep: number,
  words: Int32Array,
  indexAt: number,
  indexStep: number,
  input: TypedArray,
  at: number,
  step: number,
) => void;

const loops: Readonly<Record<"max" | "min", ExtremeScanLoop[]>> = { max: [], min: [] };

/**
 * Cumulative maximum or minimum along `dim`, as torch.cummax and torch.cummin.
 *
 * @param values - of `input`'s shape, any strides
 * @param indices - int64, of `input`'s shape: position of the last extreme so far
 */
export function scanExtreme(
  kind: "max" | "min",
  values: ArrayView,
  indices: ArrayView,
  input: ArrayView,
  dim: number,
): void {
  const index = input.dtype.id * 16 + values.dtype.id;
  const loop = (loops[kind][index] ??= compileExtremeScan(kind, input.dtype, values.dtype));
  const words = wordsOf(indices.array as BigInt64Array);
  const target = values.array;
  const source = input.array;
  // Both outputs are walked in step with the input; the second walk only yields its starts.
  const starts: number[] = [];
  let indexStep = 0;
  eachLine(indices, input, dim, (_, outAt, outStep) => {
    starts.push(outAt);
    indexStep = outStep;
  });
  let line = 0;
  eachLine(values, input, dim, (n, outAt, outStep, at, step) => {
    loop(n, target, outAt, outStep, words, 2 * starts[line++]!, 2 * indexStep, source, at, step);
  });
}

export function compileExtremeScan(
  kind: "max" | "min",
  input: DType,
  out: DType,
  generate: boolean = canGenerate,
): ExtremeScanLoop {
  const dtype = ownDtype(input);
  if (!generate) return interpretExtremeScan(kind, input, out, dtype);
  const builder = new FunctionBuilder();
  const { helper } = builder;
  const element = convertText(loadText("A", "a", input, helper), input, dtype, helper).re;
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
  return builder.build(
    ["n", "O", "o", "os", "W", "w", "ws", "A", "a", "as"],
    `let r = ${dtype.category === BOOL ? "false" : dtype.name === "int64" ? "0n" : "0"}, p = 0;
for (let i = 0; i < n; i++) {
const e = ${element}; ${emitter.lines.join(" ")}
if (i === 0 || ${replaces}) { r = e; p = i; }
${storeText({ re: "r", im: null }, dtype, "O", "o", out, helper)}
W[w] = p; W[w + 1] = 0;
o += os; w += ws; a += as;
}`,
  ) as ExtremeScanLoop;
}

function interpretExtremeScan(kind: "max" | "min", input: DType, out: DType, dtype: DType): ExtremeScanLoop {
  const { run } = interpret(REPLACES[kind], dtype);
  return (n, values, valueAt, valueStep, words, indexAt, indexStep, source, at, step) => {
    let extreme = convertValue(readElement(source, input, at), input, dtype);
    let position = 0;
    for (let i = 0; i < n; i++) {
      const element = convertValue(readElement(source, input, at + i * step), input, dtype);
      if (run({ operands: [extreme, element], scalars: [], locals: [] }) === true) {
        extreme = element;
        position = i;
      }
      writeElement(values, out, valueAt + i * valueStep, convertValue(extreme, dtype, out));
      storeWords(words, indexAt + i * indexStep, position);
    }
  };
}
