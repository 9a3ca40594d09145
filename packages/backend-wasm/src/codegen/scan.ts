import { type DType, int64 } from "@tt/core";
import { BOOL, COMPLEX, INTEGER, type Program } from "@tt/core/dispatch";
import { Code, type Lanes } from "./code.ts";
import type { Place } from "./elements.ts";
import { moduleOf } from "./encode.ts";
import { type Operand, write } from "./expression.ts";
import { positions, splatCounter } from "./extreme.ts";
import { Machine, type Value, widthOf } from "./machine.ts";
import { INPUT, OTHER, OUTPUT, PARAMETERS } from "./nest.ts";
import { operandAt, storeValue } from "./operands.ts";

const [ROWS, N, M] = [0, 1, 2];

/**
 * Scans along dimension m, lanes over n; parameters as those of reductions (see nest.ts). Either a program that joins what
 * is carried (a) and an element (b), or an extreme, with its positions at the third address.
 */
export interface ScanSpec {
  readonly kind: "fold" | "max" | "min";
  readonly combine: Program | null;
  readonly carried: DType;
  readonly input: DType;
  readonly out: DType;
  /** Whether elements lie one after another along n, in the input and in the outputs. */
  readonly dense: boolean;
  readonly denseOut: boolean;
  readonly relaxed: boolean;
}

/** Lines side by side. */
const UNITS = 2;

/** Lanes where b is the extreme of both or equal to it, or nan. */
function reaches({ c, f, i, compute }: Machine, kind: "max" | "min", a: Lanes, b: Lanes): Lanes {
  const beyond = kind === "max" ? "ge" : "le";
  if (compute.category === BOOL) return kind === "max" ? c.or(b, c.not(a)) : c.or(a, c.not(b));
  if (compute.category === INTEGER) return i.compare(beyond, b, a);
  return c.or(f.isNan(b), f.compare(beyond, b, a));
}

export function scanBytes(spec: ScanSpec): Uint8Array<ArrayBuffer> {
  const { carried, input, out, dense, denseOut, relaxed } = spec;
  const c = new Code(PARAMETERS.length, relaxed);
  const m = new Machine(c, carried, widthOf(carried));
  const pointers = [c.counter(), c.counter(), c.counter()] as const;
  const cursors = pointers.map(() => c.counter());
  const [column, left, count] = [c.counter(), c.counter(), c.counter()];
  const streams = [INPUT, OUTPUT, OTHER] as const;
  const starts = streams.map(() => c.counter());
  const carry = Array.from({ length: UNITS }, () =>
    carried.category === COMPLEX ? [c.lanes(), c.lanes()] : [c.lanes()],
  );
  const found = carry.map(() => c.lanes());
  const set = (to: readonly Lanes[], value: Value): void => {
    c.copy(to[0]!, value.re);
    if (value.im !== null) c.copy(to[1]!, value.im);
  };
  const given = (value: Value): Operand => ({ value: () => value, truth: () => m.mask(m.truth(value)) });
  const sizes = [input.itemsize, out.itemsize, 8];
  const placeOf = (k: number, u: number, single: boolean): Place => {
    const at = cursors[k]!;
    if (single) return { mode: "single", at, offset: 0 };
    return (k === 0 ? dense : denseOut)
      ? { mode: "vector", at, offset: u * m.group * sizes[k]! }
      : { mode: "stride", at, step: streams[k]! + 2 };
  };
  const step = (u: number, first: boolean, single: boolean): void => {
    const element = operandAt(m, input, placeOf(0, u, single)).value();
    const own: Value = { kind: carried.category, re: carry[u]![0]!, im: carry[u]![1] ?? null };
    if (first) {
      set(carry[u]!, m.tight(element));
      c.copy(found[u]!, c.zero());
    } else if (spec.kind === "fold") {
      set(carry[u]!, m.as(write(m, spec.combine!, [given(own), given(element)], []), carried.category));
    } else {
      // Of equal ones the last stays, and nan.
      const value = m.tight(element).re;
      const taken = reaches(m, spec.kind, own.re, value);
      c.copy(carry[u]![0]!, c.select(taken, value, own.re));
      c.copy(found[u]!, c.select(taken, splatCounter(m, count), found[u]!));
    }
    storeValue(m, out, placeOf(1, u, single), { ...own });
    if (spec.kind !== "fold") {
      const index = positions(m);
      storeValue(index, int64, placeOf(2, u, single), index.integer(found[u]!));
    }
  };
  const element = (units: number, first: boolean, single: boolean): void => {
    pointers.forEach((pointer, k) => c.copy(cursors[k]!, pointer));
    for (let u = 0; u < units; u++) step(u, first, single);
    pointers.forEach((pointer, k) => c.advanceBy(pointer, streams[k]! + 3));
    c.advance(count, 1);
    c.advance(left, -1);
  };
  const block = (units: number, single: boolean): void => {
    pointers.forEach((pointer, k) => c.copy(pointer, starts[k]!));
    c.copy(left, M);
    c.integer(0);
    c.set(count);
    element(units, true, single);
    c.loop(
      () => c.get(left),
      () => element(units, false, single),
    );
    const done = single ? 1 : units * m.group;
    starts.forEach((start, k) => {
      c.get(start);
      c.get(streams[k]! + 2);
      c.integer(done);
      c.emit(0x6c, 0x6a);
      c.set(start);
    });
    c.advance(column, -done);
  };
  c.loop(
    () => c.get(ROWS),
    () => {
      starts.forEach((start, k) => c.copy(start, streams[k]!));
      c.copy(column, N);
      c.whileAtLeast(column, UNITS * m.group, () => block(UNITS, false));
      c.whileAtLeast(column, m.group, () => block(1, false));
      c.whileAtLeast(column, 1, () => block(1, true));
      for (const at of streams) c.advanceBy(at, at + 1);
      c.advance(ROWS, -1);
    },
  );
  return moduleOf(PARAMETERS, c.types, [...c.prologue, ...c.bytes], c.imports);
}
