import type { Lanes } from "../code.ts";
import type { Floats } from "../lanes.ts";
import { exp, log, log1p } from "./double.ts";

/** Inverse circular and hyperbolic functions, and the error functions, of double-precision lanes. */

export function atan(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const far = f.is("gt", size, 2.4142135623730950488);
  const middle = f.c.andnot(f.is("gt", size, 0.66), far);
  const one = f.constant(1);
  const reduced = f.select(
    far,
    f.div(f.constant(-1), size),
    f.select(middle, f.div(f.sub(size, one), f.add(size, one)), size),
  );
  const z = f.mul(reduced, reduced);
  const p = f.polynomial(
    z,
    [
      -8.750608600031904122785e-1, -1.615753718733365076637e1, -7.50085579231470466734e1, -1.22886668449013617341e2,
      -6.485021904942025371773e1,
    ],
  );
  const q = f.polynomial(
    z,
    [
      1, 2.485846490142306297962e1, 1.650270098316988542046e2, 4.328810604912902668951e2, 4.853903996359136964868e2,
      1.945506571482613964425e2,
    ],
  );
  const value = f.madd(f.mul(z, f.div(p, q)), reduced, reduced);
  const more = 6.12323399573676588613e-17;
  const low = f.c.or(f.c.and(far, f.constant(more)), f.c.and(middle, f.constant(more / 2)));
  const base = f.c.or(f.c.and(far, f.constant(Math.PI / 2)), f.c.and(middle, f.constant(Math.PI / 4)));
  return f.copysign(f.add(base, f.add(value, low)), x);
}

/** (asin(sqrt(z)) - sqrt(z)) / sqrt(z) for z up to 1/4. */
function arc(f: Floats, z: Lanes): Lanes {
  const p = f.polynomial(
    z,
    [
      3.4793310759602116757e-5, 7.91534994289814532176e-4, -4.00555345006794114027e-2, 2.01212532134862925881e-1,
      -3.25565818622400915405e-1, 1.66666666666666657415e-1,
    ],
  );
  const q = f.polynomial(
    z,
    [7.70381505559019352791e-2, -6.8828397160545329303e-1, 2.02094576023350569471, -2.40339491173441421878, 1],
  );
  return f.div(f.mul(z, p), q);
}

export function asin(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const half = f.constant(0.5);
  const far = f.compare("gt", size, half);
  const z = f.select(far, f.mul(f.sub(f.constant(1), size), half), f.mul(size, size));
  const root = f.select(far, f.sqrt(z), size);
  const value = f.madd(root, arc(f, z), root);
  return f.copysign(f.select(far, f.sub(f.constant(Math.PI / 2), f.add(value, value)), value), x);
}

export function acos(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const half = f.constant(0.5);
  const far = f.compare("gt", size, half);
  const z = f.select(far, f.mul(f.sub(f.constant(1), size), half), f.mul(size, size));
  const root = f.select(far, f.sqrt(z), x);
  const value = f.madd(root, arc(f, z), root);
  const twice = f.add(value, value);
  const outer = f.select(f.is("lt", x, 0), f.sub(f.constant(Math.PI), twice), twice);
  return f.select(far, outer, f.sub(f.constant(Math.PI / 2), f.sub(value, f.constant(6.123233995736766e-17))));
}

export function asinh(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const one = f.constant(1);
  const z = f.mul(size, size);
  const near = log1p(f, f.add(size, f.div(z, f.add(one, f.sqrt(f.add(z, one))))));
  const far = f.add(log(f, size), f.constant(Math.LN2));
  return f.copysign(f.select(f.is("gt", size, 2 ** 28), far, near), x);
}

export function acosh(f: Floats, x: Lanes): Lanes {
  const t = f.sub(x, f.constant(1));
  const near = log1p(f, f.add(t, f.sqrt(f.madd(t, t, f.add(t, t)))));
  const far = f.add(log(f, x), f.constant(Math.LN2));
  return f.selectOr(f.is("ge", x, 1), f.select(f.is("gt", x, 2 ** 28), far, near), Number.NaN);
}

export function atanh(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const value = log1p(f, f.div(f.add(size, size), f.sub(f.constant(1), size)));
  return f.copysign(f.mul(f.constant(0.5), value), x);
}

const PP = [
  -2.37630166566501626084e-5, -5.77027029648944159157e-3, -2.84817495755985104766e-2, -3.2504210724700149937e-1,
  1.28379167095512558561e-1,
];
const QQ = [
  -3.9602282787753681232e-6, 1.32494738004321644526e-4, 5.08130628187576562776e-3, 6.50222499887672944485e-2,
  3.97917223959155352819e-1, 1,
];
const PA = [
  -2.166375594868790843e-3, 3.54783043256182359371e-2, -1.10894694282396677476e-1, 3.18346619901161753674e-1,
  -3.72207876035701323847e-1, 4.14856118683748331666e-1, -2.36211856075265944077e-3,
];
const QA = [
  1.1984499846799107417e-2, 1.36370839120290507362e-2, 1.26171219808761642112e-1, 7.18286544141962662868e-2,
  5.40397917702171048937e-1, 1.06420880400844228286e-1, 1,
];
const RA = [
  -9.81432934416914548592, -8.12874355063065934246e1, -1.84605092906711035994e2, -1.62396669462573470355e2,
  -6.23753324503260060396e1, -1.05586262253232909814e1, -6.93858572707181764372e-1, -9.86494403484714822705e-3,
];
const SA = [
  -6.04244152148580987438e-2, 6.57024977031928170135, 1.08635005541779435134e2, 4.29008140027567833386e2,
  6.45387271733267880336e2, 4.34565877475229228821e2, 1.376577541435190426e2, 1.96512716674392571292e1, 1,
];
const RB = [
  -4.83519191608651397019e2, -1.02509513161107724954e3, -6.37566443368389627722e2, -1.60636384855821916062e2,
  -1.77579549177547519889e1, -7.99283237680523006574e-1, -9.86494292470009928597e-3,
];
const SB = [
  -2.24409524465458183362e1, 4.74528541206955367215e2, 2.55305040643316442583e3, 3.19985821950859553908e3,
  1.53672958608443695994e3, 3.25792512996573918826e2, 3.03380607434824582924e1, 1,
];
const ERX = 8.45062911510467529297e-1;

/** The polynomial with coefficients `a` where the mask is set, else `b`. */
function either(f: Floats, mask: Lanes, x: Lanes, a: readonly number[], b: readonly number[]): Lanes {
  return f.select(mask, f.polynomial(x, a), f.polynomial(x, b));
}

/** (erf(x) - x) / x below 0.84375, and the correction to erf(1) between there and 1.25. */
function centre(f: Floats, size: Lanes): { small: Lanes; middle: Lanes } {
  const z = f.mul(size, size);
  const s = f.sub(size, f.constant(1));
  return {
    small: f.div(f.polynomial(z, PP), f.polynomial(z, QQ)),
    middle: f.div(f.polynomial(s, PA), f.polynomial(s, QA)),
  };
}

/** erfc from 1.25 on. */
function complement(f: Floats, size: Lanes): Lanes {
  const s = f.div(f.constant(1), f.mul(size, size));
  const near = f.is("lt", size, 1 / 0.35);
  const tail = f.div(either(f, near, s, RA, RB), either(f, near, s, SA, SB));
  // The upper half of the mantissa, so that its square is exact.
  const z = f.c.and(size, f.c.splat64(0, -1));
  const first = exp(f, f.sub(f.neg(f.mul(z, z)), f.constant(0.5625)));
  const second = exp(f, f.madd(f.sub(z, size), f.add(z, size), tail));
  return f.div(f.mul(first, second), size);
}

export function erf(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const { small, middle } = centre(f, size);
  const near = f.madd(size, small, size);
  const outer = f.sub(f.constant(1), complement(f, f.op("pmin", size, f.constant(6))));
  const far = f.select(f.is("lt", size, 1.25), f.add(f.constant(ERX), middle), outer);
  const value = f.select(f.is("lt", size, 0.84375), near, far);
  return f.c.select(f.isNan(x), x, f.copysign(value, x));
}

export function erfc(f: Floats, x: Lanes): Lanes {
  const size = f.abs(x);
  const { small, middle } = centre(f, size);
  const one = f.constant(1);
  const negative = f.is("lt", x, 0);
  const half = f.constant(0.5);
  const inner = f.select(
    f.is("lt", x, 0.25),
    f.sub(one, f.madd(x, small, x)),
    f.sub(half, f.madd(x, small, f.sub(x, half))),
  );
  const erx = f.constant(ERX);
  const shoulder = f.select(negative, f.add(one, f.add(erx, middle)), f.sub(f.sub(one, erx), middle));
  const tail = complement(f, f.op("pmin", size, f.constant(28)));
  const outer = f.select(negative, f.sub(f.constant(2), tail), tail);
  const far = f.select(f.is("lt", size, 1.25), shoulder, outer);
  const value = f.select(f.is("lt", size, 0.84375), inner, far);
  return f.c.select(f.isNan(x), x, value);
}

/** Inverse of erf: a rational guess and two Newton steps (G. Pavlis, Indiana University, 1996). */
export function erfinv(f: Floats, y: Lanes): Lanes {
  const size = f.abs(y);
  const slope = (x: Lanes): Lanes => f.mul(f.constant(2 / Math.sqrt(Math.PI)), exp(f, f.neg(f.mul(x, x))));
  const z = f.mul(size, size);
  let near = f.div(
    f.mul(size, f.polynomial(z, [-0.140543331, 0.914624893, -1.645349621, 0.886226899])),
    f.polynomial(z, [0.012229801, -0.329097515, 1.442710462, -2.118377725, 1]),
  );
  const rest = f.sub(f.constant(1), size);
  const w = f.sqrt(f.neg(log(f, f.mul(rest, f.constant(0.5)))));
  let far = f.div(
    f.polynomial(w, [1.641345311, 3.429567803, -1.624906493, -1.970840454]),
    f.polynomial(w, [1.6370678, 3.5438892, 1]),
  );
  for (let step = 0; step < 2; step++) {
    near = f.sub(near, f.div(f.sub(erf(f, near), size), slope(near)));
    // Complements, since erf(x) and y agree in most of their digits.
    far = f.add(far, f.div(f.sub(erfc(f, far), rest), slope(far)));
  }
  const inside = f.select(f.is("le", size, 0.7), near, far);
  const edge = f.select(f.is("eq", size, 1), f.constant(Infinity), inside);
  return f.c.select(f.is("le", size, 1), f.copysign(edge, y), f.constant(Number.NaN));
}
