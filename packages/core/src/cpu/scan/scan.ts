import { type Program, parseExpr } from "../../expr/index.ts";
import {
  Complex,
  type DType,
  type Scalar,
  type TypedArray,
  complex128,
  float64,
  int64,
  readElement,
  writeElement,
} from "../../dtype/index.ts";
import {
  Emitter,
  FunctionBuilder,
  type ValueText,
  canGenerate,
  convertText,
  convertValue,
  interpret,
  loadText,
  storeText,
} from "../codegen/index.ts";
import type { ArrayView } from "../view.ts";
import { eachLine } from "./lines.ts";

/** Scans that carry one value along a dimension. */
export type ScanKind = "cumsum" | "cumprod" | "logcumsumexp";

/** Scans one line of `n` elements; the carried value starts as (re, im). */
export type ScanLoop = (
  n: number,
  out: TypedArray,
  outAt: number,
  outStep: number,
  input: TypedArray,
  at: number,
  step: number,
  re: unknown,
  im: number,
) => void;

const COMBINE: Readonly<Record<ScanKind, Program>> = {
  cumsum: parseExpr("a + b"),
  cumprod: parseExpr("a * b"),
  logcumsumexp: parseExpr("logaddexp(a, b)"),
};
const START: Readonly<Record<ScanKind, number>> = { cumsum: 0, cumprod: 1, logcumsumexp: -Infinity };
const loops: Readonly<Record<ScanKind, ScanLoop[]>> = { cumsum: [], cumprod: [], logcumsumexp: [] };

/**
 * Cumulative sums, products or logarithms of sums of exponentials along `dim`.
 *
 * Carried in double precision, or as 64-bit integers.
 * @param out - of `input`'s shape, any strides; may be `input` itself
 */
export function scan(kind: ScanKind, out: ArrayView, input: ArrayView, dim: number): void {
  const carried = out.dtype.is_complex ? complex128 : out.dtype.category === 1 ? int64 : float64;
  const index = input.dtype.id * 16 + out.dtype.id;
  const loop = (loops[kind][index] ??= compileScan(COMBINE[kind], input.dtype, out.dtype, carried));
  const start = carried === int64 ? BigInt(START[kind]) : START[kind];
  const target = out.array;
  const source = input.array;
  eachLine(out, input, dim, (n, outAt, outStep, at, step) => {
    loop(n, target, outAt, outStep, source, at, step, start, 0);
  });
}

export function compileScan(
  combine: Program,
  input: DType,
  out: DType,
  carried: DType,
  generate: boolean = canGenerate,
): ScanLoop {
  if (!generate) return interpretScan(combine, input, out, carried);
  const builder = new FunctionBuilder();
  const { helper } = builder;
  const complex = carried.is_complex;
  const element = convertText(loadText("A", "a", input, helper), input, carried, helper);
  const operands: ValueText[] = [
    { re: "r", im: complex ? "ri" : null },
    { re: "e", im: complex ? "ei" : null },
  ];
  const emitter = new Emitter(combine, carried, operands, [], helper);
  const next = emitter.run();
  return builder.build(
    ["n", "O", "o", "os", "A", "a", "as", "r", "ri"],
    `for (let i = 0; i < n; i++) {
const e = ${element.re}${complex ? `, ei = ${element.im}` : ""};
${emitter.lines.join(" ")}
r = ${next.re};${complex ? ` ri = ${next.im};` : ""}
${storeText({ re: "r", im: complex ? "ri" : null }, carried, "O", "o", out, helper)}
o += os; a += as;
}`,
  ) as ScanLoop;
}

function interpretScan(combine: Program, input: DType, out: DType, carried: DType): ScanLoop {
  const { run } = interpret(combine, carried);
  return (n, target, outAt, outStep, source, at, step, re, im) => {
    let carry = (carried.is_complex ? new Complex(re as number, im) : re) as Scalar;
    for (let i = 0; i < n; i++) {
      const element = readElement(source, input, (at + i * step) / input.lanes);
      carry = run({ operands: [carry, convertValue(element, input, carried)], scalars: [], locals: [] });
      writeElement(target, out, (outAt + i * outStep) / out.lanes, convertValue(carry, carried, out));
    }
  };
}
