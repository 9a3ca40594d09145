import type { Code } from "./code.ts";
import type { Place } from "./elements.ts";
import { I32 } from "./encode.ts";

/**
 * Loops over kept and reduced dimensions. Parameters: sizes of four dimensions, a kept one, the inner one and two reduced
 * ones; then three addresses, each with its steps in bytes along these dimensions. The inner dimension is reduced in the
 * form "rows", where lanes hold elements of one result, and kept in "columns", where lanes hold results.
 */
export type Form = "rows" | "columns";

export const DIMENSIONS = 4;
const [ROWS, N, M, P] = [0, 1, 2, 3];
/** Parameters of an address: itself and its steps. */
const STREAM = 5;

/** The parameters of address `k`: its own, then its steps along rows, n, m and p. */
export function streamAt(k: number): number {
  return DIMENSIONS + STREAM * k;
}

export const OUTPUT: number = streamAt(0);
export const INPUT: number = streamAt(1);
/** A second output, or a value for each result. */
export const OTHER: number = streamAt(2);
export const PARAMETERS: number[] = Array.from({ length: streamAt(3) }, () => I32);

export type Layout = "vector" | "stride";

/** What is done in the loops. `u` numbers groups of elements that are processed side by side. */
export interface Body {
  /** Groups side by side. */
  readonly unroll: number;
  /** Elements of a group. */
  readonly group: number;
  /** Bytes of an input element. */
  readonly size: number;
  /** Starts accumulator u; `first` is where its first elements are, `other` where its value of the third address is. */
  start(u: number, first: Place, other: Place): void;
  /** Takes a group, or one element into the first lane alone. */
  step(u: number, place: Place, single: boolean): void;
  /** After at most `burst` elements of every lane. */
  flush?(units: number): void;
  readonly burst?: number;
  /** Stores the result of all accumulators and lanes (rows), or of accumulator u (columns). */
  finish(u: number, output: Place, other: Place): void;
}

/** @param layout - of the inner dimension, in the input */
export function writeNest(c: Code, form: Form, layout: Layout, body: Body): void {
  if (form === "rows") writeRows(c, layout, body);
  else writeColumns(c, layout, body);
}

function advanceRow(c: Code): void {
  for (const at of [OUTPUT, INPUT, OTHER]) c.advanceBy(at, at + 1);
  c.advance(ROWS, -1);
}

const single = (at: number): Place => ({ mode: "single", at, offset: 0 });

/** The two outer reduced dimensions: `inner` is written for each address of the third. */
function reducedLoops(c: Code, start: number, inner: (at: number) => void): void {
  const [planeAt, planes, rowAt, rows] = [c.counter(), c.counter(), c.counter(), c.counter()];
  c.copy(planeAt, start);
  c.copy(planes, P);
  c.loop(
    () => c.get(planes),
    () => {
      c.copy(rowAt, planeAt);
      c.copy(rows, M);
      c.loop(
        () => c.get(rows),
        () => {
          inner(rowAt);
          c.advanceBy(rowAt, INPUT + 3);
          c.advance(rows, -1);
        },
      );
      c.advanceBy(planeAt, INPUT + 4);
      c.advance(planes, -1);
    },
  );
}

function writeRows(c: Code, layout: Layout, body: Body): void {
  const { unroll, group, size, burst } = body;
  const [at, left, piece] = [c.counter(), c.counter(), c.counter()];
  const placeOf = (u: number): Place =>
    layout === "stride" ? { mode: "stride", at, step: INPUT + 2 } : { mode: "vector", at, offset: u * group * size };
  const groups = (count: number): void => {
    for (let u = 0; u < count; u++) body.step(u, placeOf(u), false);
    if (layout === "vector") c.advance(at, count * group * size);
    c.advance(piece, -count * group);
  };
  c.loop(
    () => c.get(ROWS),
    () => {
      for (let u = 0; u < unroll; u++) body.start(u, single(INPUT), single(OTHER));
      reducedLoops(c, INPUT, (start) => {
        c.copy(at, start);
        c.copy(left, N);
        c.loop(
          () => c.get(left),
          () => {
            takePiece(c, piece, left, burst === undefined ? null : burst * unroll * group);
            c.whileAtLeast(piece, unroll * group, () => groups(unroll));
            if (unroll > 1) c.whileAtLeast(piece, group, () => groups(1));
            c.whileAtLeast(piece, 1, () => {
              body.step(0, single(at), true);
              if (layout === "vector") c.advance(at, size);
              else c.advanceBy(at, INPUT + 2);
              c.advance(piece, -1);
            });
            body.flush?.(unroll);
          },
        );
      });
      body.finish(0, single(OUTPUT), single(OTHER));
      advanceRow(c);
    },
  );
}

/** piece = min(left, most); left -= piece */
function takePiece(c: Code, piece: number, left: number, most: number | null): void {
  c.copy(piece, left);
  if (most !== null) {
    c.when(
      () => {
        c.get(piece);
        c.integer(most);
        c.emit(0x4a);
      },
      () => {
        c.integer(most);
        c.set(piece);
      },
    );
  }
  c.get(left);
  c.get(piece);
  c.emit(0x6b);
  c.set(left);
}

function writeColumns(c: Code, layout: Layout, body: Body): void {
  const { unroll, group, size, burst } = body;
  const [from, left, to, other, at, count] = [
    c.counter(),
    c.counter(),
    c.counter(),
    c.counter(),
    c.counter(),
    c.counter(),
  ];
  const block = (units: number, one: boolean): void => {
    const first = (u: number): Place => {
      if (one) return single(at);
      return layout === "stride"
        ? { mode: "stride", at, step: INPUT + 2 }
        : { mode: "vector", at, offset: u * group * size };
    };
    const result = (pointer: number, step: number): Place => {
      if (one) return single(pointer);
      return { mode: "stride", at: pointer, step };
    };
    c.copy(at, from);
    const cursor = c.counter();
    c.copy(cursor, other);
    for (let u = 0; u < units; u++) body.start(u, first(u), one ? single(cursor) : result(cursor, OTHER + 2));
    c.integer(0);
    c.set(count);
    reducedLoops(c, from, (start) => {
      c.copy(at, start);
      for (let u = 0; u < units; u++) body.step(u, first(u), one);
      if (burst === undefined) return;
      c.advance(count, 1);
      c.when(
        () => {
          c.get(count);
          c.integer(burst);
          c.emit(0x46);
        },
        () => {
          body.flush!(units);
          c.integer(0);
          c.set(count);
        },
      );
    });
    body.flush?.(units);
    const done = one ? 1 : units * group;
    const [toCursor, otherCursor] = [c.counter(), c.counter()];
    c.copy(toCursor, to);
    c.copy(otherCursor, other);
    for (let u = 0; u < units; u++) body.finish(u, result(toCursor, OUTPUT + 2), result(otherCursor, OTHER + 2));
    for (const [pointer, step] of [
      [from, INPUT + 2],
      [to, OUTPUT + 2],
      [other, OTHER + 2],
    ] as const) {
      c.get(pointer);
      c.get(step);
      c.integer(done);
      c.emit(0x6c, 0x6a);
      c.set(pointer);
    }
    c.advance(left, -done);
  };
  c.loop(
    () => c.get(ROWS),
    () => {
      c.copy(from, INPUT);
      c.copy(to, OUTPUT);
      c.copy(other, OTHER);
      c.copy(left, N);
      if (unroll > 1) c.whileAtLeast(left, unroll * group, () => block(unroll, false));
      c.whileAtLeast(left, group, () => block(1, false));
      c.whileAtLeast(left, 1, () => block(1, true));
      advanceRow(c);
    },
  );
}
