import { COMPLEX, type Program } from "../../expr/index.ts";
import { Complex, type DType, type Scalar, type TypedArray, readElement, writeElement } from "../../dtype/index.ts";
import {
  Emitter,
  FunctionBuilder,
  canGenerate,
  convertText,
  convertValue,
  dtypeOfKind,
  interpret,
  loadText,
  storeText,
  type ValueText,
} from "../codegen/index.ts";

/**
 * Folds blocks of elements into accumulators: `m` accumulators from entry `to` on, each taking `n`
 * elements. `aux` holds one value per accumulator for the element program, `scalars` its constants,
 * and `identity` is the value that `combine` ignores (unused for complex numbers).
 */
export type FoldLoop = (
  input: TypedArray,
  at: number,
  m: number,
  mStep: number,
  n: number,
  nStep: number,
  accumulators: TypedArray,
  to: number,
  aux: TypedArray | null,
  scalars: readonly number[],
  identity: unknown,
) => void;

/** What is folded and how. */
export interface FoldSpec {
  /** Program of an element a (and its accumulator's auxiliary value b), computed in `elementDtype`. */
  readonly element: Program;
  readonly elementDtype: DType;
  /** Program that joins accumulators, or an accumulator and an element's value: associative. */
  readonly combine: Program;
  readonly input: DType;
  readonly accumulator: DType;
}

/** The loops of one spec: accumulator by accumulator, and sweeping over them for each element. */
export class FoldKernel {
  readonly byAccumulator: FoldLoop;
  readonly sweeping: FoldLoop;

  constructor(spec: FoldSpec, generate: boolean = canGenerate) {
    this.byAccumulator = generate ? generateByAccumulator(spec) : interpretFold(spec);
    this.sweeping = generate ? generateSweeping(spec) : this.byAccumulator;
  }
}

const PARAMETERS = ["A", "at", "m", "ms", "n", "ns", "R", "to", "X", "S", "Z"];

/** Statements that fold the element at entry `x` into the variable `r` (and `ri` if complex). */
function stepText(spec: FoldSpec, builder: FunctionBuilder, r: string, x: string): string {
  const { element, elementDtype, input, accumulator } = spec;
  const { helper } = builder;
  const loaded = convertText(loadText("A", x, input, helper), input, elementDtype, helper);
  const lines = [`const e = ${loaded.re};`];
  if (loaded.im !== null) lines.push(`const ei = ${loaded.im};`);
  const operands: ValueText[] = [{ re: "e", im: loaded.im === null ? null : "ei" }];
  if (element.operands === 2)
    operands.push(elementDtype.category === COMPLEX ? { re: "y", im: "yi" } : { re: "y", im: null });
  const scalars = element.scalars.map((_, k): ValueText => ({
    re: `S[${k}]`,
    im: elementDtype.category === COMPLEX ? "0" : null,
  }));
  const first = new Emitter(element, elementDtype, operands, scalars, helper, "u");
  const value = first.run();
  lines.push(...first.lines);
  const converted = convertText(value, dtypeOfKind(value.kind, elementDtype), accumulator, helper);
  lines.push(`const v = ${converted.re};`);
  if (converted.im !== null) lines.push(`const vi = ${converted.im};`);
  lines.push(joinText(spec, builder, r, { re: "v", im: converted.im === null ? null : "vi" }));
  return lines.join(" ");
}

/** Statements that join `value` into the variable `r`. */
function joinText(spec: FoldSpec, builder: FunctionBuilder, r: string, value: ValueText): string {
  const complex = spec.accumulator.category === COMPLEX;
  const own: ValueText = { re: r, im: complex ? `${r}i` : null };
  const emitter = new Emitter(spec.combine, spec.accumulator, [own, value], [], builder.helper);
  const joined = emitter.run();
  const imaginary = complex ? ` ${r}i = ${joined.im};` : "";
  return `${emitter.lines.join(" ")} ${r} = ${joined.re};${imaginary}`;
}

function auxText(spec: FoldSpec): string {
  if (spec.element.operands < 2) return "";
  if (spec.elementDtype.category !== COMPLEX) return "const y = X[q];";
  const at = spec.accumulator.lanes === 2 ? "q" : "2 * q";
  return `const y = X[${at}], yi = X[${at} + 1];`;
}

function loadAccumulator(spec: FoldSpec, builder: FunctionBuilder): string {
  const { re, im } = loadText("R", "q", spec.accumulator, builder.helper);
  return `let r = ${re}${im === null ? "" : `, ri = ${im}`};`;
}

function storeAccumulator(spec: FoldSpec, builder: FunctionBuilder): string {
  const { accumulator } = spec;
  const value: ValueText = { re: "r", im: accumulator.category === COMPLEX ? "ri" : null };
  return storeText(value, accumulator, "R", "q", accumulator, builder.helper);
}

function generateByAccumulator(spec: FoldSpec): FoldLoop {
  const builder = new FunctionBuilder();
  const { lanes } = spec.accumulator;
  const complex = spec.accumulator.category === COMPLEX;
  // Independent partial results keep the processor's adders busy, and halve rounding errors twice.
  const partials = complex
    ? ""
    : `if (n >= 16) {
let r1 = Z, r2 = Z, r3 = Z;
for (const end = n - 3; i < end; i += 4) {
${["r", "r1", "r2", "r3"].map((r) => `{ ${stepText(spec, builder, r, "x")} } x += ns;`).join("\n")}
}
${["r1", "r2", "r3"].map((r) => `{ ${joinText(spec, builder, "r", { re: r, im: null })} }`).join("\n")}
}`;
  return builder.build(
    PARAMETERS,
    `for (let j = 0, q = to; j < m; j++, q += ${lanes}) {
${loadAccumulator(spec, builder)} ${auxText(spec)}
let x = at, i = 0;
${partials}
for (; i < n; i++) {
${stepText(spec, builder, "r", "x")}
x += ns;
}
${storeAccumulator(spec, builder)}
at += ms;
}`,
  ) as FoldLoop;
}

function generateSweeping(spec: FoldSpec): FoldLoop {
  const builder = new FunctionBuilder();
  // Several elements per visit of an accumulator save most of the accumulators' memory traffic.
  const sweep = (elements: readonly string[]): string => `for (let j = 0, q = to, x = at; j < m; j++) {
${loadAccumulator(spec, builder)} ${auxText(spec)}
${elements.map((x) => `{ ${stepText(spec, builder, "r", x)} }`).join("\n")}
${storeAccumulator(spec, builder)}
q += ${spec.accumulator.lanes}; x += ms;
}`;
  return builder.build(
    PARAMETERS,
    `let i = 0;
for (; i < n - 3; i += 4) {
${sweep(["x", "x + ns", "x + 2 * ns", "x + 3 * ns"])}
at += 4 * ns;
}
for (; i < n; i++) {
${sweep(["x"])}
at += ns;
}`,
  ) as FoldLoop;
}

function interpretFold(spec: FoldSpec): FoldLoop {
  const { elementDtype, input, accumulator } = spec;
  const element = interpret(spec.element, elementDtype);
  const combine = interpret(spec.combine, accumulator);
  const valueDtype = dtypeOfKind(element.kind, elementDtype);
  return (array, at, m, mStep, n, nStep, accumulators, to, aux, scalars) => {
    const own: Scalar[] = elementDtype.category === COMPLEX ? scalars.map((s) => new Complex(s)) : [...scalars];
    for (let j = 0; j < m; j++) {
      const q = to / accumulator.lanes + j;
      let result = readElement(accumulators, accumulator, q);
      for (let i = 0; i < n; i++) {
        const x = readElement(array, input, (at + j * mStep + i * nStep) / input.lanes);
        const operands = [convertValue(x, input, elementDtype)];
        if (aux !== null) operands.push(readElement(aux, elementDtype, q));
        const value = convertValue(element.run({ operands, scalars: own, locals: [] }), valueDtype, accumulator);
        result = combine.run({ operands: [result, value], scalars: [], locals: [] });
      }
      writeElement(accumulators, accumulator, q, result);
    }
  };
}
