import { COMPLEX, type Program } from "../../expr/index.ts";
import { type DType, DTYPES, type Scalar, Complex, type TypedArray, readElement, writeElement } from "../../dtype/index.ts";
import {
  Emitter,
  FunctionBuilder,
  canGenerate,
  convertText,
  convertValue,
  dtypeOfKind,
  interpret,
  loadText,
  roundReal,
  storeText,
  type ValueText,
} from "../codegen/index.ts";

/** Stands for the dtype id of a slot whose value is one constant for the whole loop. */
export const CONSTANT = DTYPES.length;

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
    const text = convertText(loadText(`A${k}`, indices[k]!, dtype, builder.helper), dtype, compute, builder.helper);
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
  lines.push(storeText(result, dtypeOfKind(result.kind, compute), "O", index, out, builder.helper));
  return lines.join("\n");
}

function parametersOf(kernel: Kernel): string[] {
  return ["O", "o", ...kernel.slots.flatMap((_, k) => [`A${k}`, `a${k}`])];
}

function generateContiguous(kernel: Kernel): ContiguousLoop {
  const builder = new FunctionBuilder();
  const at = (base: string, lanes: number): string => (lanes === 2 ? `${base} + 2 * i` : `${base} + i`);
  const indices = kernel.slots.map((id, k) => (id === CONSTANT ? "0" : at(`a${k}`, DTYPES[id]!.lanes)));
  const element = elementText(kernel, builder, at("o", kernel.out.lanes), indices);
  return builder.build(["n", ...parametersOf(kernel)], `for (let i = 0; i < n; i++) {\n${element}\n}`);
}

function generateStrided(kernel: Kernel): StridedLoop {
  const builder = new FunctionBuilder();
  const moving = kernel.slots.map((_, k) => k).filter((k) => kernel.slots[k] !== CONSTANT);
  const steps = moving.map((k) => `p${k} = L[${4 + 2 * k}], q${k} = L[${5 + 2 * k}]`);
  const element = elementText(kernel, builder, "x", kernel.slots.map((_, k) => `x${k}`));
  return builder.build(
    ["L", ...parametersOf(kernel)],
    `const n0 = L[0], n1 = L[1], ${["p = L[2], q = L[3]", ...steps].join(", ")};
for (let i = 0; i < n0; i++) {
let ${["x = o", ...moving.map((k) => `x${k} = a${k}`)].join(", ")};
for (let j = 0; j < n1; j++) {
${element}
${["x += q", ...moving.map((k) => `x${k} += q${k}`)].join("; ")};
}
${["o += p", ...moving.map((k) => `a${k} += p${k}`)].join("; ")};
}`,
  );
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
