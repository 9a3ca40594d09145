import { bfloat16, type DType, float16, float32, float64, int16, int32, int64, int8, uint8 } from "@tt/core";
import type { Code, Lanes } from "./code.ts";
import { roundBfloat16, roundHalf } from "./half.ts";
import { Floats, Ints } from "./lanes.ts";

/** How elements stand in lanes: narrow integers and truth values as 32-bit integers, 16-bit floats as float32. */
export type Form = "i32" | "i64" | "f32" | "f64";

/**
 * As many elements as a loop takes at a time, four or two. Four in a form of 64 bits take two vectors; two in a form of
 * 32 bits take the lower half of one.
 */
export interface Raw {
  readonly form: Form;
  readonly regs: readonly Lanes[];
}

/** Elements a loop takes at a time. */
export type Group = 2 | 4;

export function formOf(dtype: DType): Form {
  if (dtype === float64 || dtype.name === "complex128") return "f64";
  if (dtype === int64) return "i64";
  return dtype.category >= 2 ? "f32" : "i32";
}

export function convertForm(c: Code, raw: Raw, to: Form, group: Group): Raw {
  const { form, regs } = raw;
  if (form === to) return raw;
  const [x, y] = regs as [Lanes, Lanes | undefined];
  switch (`${form}>${to}`) {
    case "i32>f32":
      return { form: to, regs: [c.op(0xfa, x)] };
    case "i32>i64":
      return { form: to, regs: group === 2 ? [c.op(0xc7, x)] : [c.op(0xc7, x), c.op(0xc8, x)] };
    case "i32>f64":
      return { form: to, regs: group === 2 ? [c.op(0xfe, x)] : [c.op(0xfe, x), c.op(0xfe, c.upper(x))] };
    case "f32>f64":
      return { form: to, regs: group === 2 ? [c.op(0x5f, x)] : [c.op(0x5f, x), c.op(0x5f, c.upper(x))] };
    case "f32>i32":
      return { form: to, regs: [truncate(c, x)] };
    case "i64>i32":
      return { form: to, regs: [evenWords(c, x, y)] };
    case "i64>f32":
      return {
        form: to,
        regs: [
          c.perLane("f32", group, (lane) => {
            c.extract("i64", regs[lane >> 1]!, lane & 1);
            c.emit(0xb4);
          }),
        ],
      };
    case "i64>f64":
      return { form: to, regs: regs.map((reg) => perLane64(c, reg, "i64", "f64", [0xb9])) };
    case "f64>f32": {
      const low = c.op(0x5e, x);
      return { form: to, regs: [y === undefined ? low : c.joinLow(low, c.op(0x5e, y))] };
    }
    case "f64>i32": {
      const [low, high] = regs.map((reg) => truncateDouble(c, reg));
      return { form: to, regs: [high === undefined ? low! : c.joinLow(low!, high)] };
    }
    case "f64>i64":
      return { form: to, regs: regs.map((reg) => truncateLong(c, reg)) };
    default:
      // f32>i64
      return convertForm(c, convertForm(c, raw, "f64", group), to, group);
  }
}

function perLane64(c: Code, reg: Lanes, from: "i64" | "f64", to: "i64" | "f64", code: readonly number[]): Lanes {
  return c.perLane(to, 2, (lane) => {
    c.extract(from, reg, lane);
    c.emit(...code);
  });
}

/** The low words of two or four 64-bit lanes. */
export function evenWords(c: Code, x: Lanes, y: Lanes | undefined): Lanes {
  return c.shuffle(x, y ?? x, 4, y === undefined ? [0, 2, 0, 2] : [0, 2, 4, 6]);
}

/** Truncates towards zero; nan and values out of range give the minimum, as x86 does. */
function truncate(c: Code, x: Lanes): Lanes {
  const f = new Floats(c, 32);
  const fits = c.and(f.is("ge", x, -(2 ** 31)), f.is("lt", x, 2 ** 31));
  return c.select(fits, c.op(0xf8, x), c.splat32(-(2 ** 31)));
}

function truncateDouble(c: Code, x: Lanes): Lanes {
  const f = new Floats(c, 64);
  const fits = c.and(f.is("gt", x, -(2 ** 31) - 1), f.is("lt", x, 2 ** 31));
  return c.select(evenWords(c, fits, undefined), c.op(0xfc, x), c.splat32(-(2 ** 31)));
}

function truncateLong(c: Code, x: Lanes): Lanes {
  const f = new Floats(c, 64);
  const out = c.lanes();
  // Most numbers fit 32 bits, for which there are vector instructions.
  const small = c.and(f.is("gt", x, -(2 ** 31)), f.is("lt", x, 2 ** 31));
  c.copy(out, c.op(0xc7, c.op(0xfc, x)));
  c.when(
    () => c.anyTrue(c.not(small)),
    () => {
      const fits = c.and(f.is("ge", x, -(2 ** 63)), f.is("lt", x, 2 ** 63));
      const wide = perLane64(c, x, "f64", "i64", [0xfc, 0x06]);
      c.copy(out, c.select(fits, wide, c.splat64(0, -(2 ** 31))));
    },
  );
  return out;
}

/** Masks of the elements that are not zero, in lanes of 128 / group bits. */
export function nonzero(c: Code, raw: Raw, group: Group): Lanes {
  const wide = raw.form === "i64" || raw.form === "f64";
  const bits = wide ? 64 : 32;
  const masks = raw.regs.map((reg) =>
    raw.form.startsWith("f") ? new Floats(c, bits).is("ne", reg, 0) : new Ints(c, bits).is("ne", reg, 0),
  );
  if (wide) return group === 2 ? masks[0]! : evenWords(c, masks[0]!, masks[1]);
  return group === 4 ? masks[0]! : c.op(0xc7, masks[0]!);
}

/** 1 where the mask is set, else 0. */
export function ones(c: Code, mask: Lanes, to: Form, group: Group): Raw {
  if (group === 4 && to === "f32") return { form: to, regs: [c.and(mask, new Floats(c, 32).constant(1))] };
  if (group === 2 && to === "f64") return { form: to, regs: [c.and(mask, new Floats(c, 64).constant(1))] };
  const own: Raw =
    group === 4
      ? { form: "i32", regs: [c.and(mask, c.splat32(1))] }
      : { form: "i64", regs: [c.and(mask, c.splat64(1, 0))] };
  return convertForm(c, own, to, group);
}

/** Rounds or wraps what stands in the form of `dtype` to its range. */
export function fit(c: Code, raw: Raw, dtype: DType): Raw {
  const [x] = raw.regs as [Lanes];
  switch (dtype) {
    case float16:
      return { form: "f32", regs: [roundHalf(c, x)] };
    case bfloat16:
      return { form: "f32", regs: [roundBfloat16(c, x)] };
    case uint8:
    case int8:
    case int16:
      return { form: "i32", regs: [wrap(c, x, dtype)] };
    default:
      return raw;
  }
}

/** Wraps 32-bit lanes to the range of a narrower integer dtype. */
export function wrap(c: Code, x: Lanes, dtype: DType): Lanes {
  if (dtype === uint8) return c.and(x, c.splat32(255));
  const i = new Ints(c, 32);
  const by = dtype === int8 ? 24 : 16;
  return i.sar(i.shl(x, by), by);
}

/** Whether every value of `from` is one of `to`. */
function isExact(from: DType, to: DType): boolean {
  if (from === to || from.category === 0) return true;
  if (to === float32) return from === float16 || from === bfloat16;
  if (to === int16) return from === uint8 || from === int8;
  return to === float64 || to === int32 || to === int64;
}

/** Elements of dtype `from` as `to`, in its form; neither is complex, nor `to` bool. */
export function cast(c: Code, raw: Raw, from: DType, to: DType, group: Group): Raw {
  const converted = convertForm(c, raw, formOf(to), group);
  return isExact(from, to) ? converted : fit(c, converted, to);
}
