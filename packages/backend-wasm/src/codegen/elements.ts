import { bfloat16, bool, type DType, float16, uint8 } from "@tt/core";
import type { Code, Lanes } from "./code.ts";
import { unsigned } from "./encode.ts";
import { type Form, formOf, type Group, type Raw } from "./forms.ts";
import { fromBfloat16, fromHalf, toBfloat16, toHalf } from "./half.ts";

/** Where a group of elements is: one after another from a local's address, apart by a step, or one for all lanes. */
export type Place =
  | { readonly mode: "vector"; readonly at: number; readonly offset: number }
  /** The local is moved along: by the number of bytes, or by the local, after each element. */
  | { readonly mode: "stride"; readonly at: number; readonly step: number }
  | { readonly mode: "single"; readonly at: number; readonly offset: number };

/** Stands for complex parts, which are as far apart as the elements of their dtype. */
const isUnsigned = (dtype: DType): boolean =>
  dtype === bool || dtype === uint8 || dtype === float16 || dtype === bfloat16;

function memory(c: Code, opcode: number, offset: number, lane?: number): void {
  c.simd(opcode);
  c.emit(0, ...unsigned(offset));
  if (lane !== undefined) c.emit(lane);
}

/** Loads real elements of `dtype` (or the parts of complex ones) in their form. */
export function load(c: Code, dtype: DType, place: Place, group: Group): Raw {
  const form = formOf(dtype);
  const size = dtype.is_complex ? dtype.itemsize / 2 : dtype.itemsize;
  const regs =
    place.mode === "vector"
      ? loadVector(c, size, isUnsigned(dtype), place.at, place.offset, group)
      : loadLanes(c, size, isUnsigned(dtype), place, group);
  if (dtype === float16) return { form, regs: [fromHalf(c, regs[0]!)] };
  if (dtype === bfloat16) return { form, regs: [fromBfloat16(c, regs[0]!)] };
  return { form, regs };
}

function loadVector(c: Code, size: number, unsign: boolean, at: number, offset: number, group: Group): Lanes[] {
  const whole = (opcode: number, by: number): Lanes => {
    c.get(at);
    memory(c, opcode, offset + by);
    return c.result();
  };
  switch (size) {
    case 8:
      return group === 4 ? [whole(0x00, 0), whole(0x00, 16)] : [whole(0x00, 0)];
    case 4:
      return [group === 4 ? whole(0x00, 0) : whole(0x5d, 0)];
    case 2:
      return [group === 4 ? whole(unsign ? 0x04 : 0x03, 0) : c.op(unsign ? 0xa9 : 0xa7, whole(0x5c, 0))];
    default: {
      let bytes: Lanes;
      if (group === 4) bytes = whole(0x5c, 0);
      else {
        c.get(at);
        c.emit(0x2f, 0, ...unsigned(offset));
        c.simd(0x11);
        bytes = c.result();
      }
      return [c.op(unsign ? 0xa9 : 0xa7, c.op(unsign ? 0x89 : 0x87, bytes))];
    }
  }
}

function loadLanes(
  c: Code,
  size: number,
  unsign: boolean,
  place: Exclude<Place, { mode: "vector" }>,
  group: Group,
): Lanes[] {
  const { at } = place;
  const offset = place.mode === "single" ? place.offset : 0;
  const lanes = 4 <= size ? 16 / size : 4;
  const scalar = (): void => {
    c.get(at);
    c.emit(size === 2 ? (unsign ? 0x2f : 0x2e) : unsign ? 0x2d : 0x2c, 0, ...unsigned(offset));
  };
  if (place.mode === "single") {
    if (size >= 4) {
      c.get(at);
      memory(c, size === 4 ? 0x09 : 0x0a, offset);
    } else {
      scalar();
      c.simd(0x11);
    }
    const reg = c.result();
    return size === 8 && group === 4 ? [reg, reg] : [reg];
  }
  const regs: Lanes[] = [];
  for (let k = 0; k < group; k++) {
    const lane = k % lanes;
    let reg = regs[Math.floor(k / lanes)];
    const first = reg === undefined;
    if (reg === undefined) regs.push((reg = c.lanes()));
    if (size >= 4) {
      c.get(at);
      if (first) memory(c, size === 4 ? 0x5c : 0x5d, offset);
      else {
        c.get(reg);
        memory(c, size === 4 ? 0x56 : 0x57, offset, lane);
      }
    } else {
      if (!first) c.get(reg);
      scalar();
      c.simd(first ? 0x11 : 0x1c);
      if (!first) c.emit(lane);
    }
    c.set(reg);
    c.advanceBy(at, place.step);
  }
  return regs;
}

/** Stores what stands in the form of `dtype`. */
export function store(c: Code, dtype: DType, place: Place, raw: Raw, group: Group): void {
  let { regs } = raw;
  if (dtype === float16) regs = [toHalf(c, regs[0]!)];
  else if (dtype === bfloat16) regs = [toBfloat16(c, regs[0]!)];
  const size = dtype.is_complex ? dtype.itemsize / 2 : dtype.itemsize;
  if (place.mode === "vector") storeVector(c, size, regs, place.at, place.offset, group);
  else storeLanes(c, size, regs, place, place.mode === "single" ? 1 : group);
}

function storeVector(c: Code, size: number, regs: readonly Lanes[], at: number, offset: number, group: Group): void {
  let opcode: number;
  let reg = regs[0]!;
  if (size === 8) {
    regs.forEach((each, i) => {
      c.get(at);
      c.get(each);
      memory(c, 0x0b, offset + 16 * i);
    });
    return;
  }
  if (size === 4) opcode = group === 4 ? 0x0b : 0x5b;
  else {
    const halves = c.and(reg, c.splat32(size === 2 ? 0xffff : 0xff));
    reg = c.op(0x86, halves, halves);
    if (size === 1) reg = c.op(0x66, reg, reg);
    opcode = size === 2 ? (group === 4 ? 0x5b : 0x5a) : group === 4 ? 0x5a : 0x59;
  }
  c.get(at);
  c.get(reg);
  if (opcode === 0x0b) memory(c, opcode, offset);
  else memory(c, opcode, offset, 0);
}

function storeLanes(
  c: Code,
  size: number,
  regs: readonly Lanes[],
  place: Exclude<Place, { mode: "vector" }>,
  count: number,
): void {
  const offset = place.mode === "single" ? place.offset : 0;
  const lanes = size === 8 ? 2 : 4;
  for (let k = 0; k < count; k++) {
    c.get(place.at);
    c.get(regs[Math.floor(k / lanes)]!);
    const lane = k % lanes;
    // The narrow value is the low end of its lane.
    if (size === 8) memory(c, 0x5b, offset, lane);
    else if (size === 4) memory(c, 0x5a, offset, lane);
    else if (size === 2) memory(c, 0x59, offset, 2 * lane);
    else memory(c, 0x58, offset, 4 * lane);
    if (place.mode === "stride") c.advanceBy(place.at, place.step);
  }
}

/** Loads complex elements as their real and imaginary parts. */
export function loadComplex(c: Code, dtype: DType, place: Place, group: Group): readonly [Raw, Raw] {
  const form: Form = formOf(dtype);
  const half = dtype.itemsize / 2;
  if (place.mode === "vector") {
    const width = half;
    const wide = (by: number): Lanes => {
      c.get(place.at);
      memory(c, 0x00, place.offset + by);
      return c.result();
    };
    const pairs = (dtype.itemsize * group) / 32;
    const split = (part: number): Lanes[] => {
      const regs: Lanes[] = [];
      for (let k = 0; k < Math.ceil(pairs); k++)
        regs.push(
          width === 4
            ? c.shuffle(loaded[2 * k]!, loaded[2 * k + 1] ?? loaded[2 * k]!, 4, [part, 2 + part, 4 + part, 6 + part])
            : c.shuffle(loaded[2 * k]!, loaded[2 * k + 1]!, 8, [part, 2 + part]),
        );
      return regs;
    };
    const loaded = Array.from({ length: (dtype.itemsize * group) / 16 }, (_, i) => wide(16 * i));
    return [
      { form, regs: split(0) },
      { form, regs: split(1) },
    ];
  }
  if (place.mode === "single") {
    return [load(c, dtype, place, group), load(c, dtype, { ...place, offset: place.offset + half }, group)];
  }
  // The parts' addresses move in step.
  const second = c.counter();
  c.get(place.at);
  c.integer(half);
  c.emit(0x6a);
  c.set(second);
  return [load(c, dtype, place, group), load(c, dtype, { ...place, at: second }, group)];
}

export function storeComplex(c: Code, dtype: DType, place: Place, re: Raw, im: Raw, group: Group): void {
  const half = dtype.itemsize / 2;
  if (place.mode === "vector") {
    let offset = place.offset;
    const put = (reg: Lanes): void => {
      c.get(place.at);
      c.get(reg);
      memory(c, 0x0b, offset);
      offset += 16;
    };
    re.regs.forEach((real, k) => {
      const imaginary = im.regs[k]!;
      if (half === 8) {
        put(c.shuffle(real, imaginary, 8, [0, 2]));
        put(c.shuffle(real, imaginary, 8, [1, 3]));
      } else {
        put(c.shuffle(real, imaginary, 4, [0, 4, 1, 5]));
        if (group === 4) put(c.shuffle(real, imaginary, 4, [2, 6, 3, 7]));
      }
    });
    return;
  }
  if (place.mode === "single") {
    store(c, dtype, place, re, group);
    store(c, dtype, { ...place, offset: place.offset + half }, im, group);
    return;
  }
  const second = c.counter();
  c.get(place.at);
  c.integer(half);
  c.emit(0x6a);
  c.set(second);
  store(c, dtype, place, re, group);
  store(c, dtype, { ...place, at: second }, im, group);
}
