import { BOOL, COMPLEX, INTEGER, type Program, kindOf } from "../../expr/index.ts";
import {
  Complex,
  type DType,
  DTYPES,
  type Scalar,
  type TypedArray,
  float64,
  int64,
  readElement,
  writeElement,
} from "../../dtype/index.ts";
import {
  Emitter,
  FunctionBuilder,
  type Helper,
  canGenerate,
  convertText,
  convertValue,
  dtypeOfKind,
  interpret,
  loadText,
  roundReal,
  storeText,
  storeWords,
  type ValueText,
  wordsOf,
  wrapText,
} from "../codegen/index.ts";

/** Stands for the dtype id of a slot whose value is one constant for the whole loop. */
export const CONSTANT: number = DTYPES.length;

/**
 * A loop over contiguous memory: (n, out, outAt, slot, slotAt, slot, slotAt, ...).
 *
 * Slots are the operands, then the scalars. A slot is an array and the entry to start at, or, when
 * constant, the value converted to the computation's dtype: (value, 0), complex (re, im).
 */
export type ContiguousLoop = (n: number, out: TypedArray, outAt: number, ...slots: unknown[]) => void;

/**
 * Two nested strided loops: (layout, out, outAt, slot, slotAt, ...), layout being [outer size, inner
 * size, then outer and inner step of out and of each slot], steps in entries.
 */
export type StridedLoop = (layout: readonly number[], out: TypedArray, outAt: number, ...slots: unknown[]) => void;

/** The loops of one program for one combination of dtypes, made when first needed. */
export class Kernel {
  readonly program: Program;
  readonly compute: DType;
  readonly out: DType;
  /** Per slot its dtype id or {@link CONSTANT}. */
  readonly slots: readonly number[];
  contiguous: ContiguousLoop;
  strided: StridedLoop;

  constructor(program: Program, compute: DType, out: DType, slots: readonly number[], generate: boolean = canGenerate) {
    this.program = program;
    this.compute = compute;
    this.out = out;
    this.slots = slots;
    this.contiguous = (...args) => {
      this.contiguous = generate ? generateContiguous(this) : interpretContiguous(this);
      this.contiguous(...args);
    };
    this.strided = (...args) => {
      this.strided = generate ? generateStrided(this) : interpretStrided(this);
      this.strided(...args);
    };
  }
}

/** Whether the kernel only moves elements, so that their bits need no interpretation. */
function isMove(kernel: Kernel): boolean {
  const { program, compute, out, slots } = kernel;
  return program.result.kind === "operand" && compute === out && slots[program.result.index] === out.id;
}

/** Whether int64 slot `k` is read as words because the computation is in another dtype. */
function readsWords(kernel: Kernel, k: number): boolean {
  return kernel.slots[k] === int64.id && kernel.compute !== int64;
}

/** Whether results are numbers or truth values to be stored as int64. */
function writesWords(kernel: Kernel): boolean {
  const kind = kindOf(kernel.program.result, kernel.program, kernel.compute);
  return kernel.out === int64 && kind !== COMPLEX && !(kernel.compute === int64 && kind === INTEGER) && !isMove(kernel);
}

/** Statements before the loops. */
function preamble(kernel: Kernel, builder: FunctionBuilder): string {
  const lines = kernel.slots.map((_, k) =>
    readsWords(kernel, k) ? `const I${k} = ${builder.helper(wordsOf)}(A${k});\n` : "",
  );
  if (writesWords(kernel)) lines.push(`const W = ${builder.helper(wordsOf)}(O);\n`);
  return lines.join("");
}

/** Text of the value at word pair `at` of slot `k`, as dtype `compute`. */
function wordsText(k: number, at: string, compute: DType, helper: Helper): ValueText {
  const low = `I${k}[2 * (${at})]`;
  const high = `I${k}[2 * (${at}) + 1]`;
  if (compute.category === BOOL) return { re: `((${low} | ${high}) !== 0)`, im: null };
  if (compute.category === INTEGER) return { re: wrapText(low, compute), im: null };
  return convertText({ re: `(${high} * 4294967296 + (${low} >>> 0))`, im: null }, float64, compute, helper);
}

/** Text that stores a value computed as `from` as the word pair `at` of the output. */
function storeWordsText(value: string, from: DType, at: string, helper: Helper): string {
  if (from.category === BOOL) return `W[2 * (${at})] = ${value} ? 1 : 0; W[2 * (${at}) + 1] = 0;`;
  if (from.category === INTEGER) return `W[2 * (${at})] = ${value}; W[2 * (${at}) + 1] = ${value} >> 31;`;
  const rounded = convertText({ re: value, im: null }, float64, from, helper).re;
  return `${helper(storeWords)}(W, 2 * (${at}), ${rounded});`;
}

/** Statements that compute one element, `index` and `indices` being the texts of entry numbers. */
function elementText(kernel: Kernel, builder: FunctionBuilder, index: string, indices: readonly string[]): string {
  const { program, compute, out, slots } = kernel;
  if (isMove(kernel)) {
    const k = (program.result as { index: number }).index;
    const second = out.lanes === 2 ? ` O[${index} + 1] = A${k}[${indices[k]} + 1];` : "";
    return `O[${index}] = A${k}[${indices[k]}];${second}`;
  }
  const lines: string[] = [];
  const values = slots.map((id, k): ValueText => {
    if (id === CONSTANT) return { re: `A${k}`, im: compute.category === COMPLEX ? `a${k}` : null };
    const dtype = DTYPES[id]!;
    const text = readsWords(kernel, k)
      ? wordsText(k, indices[k]!, compute, builder.helper)
      : convertText(loadText(`A${k}`, indices[k]!, dtype, builder.helper), dtype, compute, builder.helper);
    lines.push(`const v${k} = ${text.re};`);
    if (text.im !== null) lines.push(`const w${k} = ${text.im};`);
    return { re: `v${k}`, im: text.im === null ? null : `w${k}` };
  });
  const emitter = new Emitter(
    program,
    compute,
    values.slice(0, program.operands),
    values.slice(program.operands),
    builder.helper,
  );
  const result = emitter.run();
  lines.push(...emitter.lines);
  const from = dtypeOfKind(result.kind, compute);
  lines.push(
    writesWords(kernel)
      ? storeWordsText(result.re, from, index, builder.helper)
      : storeText(result, from, "O", index, out, builder.helper),
  );
  return lines.join("\n");
}

function parametersOf(kernel: Kernel): string[] {
  return ["O", "o", ...kernel.slots.flatMap((_, k) => [`A${k}`, `a${k}`])];
}

/** Bodies up to this many characters are repeated, so that loop overhead does not dominate them. */
const UNROLLED_LENGTH = 160;
const UNROLL = 4;

function generateContiguous(kernel: Kernel): ContiguousLoop {
  const builder = new FunctionBuilder();
  const element = (step: number): string => {
    const at = (base: string, lanes: number): string => {
      return `${base} + ${lanes === 2 ? "2 * i" : "i"}${step === 0 ? "" : ` + ${step * lanes}`}`;
    };
    const indices = kernel.slots.map((id, k) => (id === CONSTANT ? "0" : at(`a${k}`, DTYPES[id]!.lanes)));
    return elementText(kernel, builder, at("o", kernel.out.lanes), indices);
  };
  const single = element(0);
  const lines = [preamble(kernel, builder), "let i = 0;"];
  if (single.length <= UNROLLED_LENGTH) {
    const bodies = Array.from({ length: UNROLL }, (_, step) => `{\n${element(step)}\n}`);
    lines.push(`for (const end = n - ${UNROLL - 1}; i < end; i += ${UNROLL}) {\n${bodies.join("\n")}\n}`);
  }
  lines.push(`for (; i < n; i++) {\n${single}\n}`);
  return builder.build(["n", ...parametersOf(kernel)], lines.join("\n")) as ContiguousLoop;
}

function generateStrided(kernel: Kernel): StridedLoop {
  const builder = new FunctionBuilder();
  const moving = kernel.slots.map((_, k) => k).filter((k) => kernel.slots[k] !== CONSTANT);
  const steps = moving.map((k) => `p${k} = L[${4 + 2 * k}], q${k} = L[${5 + 2 * k}]`);
  const element = elementText(
    kernel,
    builder,
    "x",
    kernel.slots.map((_, k) => `x${k}`),
  );
  return builder.build(
    ["L", ...parametersOf(kernel)],
    `${preamble(kernel, builder)}const n0 = L[0], n1 = L[1], ${["p = L[2], q = L[3]", ...steps].join(", ")};
for (let i = 0; i < n0; i++) {
let ${["x = o", ...moving.map((k) => `x${k} = a${k}`)].join(", ")};
for (let j = 0; j < n1; j++) {
${element}
${["x += q", ...moving.map((k) => `x${k} += q${k}`)].join("; ")};
}
${["o += p", ...moving.map((k) => `a${k} += p${k}`)].join("; ")};
}`,
  ) as StridedLoop;
}

/** Computes the element at entry `outAt` from the entries in `slots` (array, entry pairs). */
type Element = (out: TypedArray, outAt: number, slots: readonly unknown[], entries: readonly number[]) => void;

function interpretElement(kernel: Kernel): Element {
  const { program, compute, out } = kernel;
  if (isMove(kernel)) {
    const k = (program.result as { index: number }).index;
    return (array, at, slots, entries) => {
      const source = slots[2 * k] as Float64Array;
      for (let lane = 0; lane < out.lanes; lane++) (array as Float64Array)[at + lane] = source[entries[k]! + lane]!;
    };
  }
  const { kind, run } = interpret(program, compute);
  const from = dtypeOfKind(kind, compute);
  const frame = { operands: [] as Scalar[], scalars: [] as Scalar[], locals: [] as Scalar[] };
  return (array, at, slots, entries) => {
    for (let k = 0; k < kernel.slots.length; k++) {
      const id = kernel.slots[k]!;
      let value: Scalar;
      if (id === CONSTANT) {
        value = slots[2 * k] as Scalar;
        if (compute.category === COMPLEX) value = new Complex(value as number, slots[2 * k + 1] as number);
      } else {
        const dtype = DTYPES[id]!;
        value = convertValue(readElement(slots[2 * k] as TypedArray, dtype, entries[k]! / dtype.lanes), dtype, compute);
      }
      if (k < program.operands) frame.operands[k] = value;
      else frame.scalars[k - program.operands] = value;
    }
    writeElement(array, out, at / out.lanes, convertValue(rounded(run(frame), from), from, out));
  };
}

function rounded(value: Scalar, dtype: DType): Scalar {
  if (typeof value === "number" && dtype.category >= 2) return roundReal(value, dtype);
  return value instanceof Complex ? new Complex(roundReal(value.re, dtype), roundReal(value.im, dtype)) : value;
}

function interpretContiguous(kernel: Kernel): ContiguousLoop {
  const element = interpretElement(kernel);
  const lanes = kernel.slots.map((id) => DTYPES[id]?.lanes ?? 0);
  return (n, out, outAt, ...slots) => {
    const entries = lanes.map((_, k) => slots[2 * k + 1] as number);
    for (let i = 0; i < n; i++) {
      element(out, outAt + i * kernel.out.lanes, slots, entries);
      for (let k = 0; k < entries.length; k++) entries[k]! += lanes[k]!;
    }
  };
}

function interpretStrided(kernel: Kernel): StridedLoop {
  const element = interpretElement(kernel);
  const entries = new Array<number>(kernel.slots.length);
  return (layout, out, outAt, ...slots) => {
    for (let i = 0; i < layout[0]!; i++) {
      for (let j = 0; j < layout[1]!; j++) {
        for (let k = 0; k < entries.length; k++) {
          entries[k] = (slots[2 * k + 1] as number) + i * layout[4 + 2 * k]! + j * layout[5 + 2 * k]!;
        }
        element(out, outAt + i * layout[2]! + j * layout[3]!, slots, entries);
      }
    }
  };
}
