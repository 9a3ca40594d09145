import { bool, type DType, int16, int32, int64, int8 } from "@tt/core";
import type { Program } from "@tt/core/dispatch";
import { instantiateCode, type Code as Loop } from "../threads/code.ts";
import { Code } from "./code.ts";
import type { Place } from "./elements.ts";
import { I32, moduleOf } from "./encode.ts";
import { costOf, LIGHT, type Operand, supports, write } from "./expression.ts";
import { Machine, type Value, widthOf } from "./machine.ts";
import { areNarrow, constantAt, constantTypes, operandAt, storeValue } from "./operands.ts";

/** How a tensor's elements lie along the inner loop. */
export type Mode =
  /** One after another. */
  | "vector"
  /** Apart by a step that is given with the call. */
  | "stride"
  /** One for the whole row. */
  | "splat"
  /** A number given with the call. */
  | "constant";

export interface Slot {
  /** Null for constants. */
  readonly dtype: DType | null;
  readonly mode: Mode;
}

/** What a loop is made for. */
export interface LoopSpec {
  readonly program: Program;
  readonly compute: DType;
  readonly operands: readonly Slot[];
  readonly out: { readonly dtype: DType; readonly mode: "vector" | "stride" };
  readonly relaxed: boolean;
}

/**
 * (rows, n, then for the output and each operand its address, its step from row to row and, if it is strided, from
 * element to element; or the words of its value; then the scalars' words): addresses and steps in bytes.
 */
export type { Loop };

/** The dtypes of a copy that needs no conversion: integers of the same size. */
function asMoved(spec: LoopSpec): LoopSpec {
  const { program, compute, out, operands } = spec;
  const [from] = operands;
  if (program.result.kind !== "operand" || operands.length !== 1 || compute !== out.dtype) return spec;
  if (from!.dtype !== compute) return spec;
  const moved = { 1: int8, 2: int16, 4: int32, 8: int64 }[compute.itemsize];
  if (moved === undefined) return spec;
  return { ...spec, compute: moved, operands: [{ ...from!, dtype: moved }], out: { ...out, dtype: moved } };
}

/** Width of the lanes: those of the elements where all are narrow and lie close together, else 32 or 64 bits. */
function laneWidth({ program, compute, operands, out }: LoopSpec): 8 | 16 | 32 | 64 {
  const bits = compute.itemsize === 2 ? 16 : 8;
  if (compute.category > 1 || compute.itemsize > 2 || out.mode !== "vector") return widthOf(compute);
  const dtypes = operands.flatMap(({ dtype, mode }) => (mode === "constant" ? [] : [dtype!]));
  const same = areNarrow(bits, compute, dtypes) && (out.dtype === compute || (bits === 8 && out.dtype === bool));
  const close = operands.every(({ mode }) => mode !== "stride");
  return same && close && supports(program, compute, bits) ? bits : 32;
}

/** Compiles the loop of a program over rows of n elements. */
export function compileLoop(spec: LoopSpec, memory: WebAssembly.Memory): { loop: Loop; traps: boolean } {
  const { bytes, traps } = bytesOf(asMoved(spec));
  return { loop: instantiateCode(bytes, memory), traps };
}

/** A tensor's parameters and locals. */
interface Stream {
  readonly dtype: DType;
  readonly mode: Mode;
  /** Parameters: address and step from row to row, then from element to element. */
  readonly base: number;
  /** Moves along the row. */
  readonly at: number;
}

export function bytesOf(spec: LoopSpec): { bytes: Uint8Array<ArrayBuffer>; traps: boolean } {
  const { program, compute, operands, out, relaxed } = spec;
  const parameters: number[] = [I32, I32];
  const take = (slot: Slot): number => {
    const at = parameters.length;
    if (slot.mode === "constant") parameters.push(...constantTypes(compute));
    else parameters.push(I32, I32, ...(slot.mode === "stride" ? [I32] : []));
    return at;
  };
  const bases = [out as Slot, ...operands].map(take);
  const scalarsAt = program.scalars.map(() => take({ dtype: null, mode: "constant" }));
  const c = new Code(parameters.length, relaxed);
  const m = new Machine(c, compute, laneWidth(spec));
  const [rows, n] = [0, 1];
  const left = c.counter();
  const streams = [out as Slot, ...operands].map(({ dtype, mode }, k): Stream | null => {
    if (mode === "constant") return null;
    const base = bases[k]!;
    return { dtype: dtype!, mode, base, at: mode === "splat" ? base : c.counter() };
  });
  const moving = streams.filter((s): s is Stream => s !== null && s.mode !== "splat");
  const constants = operands.map(({ mode }, k) => (mode === "constant" ? constantAt(m, bases[k + 1]!) : null));
  const scalars = scalarsAt.map((at) => constantAt(m, at));
  const setup = c.bytes.splice(0);
  const target = streams[0]!;
  /** Operands that are the same for a whole row. */
  const fixed: (Operand | null)[] = operands.map(() => null);

  const placeOf = (s: Stream, u: number, single: boolean): Place => {
    if (single) return { mode: "single", at: s.at, offset: 0 };
    if (s.mode === "stride") return { mode: "stride", at: s.at, step: s.base + 2 };
    return { mode: "vector", at: s.at, offset: u * m.group * s.dtype.itemsize };
  };
  const body = (unroll: number, single: boolean): void => {
    const { mark } = c;
    const values: Value[] = [];
    for (let u = 0; u < unroll; u++) {
      const loaded = operands.map((_, k): Operand => {
        const constant = constants[k];
        if (constant !== null && constant !== undefined)
          return { value: () => constant, truth: () => m.mask(m.truth(constant)) };
        return fixed[k] ?? operandAt(m, streams[k + 1]!.dtype, placeOf(streams[k + 1]!, u, single));
      });
      values.push(write(m, program, loaded, scalars));
    }
    values.forEach((value, u) => storeValue(m, target.dtype, placeOf(target, u, single), value));
    if (unroll > 1) c.forget(mark);
    const count = single ? 1 : unroll * m.group;
    for (const s of moving) {
      if (s.mode === "vector") c.advance(s.at, count * s.dtype.itemsize);
      else if (single) c.advanceBy(s.at, s.base + 2);
    }
    c.advance(left, -count);
  };

  c.loop(
    () => c.get(rows),
    () => {
      c.copy(left, n);
      for (const s of moving) c.copy(s.at, s.base);
      operands.forEach(({ mode, dtype }, k) => {
        if (mode !== "splat") return;
        const operand = operandAt(m, dtype!, { mode: "single", at: streams[k + 1]!.at, offset: 0 });
        operand.value();
        operand.truth();
        fixed[k] = operand;
      });
      const unroll = costOf(program) <= LIGHT ? 4 : 2;
      if (unroll > 1) c.whileAtLeast(left, unroll * m.group, () => body(unroll, false));
      c.whileAtLeast(left, m.group, () => body(1, false));
      c.whileAtLeast(left, 1, () => body(1, true));
      for (const s of streams) if (s !== null) c.advanceBy(s.base, s.base + 1);
      c.advance(rows, -1);
    },
  );
  const code = [...c.prologue, ...setup, ...c.bytes];
  return { bytes: moduleOf(parameters, c.types, code, c.imports), traps: c.traps };
}
