import type { DType } from "@tt/core";
import { COMPLEX, type Kind, type Program } from "@tt/core/dispatch";
import { Code, type Lanes } from "./code.ts";
import type { Place } from "./elements.ts";
import { moduleOf } from "./encode.ts";
import { type Operand, write } from "./expression.ts";
import { Machine, type Value, widthOf } from "./machine.ts";
import { type Body, type Form, type Layout, PARAMETERS, writeNest } from "./nest.ts";
import { constantAt, constantTypes, operandAt, storeValue } from "./operands.ts";

/** What is folded and how. */
export interface FoldSpec {
  /** Program of an element a, and of its result's value b of the third address; with constant scalars. */
  readonly element: Program;
  /** Dtype it is computed in, with lanes as wide as the accumulators'. */
  readonly compute: DType;
  /** Joins accumulators a and b, or an accumulator and an element's value. */
  readonly combine: Program;
  readonly accumulator: DType;
  /** What accumulators start with; null: the first element, which may be joined several times. */
  readonly identity: number | null;
  readonly input: DType;
  /** Of the third address. */
  readonly other: DType | null;
  readonly out: DType;
  readonly form: Form;
  readonly layout: Layout;
  readonly relaxed: boolean;
  /** Sums of at most {@link BURST} elements are in single precision, sums of those in double. */
  readonly blocked: boolean;
}

/** Elements that a lane adds up in single precision. */
const BURST = 16;

/** Whether NaN has to be noted apart, so that the faster of the instructions can be taken. */
function isExtreme({ combine, accumulator }: FoldSpec): boolean {
  return accumulator.category === 2 && (combine.text === "max(a, b)" || combine.text === "min(a, b)");
}

const partsOf = (value: Value): Lanes[] => (value.im === null ? [value.re] : [value.re, value.im]);
const given = (m: Machine, value: Value): Operand => ({ value: () => value, truth: () => m.mask(m.truth(value)) });

export function foldBytes(spec: FoldSpec): Uint8Array<ArrayBuffer> {
  const { element, compute, accumulator, input, out, form, layout, relaxed, blocked } = spec;
  const parameters = [...PARAMETERS, ...element.scalars.flatMap(() => constantTypes(compute))];
  const c = new Code(parameters.length, relaxed);
  const m = new Machine(c, compute, widthOf(compute));
  // Partial sums of a blocked fold are in single precision, like the elements.
  const inner = blocked ? m : new Machine(c, accumulator, m.bits);
  const outer = blocked ? new Machine(c, accumulator, 64) : inner;
  const words = constantTypes(compute).length;
  const scalars = element.scalars.map((_, k) => constantAt(m, PARAMETERS.length + k * words));
  const setup = c.bytes.splice(0);
  const unroll = accumulator.category === COMPLEX ? 2 : 4;
  const kind: Kind = accumulator.category;
  const lanes = (): Lanes[] => Array.from({ length: kind === COMPLEX ? 2 : 1 }, () => c.lanes());
  const totals = Array.from({ length: unroll }, lanes);
  const nans = isExtreme(spec) ? totals.map(() => c.lanes()) : null;
  /** Of blocked folds: sums in double precision of the lower and upper half of a vector. */
  const sums = totals.map(() => [c.lanes(), c.lanes()] as const);
  const others: (Operand | null)[] = [];
  const first = c.lanes();
  c.copy(first, firstLane(c, inner.bits));
  setup.push(...c.bytes.splice(0));

  const valueOf = (parts: readonly Lanes[]): Value => ({ kind, re: parts[0]!, im: parts[1] ?? null });
  const set = (to: readonly Lanes[], from: readonly Lanes[]): void => to.forEach((lane, i) => c.copy(lane, from[i]!));
  const join = (machine: Machine, a: Value, b: Value): Value =>
    machine.as(write(machine, spec.combine, [given(machine, a), given(machine, b)], []), kind);
  const elementAt = (u: number, place: Place): Value => {
    const operands = [operandAt(m, input, place), others[u] ?? given(m, m.literal(0))];
    return inner.as(write(m, element, operands, scalars), kind);
  };
  const joined = (u: number, value: Value): readonly Lanes[] => {
    if (nans === null) return partsOf(join(inner, valueOf(totals[u]!), value));
    c.copy(nans[u]!, c.or(nans[u]!, inner.f.isNan(value.re)));
    return [inner.f.op(spec.combine.text.startsWith("max") ? "pmax" : "pmin", totals[u]![0]!, value.re)];
  };
  /** Lanes joined into the first one. */
  const across = (machine: Machine, value: Value): Value => {
    const parts = (order: (x: Lanes) => Lanes): Value => valueOf(partsOf(value).map(order));
    const halves = join(
      machine,
      value,
      parts((x) => c.upper(x)),
    );
    if (machine.bits === 64) return halves;
    return join(machine, halves, valueOf(partsOf(halves).map((x) => c.shuffle(x, x, 4, [1, 1, 1, 1]))));
  };
  const total = (u: number): Value => {
    if (nans === null) return valueOf(totals[u]!);
    return valueOf([c.or(totals[u]![0]!, nans[u]!)]);
  };

  const body: Body = {
    unroll,
    group: m.group,
    size: input.itemsize,
    start(u, place, other) {
      if (spec.other !== null) {
        const operand = operandAt(m, spec.other, other);
        const value = operand.value();
        others[u] = given(m, value);
      }
      if (spec.identity === null) {
        if (form === "rows" && u > 0) set(totals[u]!, totals[0]!);
        else set(totals[u]!, partsOf(elementAt(u, place)));
      } else set(totals[u]!, partsOf(inner.as(inner.literal(spec.identity), kind)));
      if (nans !== null) c.copy(nans[u]!, c.zero());
      if (blocked) set(sums[u]!, [c.zero(), c.zero()]);
    },
    step(u, place, single) {
      const parts = joined(u, elementAt(u, place));
      // One element, which stands in all lanes, counts once.
      if (single && form === "rows" && spec.identity !== null)
        set(
          totals[u]!,
          parts.map((x, i) => c.select(first, x, totals[u]![i]!)),
        );
      else set(totals[u]!, parts);
    },
    ...(blocked && {
      burst: BURST,
      flush(units: number): void {
        const { f } = outer;
        const rows = form === "rows";
        if (rows) foldUnits(units);
        for (let u = 0; u < (rows ? 1 : units); u++) {
          const [x] = totals[u]!;
          const [low, high] = sums[u]!;
          c.copy(low, f.add(low, c.op(0x5f, x!)));
          c.copy(high, f.add(high, c.op(0x5f, c.upper(x!))));
        }
        for (let u = 0; u < units; u++) set(totals[u]!, [c.zero()]);
      },
    }),
    finish(u, output) {
      if (form === "rows") {
        if (blocked) {
          const [low, high] = sums[0]!;
          storeValue(outer, out, output, across(outer, outer.real(outer.f.add(low, high))));
          return;
        }
        let value = total(0);
        for (let k = 1; k < unroll; k++) value = join(inner, value, total(k));
        storeValue(inner, out, output, across(inner, value));
        return;
      }
      if (!blocked) {
        storeValue(inner, out, output, total(u));
        return;
      }
      const [low, high] = sums[u]!;
      storeValue(outer, out, output, outer.real(low));
      if (output.mode === "stride") storeValue(outer, out, output, outer.real(high));
    },
  };
  function foldUnits(units: number): void {
    for (let u = 1; u < units; u++) set(totals[0]!, partsOf(join(inner, valueOf(totals[0]!), valueOf(totals[u]!))));
  }
  writeNest(c, form, layout, body);
  return moduleOf(parameters, c.types, [...c.prologue, ...setup, ...c.bytes], c.imports);
}

/** Mask of the first lane. */
function firstLane(c: Code, bits: number): Lanes {
  const zero = c.zero();
  const all = c.splat32(-1);
  return bits === 64 ? c.shuffle(all, zero, 8, [0, 2]) : c.shuffle(all, zero, 4, [0, 4, 4, 4]);
}
