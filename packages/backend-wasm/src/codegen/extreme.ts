import { type DType, int32, int64 } from "@tt/core";
import { BOOL, INTEGER } from "@tt/core/dispatch";
import { Code, type Lanes } from "./code.ts";
import type { Place } from "./elements.ts";
import { moduleOf } from "./encode.ts";
import { Ints } from "./lanes.ts";
import { Machine, type Value, widthOf } from "./machine.ts";
import { type Body, type Form, type Layout, PARAMETERS, writeNest } from "./nest.ts";
import { operandAt, storeValue } from "./operands.ts";

/** The largest or smallest elements and the positions of their first occurrences. */
export interface ExtremeSpec {
  readonly kind: "max" | "min";
  readonly input: DType;
  /** Of the values at the output's address; null when only positions are wanted, at the third address. */
  readonly values: DType | null;
  readonly form: Form;
  readonly layout: Layout;
  readonly relaxed: boolean;
}

/** Lanes where b replaces a as the extreme so far: nan does, once; of equal ones the first stays. */
export function replaces(m: Machine, kind: "max" | "min", a: Lanes, b: Lanes): Lanes {
  const { c, f, i, compute } = m;
  const better = kind === "max" ? "gt" : "lt";
  if (compute.category === BOOL) return kind === "max" ? c.andnot(b, a) : c.andnot(a, b);
  if (compute.category === INTEGER) return i.compare(better, b, a);
  return c.or(f.compare(better, b, a), c.andnot(f.isNan(b), f.isNan(a)));
}

/** Lanes where the values are equal, or both nan. */
function same(m: Machine, a: Lanes, b: Lanes): Lanes {
  const { c, f, i, compute } = m;
  if (compute.category < 2) return i.compare("eq", a, b);
  return c.or(f.compare("eq", a, b), c.and(f.isNan(a), f.isNan(b)));
}

/** The value as extremes compare it. */
export function plain(m: Machine, value: Value): Lanes {
  return m.tight(value).re;
}

/** A machine for positions in lanes as wide as those of `m`. */
export function positions(m: Machine): Machine {
  return new Machine(m.c, m.bits === 64 ? int64 : int32, m.bits);
}

/** A 32-bit counter in all lanes. */
export function splatCounter(m: Machine, counter: number): Lanes {
  const { c } = m;
  c.get(counter);
  if (m.bits === 64) c.emit(0xac);
  c.simd(m.bits === 64 ? 0x12 : 0x11);
  return c.result();
}

export function extremeBytes(spec: ExtremeSpec): Uint8Array<ArrayBuffer> {
  const { kind, input, values, form, layout, relaxed } = spec;
  const c = new Code(PARAMETERS.length, relaxed);
  const m = new Machine(c, input, widthOf(input));
  const index = positions(m);
  const i = new Ints(c, m.bits);
  const unroll = 2;
  const best = Array.from({ length: unroll }, () => c.lanes());
  const found = best.map(() => c.lanes());
  const counts = best.map(() => c.counter());
  const rows = form === "rows";
  // 0, 1, 2, 3
  const numbers = c.lanes();
  c.copy(
    numbers,
    c.perLane("i32", 4, (lane) => c.integer(m.bits === 64 ? (lane === 2 ? 1 : 0) : lane)),
  );
  const setup = c.bytes.splice(0);
  const load = (place: Place): Lanes => plain(m, operandAt(m, input, place).value());
  const take = (u: number, value: Lanes, position: Lanes): void => {
    const better = replaces(m, kind, best[u]!, value);
    c.copy(best[u]!, c.select(better, value, best[u]!));
    c.copy(found[u]!, c.select(better, position, found[u]!));
  };
  /** Joins another set of extremes; of equal ones the earlier stays. */
  const join = (value: Lanes, position: Lanes): void => {
    const earlier = c.and(same(m, best[0]!, value), i.compare("lt", position, found[0]!));
    const better = c.or(replaces(m, kind, best[0]!, value), earlier);
    c.copy(best[0]!, c.select(better, value, best[0]!));
    c.copy(found[0]!, c.select(better, position, found[0]!));
  };
  const body: Body = {
    unroll,
    group: m.group,
    size: input.itemsize,
    start(u, first) {
      if (rows && u > 0) c.copy(best[u]!, best[0]!);
      else c.copy(best[u]!, load(first));
      c.copy(found[u]!, c.zero());
      c.integer(0);
      c.set(counts[u]!);
    },
    step(u, place, single) {
      const counter = counts[rows ? 0 : u]!;
      const at = splatCounter(m, counter);
      take(u, load(place), rows && !single ? i.add(at, numbers) : at);
      c.advance(counter, rows && !single ? m.group : 1);
    },
    finish(u, output, other) {
      if (rows) {
        for (let k = 1; k < unroll; k++) join(best[k]!, found[k]!);
        join(c.upper(best[0]!), c.upper(found[0]!));
        if (m.bits === 32)
          join(c.shuffle(best[0]!, best[0]!, 4, [1, 1, 1, 1]), c.shuffle(found[0]!, found[0]!, 4, [1, 1, 1, 1]));
      }
      if (values !== null) storeValue(m, values, output, { kind: input.category, re: best[u]!, im: null });
      storeValue(index, int64, other, index.integer(found[u]!));
    },
  };
  writeNest(c, form, layout, body);
  return moduleOf(PARAMETERS, c.types, [...c.prologue, ...setup, ...c.bytes], c.imports);
}
