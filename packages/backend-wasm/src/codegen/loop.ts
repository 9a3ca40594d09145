import type { Program } from "@tt/core/dispatch";
import { type Code as Compiled, instantiateCode } from "../threads/code.ts";
import { F32, I32, moduleOf } from "./encode.ts";
import { BOOL, convert, costOf, LIGHT, REAL, write } from "./expression.ts";
import { Code, type Lanes } from "./lanes.ts";

/** How a tensor's elements lie along the inner loop. */
export type Element = "f32" | "u8" | "i32";

export interface Slot {
  readonly element: Element;
  /** `vector`: one after another; `splat`: one for the whole row; `constant`: a number given with the call. */
  readonly mode: "vector" | "splat" | "constant";
}

/** What a loop is made for. */
export interface LoopSpec {
  readonly program: Program;
  readonly operands: readonly Slot[];
  readonly out: "f32" | "bool";
  readonly relaxed: boolean;
}

/**
 * (rows, n, out, out's step from row to row, then for each operand its address and step, or its value, then the
 * scalars): addresses and steps in bytes.
 */
export type Loop = Compiled;

const SIZE: Readonly<Record<Element | "bool", number>> = { f32: 4, u8: 1, i32: 4, bool: 1 };

/** Compiles the loop of a program over rows of n elements. */
export function compileLoop(spec: LoopSpec, memory: WebAssembly.Memory): Loop {
  return instantiateCode(bytesOf(spec), memory);
}

interface Stream {
  readonly slot: Slot;
  /** Parameters: address and step, or the value. */
  readonly base: number;
  /** Moves along the row. */
  readonly at: number;
  readonly value: Lanes | null;
}

function bytesOf({ program, operands, out, relaxed }: LoopSpec): Uint8Array<ArrayBuffer> {
  const parameters = [I32, I32, I32, I32];
  const bases = operands.map(({ mode }) => {
    const at = parameters.length;
    parameters.push(...(mode === "constant" ? [F32] : [I32, I32]));
    return at;
  });
  const firstScalar = parameters.length;
  for (let i = 0; i < program.scalars.length; i++) parameters.push(F32);
  const c = new Code(parameters.length, relaxed);
  const [rows, n, target, targetStep] = [0, 1, 2, 3];
  const left = c.counter();
  const put = c.counter();
  const streams = operands.map((slot, i): Stream => {
    const base = bases[i]!;
    if (slot.mode === "constant") return { slot, base, at: base, value: splatOf(c, base) };
    return {
      slot,
      base,
      at: slot.mode === "vector" ? c.counter() : base,
      value: slot.mode === "splat" ? c.lanes() : null,
    };
  });
  const scalars = program.scalars.map((_, i) => splatOf(c, firstScalar + i));
  const setup = c.bytes.splice(0);

  const unroll = costOf(program) <= LIGHT ? 4 : 1;
  const body = (step: number, single: boolean): void => {
    const values: Lanes[] = [];
    for (let u = 0; u < step; u++) {
      const loaded = streams.map((s) => s.value ?? load(c, s.at, s.slot.element, u, single));
      const result = write(c, program, loaded, scalars);
      values.push(
        out === "bool" ? convert(c, result.value, result.kind, BOOL) : convert(c, result.value, result.kind, REAL),
      );
    }
    for (let u = 0; u < step; u++) store(c, put, values[u]!, out, u, single);
    const count = single ? 1 : 4 * step;
    for (const s of streams) if (s.slot.mode === "vector") c.advance(s.at, count * SIZE[s.slot.element]);
    c.advance(put, count * SIZE[out]);
    c.advance(left, -count);
  };

  // while (rows > 0)
  c.emit(0x02, 0x40, 0x03, 0x40);
  c.get(rows);
  c.emit(0x45, 0x0d, 1);
  for (const [to, from] of [
    [put, target],
    [left, n],
    ...streams.filter((s) => s.slot.mode === "vector").map((s) => [s.at, s.base]),
  ]) {
    c.get(from!);
    c.set(to!);
  }
  for (const s of streams) {
    if (s.slot.mode !== "splat") continue;
    const value = load(c, s.base, s.slot.element, 0, true);
    c.get(value);
    c.set(s.value!);
  }
  if (unroll > 1) whileAtLeast(c, left, 4 * unroll, () => body(unroll, false));
  whileAtLeast(c, left, 4, () => body(1, false));
  whileAtLeast(c, left, 1, () => body(1, true));
  for (const [pointer, step] of [
    [target, targetStep],
    ...streams.filter((s) => s.slot.mode !== "constant").map((s) => [s.base, s.base + 1]),
  ]) {
    c.get(pointer!);
    c.get(step!);
    c.emit(0x6a);
    c.set(pointer!);
  }
  c.advance(rows, -1);
  c.emit(0x0c, 0, 0x0b, 0x0b);
  return moduleOf(
    parameters,
    c.types.map((type) => [1, type] as const),
    [...c.prologue, ...setup, ...c.bytes],
  );
}

function whileAtLeast(c: Code, counter: number, least: number, body: () => void): void {
  c.emit(0x02, 0x40, 0x03, 0x40);
  c.get(counter);
  c.integer(least);
  c.emit(0x48, 0x0d, 1);
  body();
  c.emit(0x0c, 0, 0x0b, 0x0b);
}

function splatOf(c: Code, parameter: number): Lanes {
  const lanes = c.lanes();
  c.get(parameter);
  c.simd(0x13);
  c.set(lanes);
  return lanes;
}

/** Four elements, the u-th four from `at`, or one in all lanes, as float32. */
function load(c: Code, at: number, element: Element, u: number, single: boolean): Lanes {
  c.get(at);
  if (element === "u8") {
    c.simd(single ? 0x07 : 0x5c);
    c.emit(0, ...offset(4 * u));
    // Widen the low bytes to 32 bits, then convert.
    c.simd(0x89);
    c.simd(0xa9);
    c.simd(0xfa);
  } else {
    c.simd(single ? 0x09 : 0x00);
    c.emit(0, ...offset(16 * u));
    if (element === "i32") c.simd(0xfa);
  }
  const lanes = c.lanes();
  c.set(lanes);
  return lanes;
}

function store(c: Code, at: number, value: Lanes, out: "f32" | "bool", u: number, single: boolean): void {
  let lanes = value;
  if (out === "bool") {
    c.get(c.binary("and", value, c.bits(1)));
    c.get(value);
    c.simd(0x86);
    lanes = c.lanes();
    c.set(lanes);
    c.get(lanes);
    c.get(lanes);
    c.simd(0x66);
    c.set(lanes);
  }
  c.get(at);
  c.get(lanes);
  if (out === "bool") {
    c.simd(single ? 0x58 : 0x5a);
    c.emit(0, ...offset(4 * u), 0);
  } else if (single) {
    c.simd(0x5a);
    c.emit(0, 0, 0);
  } else {
    c.simd(0x0b);
    c.emit(0, ...offset(16 * u));
  }
}

function offset(bytes: number): number[] {
  return bytes < 128 ? [bytes] : [(bytes & 0x7f) | 0x80, bytes >> 7];
}
