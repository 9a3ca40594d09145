import type { Lanes } from "../code.ts";
import type { Machine, Value } from "../machine.ts";
import { REAL_RULES } from "./real.ts";

/** Code for a builtin on complex numbers. */
export type ComplexRule = (m: Machine, ...args: Value[]) => Value;

const hypot = (m: Machine, x: Value): Lanes => REAL_RULES["hypot"]!(m, x.re, x.im!);

/** Whether a test holds for either part. */
const eitherPart =
  (name: string): ComplexRule =>
  (m, x) =>
    m.mask(m.c.or(REAL_RULES[name]!(m, x.re), REAL_RULES[name]!(m, x.im!)));

/** numpy's scaled division, as c10::complex's. */
function divide(m: Machine, x: Value, y: Value): Value {
  const { c, f } = m;
  const [a, b, p, q] = [x.re, x.im!, y.re, y.im!];
  const absP = f.abs(p);
  const absQ = f.abs(q);
  const first = f.compare("ge", absP, absQ);
  const [large, small] = [c.select(first, p, q), c.select(first, q, p)];
  const ratio = f.div(small, large);
  const scale = f.div(f.constant(1), f.madd(small, ratio, large));
  const [s, t] = [c.select(first, a, b), c.select(first, b, a)];
  const re = f.mul(f.madd(t, ratio, s), scale);
  // b - a ratio, or b ratio - a
  const im = f.mul(c.select(first, f.nmadd(a, ratio, b), f.sub(f.mul(b, ratio), a)), scale);
  const zero = c.and(f.is("eq", absP, 0), f.is("eq", absQ, 0));
  return m.complex(c.select(zero, f.div(a, absP), re), c.select(zero, f.div(b, absP), im));
}

function multiply(m: Machine, x: Value, y: Value): Value {
  const { f } = m;
  return m.complex(f.sub(f.mul(x.re, y.re), f.mul(x.im!, y.im!)), f.add(f.mul(x.re, y.im!), f.mul(x.im!, y.re)));
}

export const COMPLEX_RULES: Readonly<Record<string, ComplexRule>> = {
  add: (m, x, y) => m.complex(m.f.add(x.re, y.re), m.f.add(x.im!, y.im!)),
  sub: (m, x, y) => m.complex(m.f.sub(x.re, y.re), m.f.sub(x.im!, y.im!)),
  mul: (m, x, y) => multiply(m, x, y),
  div: (m, x, y) => divide(m, x, y),
  neg: (m, x) => m.complex(m.f.neg(x.re), m.f.neg(x.im!)),
  eq: (m, x, y) => m.mask(m.c.and(m.f.compare("eq", x.re, y.re), m.f.compare("eq", x.im!, y.im!))),
  ne: (m, x, y) => m.mask(m.c.or(m.f.compare("ne", x.re, y.re), m.f.compare("ne", x.im!, y.im!))),
  bool: (m, x) => m.mask(m.truth(x)),
  abs: (m, x) => m.real(hypot(m, x)),
  sign(m, x) {
    const { c, f } = m;
    const size = hypot(m, x);
    const some = f.is("ne", size, 0);
    return m.complex(c.and(some, f.div(x.re, size)), c.and(some, f.div(x.im!, size)));
  },
  square: (m, x) => multiply(m, x, x),
  reciprocal: (m, x) => divide(m, m.complex(m.f.constant(1), m.f.constant(0)), x),
  isnan: eitherPart("isnan"),
  isinf: eitherPart("isinf"),
  isfinite: (m, x) => m.mask(m.c.and(REAL_RULES["isfinite"]!(m, x.re), REAL_RULES["isfinite"]!(m, x.im!))),
  real: (m, x) => m.real(x.re),
  imag: (m, x) => m.real(x.im!),
  conj: (m, x) => m.complex(x.re, m.f.neg(x.im!)),
  angle: (m, x) => m.real(m.f.call("atan2", x.im!, x.re)),
  complex: (m, re, im) => m.complex(re.re, im.re),
};
