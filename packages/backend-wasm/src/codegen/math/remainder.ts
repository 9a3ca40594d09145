import type { Lanes } from "../code.ts";
import type { Floats } from "../lanes.ts";

/** Division with remainder of double-precision lanes. */

/** a * b as an exact sum of two numbers (T. J. Dekker, 1971). */
function product(f: Floats, a: Lanes, b: Lanes): readonly [Lanes, Lanes] {
  const split = (x: Lanes): readonly [Lanes, Lanes] => {
    const high = f.c.and(x, f.c.splat64(-(2 ** 27), -1));
    return [high, f.sub(x, high)];
  };
  const [a1, a2] = split(a);
  const [b1, b2] = split(b);
  const p = f.mul(a, b);
  const rest = f.sub(f.mul(a1, b1), p);
  return [p, f.add(f.mul(a2, b2), f.add(f.mul(a2, b1), f.add(f.mul(a1, b2), rest)))];
}

/** Exact remainder with the sign of the dividend, as C's fmod. */
export function fmod(f: Floats, a: Lanes, b: Lanes): Lanes {
  const { c } = f;
  const divisor = f.abs(b);
  const valid = c.and(f.is("lt", f.abs(a), Infinity), f.is("gt", divisor, 0));
  const rest = c.lanes();
  c.copy(rest, c.and(f.abs(a), valid));
  // Quotients of more than 26 bits are taken in steps.
  const todo = c.lanes();
  const check = (): void => c.copy(todo, c.and(f.compare("ge", rest, divisor), valid));
  check();
  c.loop(
    () => c.anyTrue(todo),
    () => {
      const quotient = f.op("trunc", f.div(rest, divisor));
      const short = c.select(f.is("lt", quotient, 2 ** 26), quotient, c.and(quotient, c.splat64(-(2 ** 27), -1)));
      const [high, low] = product(f, c.select(f.is("lt", short, Infinity), short, f.constant(2 ** 1000)), divisor);
      const next = f.sub(f.sub(rest, high), low);
      // A quotient that was rounded up to an integer is one too large.
      const mended = c.select(f.is("lt", next, 0), f.add(next, divisor), next);
      c.copy(rest, c.select(todo, mended, rest));
      check();
    },
  );
  const ordered = c.and(f.compare("eq", a, a), f.is("gt", divisor, 0));
  const finite = c.and(ordered, f.is("lt", f.abs(a), Infinity));
  return c.select(finite, f.copysign(rest, a), f.constant(Number.NaN));
}

/** Remainder with the sign of the divisor, as Python's. */
export function remainder(f: Floats, a: Lanes, b: Lanes): Lanes {
  const rest = fmod(f, a, b);
  return f.select(mismatch(f, rest, b), f.add(rest, b), rest);
}

/** Whether a remainder is not zero and has not the sign of the divisor. */
function mismatch(f: Floats, rest: Lanes, b: Lanes): Lanes {
  const { c } = f;
  return c.and(f.is("ne", rest, 0), c.xor(f.is("lt", b, 0), f.is("lt", rest, 0)));
}

/** PyTorch's div_floor: the quotient of `a - remainder(a, b)`, rounded to an integer. */
export function floorDivide(f: Floats, a: Lanes, b: Lanes): Lanes {
  const { c } = f;
  const one = f.constant(1);
  const rest = fmod(f, a, b);
  const ratio = f.div(a, b);
  const exact = f.div(f.sub(a, rest), b);
  const quotient = f.sub(exact, c.and(mismatch(f, rest, b), one));
  const floor = f.op("floor", quotient);
  const value = f.add(floor, c.and(f.is("gt", f.sub(quotient, floor), 0.5), one));
  const whole = f.select(f.is("eq", quotient, 0), f.copysign(f.constant(0), ratio), value);
  return f.select(f.is("eq", b, 0), ratio, whole);
}
