import type { Program } from "../../expr/index.ts";
import { type DType, DTYPES, type TypedArray } from "../../dtype/index.ts";

/** Stands for the dtype id of a slot whose value is one constant for the whole loop. */
export const CONSTANT: number = DTYPES.length;

/** What a loop is made for: a program and the dtypes it meets. */
export interface LoopSpec {
  readonly program: Program;
  readonly compute: DType;
  readonly out: DType;
  /** Per slot its dtype id or {@link CONSTANT}. Slots are the operands, then the scalars. */
  readonly slots: readonly number[];
}

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

/** Whether the loop only moves elements, so that their bits need no interpretation. */
export function isMove(spec: LoopSpec): boolean {
  const { program, compute, out, slots } = spec;
  return program.result.kind === "operand" && compute === out && slots[program.result.index] === out.id;
}
