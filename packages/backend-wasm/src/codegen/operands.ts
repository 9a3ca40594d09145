import { bool, type DType, float32, float64, int64, int8, uint8 } from "@tt/core";
import { BOOL, COMPLEX, INTEGER } from "@tt/core/dispatch";
import type { Code, Lanes } from "./code.ts";
import { unsigned } from "./encode.ts";
import { load, loadComplex, type Place, store, storeComplex } from "./elements.ts";
import { F32, F64, I32 } from "./encode.ts";
import type { Operand } from "./expression.ts";
import { cast, convertForm, fit, formOf, type Group, nonzero, ones, type Raw } from "./forms.ts";
import type { Machine, Value } from "./machine.ts";

/** The element as its computation sees it, loaded when first asked for. */
export function operandAt(m: Machine, dtype: DType, place: Place): Operand {
  let raws: readonly Raw[] | null = null;
  let number: Value | null = null;
  let mask: Value | null = null;
  const group = m.group as Group;
  const loaded = (): readonly Raw[] =>
    (raws ??= dtype.is_complex ? loadComplex(m.c, dtype, place, group) : [load(m.c, dtype, place, group)]);
  if (m.bits < 32) return narrowOperand(m, dtype, place);
  return {
    value: () => (number ??= convertTo(m, loaded(), dtype)),
    truth() {
      // Wider integers may wrap to zero, floating-point numbers round to it.
      const own = dtype === m.compute || dtype === bool || dtype.is_complex || m.compute.category === BOOL;
      if (!own) return (mask ??= m.mask(m.truth(this.value())));
      return (mask ??= m.mask(
        loaded()
          .map((raw) => nonzero(m.c, raw, group))
          .reduce((a, b) => m.c.or(a, b)),
      ));
    },
  };
}

/** Narrow integers and truth values as they lie in memory. */
function narrowOperand(m: Machine, dtype: DType, place: Place): Operand {
  let value: Value | null = null;
  const { c, i } = m;
  const lanes = (): Lanes => {
    c.get(place.at);
    if (place.mode === "single") c.simd(m.bits === 8 ? 0x07 : 0x08);
    else c.simd(0x00);
    c.emit(0, ...unsigned(place.mode === "stride" ? 0 : place.offset));
    return c.result();
  };
  const load = (): Value => {
    if (value !== null) return value;
    const loaded = lanes();
    const truth = m.compute.category === BOOL;
    return (value = truth ? m.mask(i.is("ne", loaded, 0)) : m.integer(loaded));
  };
  void dtype;
  return { value: load, truth: () => m.as(load(), BOOL) };
}

function convertTo(m: Machine, raws: readonly Raw[], dtype: DType): Value {
  const { c, compute } = m;
  const group = m.group as Group;
  const [re, im] = raws as [Raw, Raw | undefined];
  const part = (raw: Raw, to: DType): Lanes => cast(c, raw, partOf(dtype), to, group).regs[0]!;
  switch (compute.category) {
    case BOOL: {
      const masks = raws.map((raw) => nonzero(c, raw, group));
      return m.mask(masks.length === 1 ? masks[0]! : c.or(masks[0]!, masks[1]!));
    }
    case INTEGER:
      return m.integer(part(re, compute));
    case COMPLEX: {
      const to = partOf(compute);
      return m.complex(part(re, to), im === undefined ? c.zero() : part(im, to));
    }
    default:
      return m.real(part(re, compute));
  }
}

/** The dtype of a complex number's parts, and any other as it is. */
function partOf(dtype: DType): DType {
  if (dtype.name === "complex64") return float32;
  return dtype.name === "complex128" ? float64 : dtype;
}

/** Stores a result as `dtype`. */
export function storeValue(m: Machine, dtype: DType, place: Place, value: Value): void {
  const { c, compute } = m;
  if (m.bits < 32) {
    storeNarrow(m, dtype, place, value);
    return;
  }
  const group = m.group as Group;
  const real = partOf(compute);
  const own = m.form;
  const raw = (lanes: Lanes): Raw => {
    if (value.kind === BOOL) return ones(c, lanes, formOf(dtype), group);
    let from: Raw = { form: own, regs: [lanes] };
    if (value.kind === INTEGER) {
      // The low bytes of a value that is yet to be wrapped are right.
      const tight = dtype === compute ? lanes : m.tight(value).re;
      return convertForm(c, { form: own, regs: [tight] }, formOf(dtype), group);
    }
    if (m.isHalf && dtype !== real) from = fit(c, from, real);
    return convertForm(c, from, formOf(dtype), group);
  };
  if (dtype.is_complex) {
    const zero: Raw = { form: formOf(dtype), regs: group === 4 ? [c.zero(), c.zero()] : [c.zero()] };
    storeComplex(c, dtype, place, raw(value.re), value.im === null ? zero : raw(value.im), group);
    return;
  }
  if (dtype === bool) {
    store(c, dtype, place, ones(c, m.truth(value), "i32", group), group);
    return;
  }
  store(c, dtype, place, raw(value.re), group);
}

function storeNarrow(m: Machine, dtype: DType, place: Place, value: Value): void {
  const { c, i } = m;
  let lanes = value.re;
  if (dtype === bool) lanes = c.and(m.truth(value), i.constant(1));
  else if (value.kind === BOOL) lanes = c.and(lanes, i.constant(1));
  c.get(place.at);
  c.get(lanes);
  c.simd(place.mode === "single" ? (m.bits === 8 ? 0x58 : 0x59) : 0x0b);
  c.emit(0, ...unsigned(place.mode === "stride" ? 0 : place.offset));
  if (place.mode === "single") c.emit(0);
}

/** Types of the parameters that carry a constant of the computation. */
export function constantTypes(compute: DType): number[] {
  if (compute === int64) return [I32, I32];
  if (compute.category < 2) return [I32];
  const type = formOf(compute) === "f64" ? F64 : F32;
  return compute.is_complex ? [type, type] : [type];
}

/** The constant in the parameters from `at` on, in all lanes. */
export function constantAt(m: Machine, at: number): Value {
  const { c, compute } = m;
  const splat = (parameter: number, opcode: number): Lanes => {
    c.get(parameter);
    c.simd(opcode);
    return c.result();
  };
  switch (compute.category) {
    case BOOL:
      return m.mask(m.i.is("ne", splat(at, m.bits === 8 ? 0x0f : 0x11), 0));
    case INTEGER:
      return m.integer(compute === int64 ? long(c, at) : splat(at, { 8: 0x0f, 16: 0x10, 32: 0x11, 64: 0x11 }[m.bits]));
    case COMPLEX: {
      const opcode = m.bits === 64 ? 0x14 : 0x13;
      return m.complex(splat(at, opcode), splat(at + 1, opcode));
    }
    default:
      return m.real(splat(at, m.bits === 64 ? 0x14 : 0x13));
  }
}

/** Two words, the low one first, as a 64-bit integer in both lanes. */
function long(c: Code, at: number): Lanes {
  c.get(at);
  c.simd(0x11);
  for (const lane of [1, 3]) {
    c.get(at + 1);
    c.simd(0x1c);
    c.emit(lane);
  }
  return c.result();
}

/** Whether all of a loop's elements are as wide as `bits`, so that they need no conversion. */
export function areNarrow(bits: 8 | 16, compute: DType, dtypes: readonly DType[]): boolean {
  const truth = compute.category === BOOL;
  return dtypes.every((dtype) =>
    truth ? dtype === bool || dtype === uint8 || dtype === int8 : dtype === compute && dtype.itemsize * 8 === bits,
  );
}
