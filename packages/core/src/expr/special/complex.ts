import { hypot } from "../real_math.ts";

/**
 * Complex elementary functions on (re, im) pairs, with C99's branch cuts and limits. They leave
 * their result in {@link complexResult}, which saves an allocation per element.
 *
 * The inverse functions follow CPython's cmathmodule.c (after Kahan, "Branch cuts for complex
 * elementary functions", 1987); tanh follows FreeBSD's s_ctanh.c.
 */

/** (re, im) of the last function's result. */
export const complexResult: Float64Array = new Float64Array(2);

export function set(re: number, im: number): void {
  complexResult[0] = re;
  complexResult[1] = im;
}

/** Beyond this, squares overflow. */
const LARGE = Number.MAX_VALUE / 4;

const copysign = (magnitude: number, sign: number): number =>
  sign < 0 || Object.is(sign, -0) ? -Math.abs(magnitude) : Math.abs(magnitude);

/** numpy's scaled division, as c10::complex's. */
export function cdiv(a: number, b: number, c: number, d: number): void {
  const absC = Math.abs(c);
  const absD = Math.abs(d);
  if (absC >= absD) {
    if (absC === 0 && absD === 0) return set(a / absC, b / absD);
    const ratio = d / c;
    const scale = 1 / (c + d * ratio);
    return set((a + b * ratio) * scale, (b - a * ratio) * scale);
  }
  const ratio = c / d;
  const scale = 1 / (d + c * ratio);
  set((a * ratio + b) * scale, (b * ratio - a) * scale);
}

export function csign(x: number, y: number): void {
  const r = hypot(x, y);
  if (r === 0) set(0, 0);
  else set(x / r, y / r);
}

export function cexp(x: number, y: number): void {
  polar(Math.exp(x), x, y);
}

export function cexp2(x: number, y: number): void {
  polar(2 ** x, x, y * Math.LN2);
}

/** r times (cos y, sin y), r being an exponential of x. */
function polar(r: number, x: number, y: number): void {
  if (y === 0) set(r, y);
  else if (Math.abs(y) < Infinity) set(r * Math.cos(y), r * Math.sin(y));
  else if (x === -Infinity) set(0, copysign(0, y));
  else if (x === Infinity) set(Infinity, NaN);
  else set(NaN, NaN);
}

export function cexpm1(x: number, y: number): void {
  if (y === 0) return set(Math.expm1(x), y);
  if (!(Math.abs(x) < Infinity)) {
    cexp(x, y);
    return set(complexResult[0]! - 1, complexResult[1]!);
  }
  const half = Math.sin(y / 2);
  set(Math.expm1(x) * Math.cos(y) - 2 * half * half, Math.exp(x) * Math.sin(y));
}

/** log of the absolute value, accurate near 1. */
function logAbs(x: number, y: number): number {
  const large = Math.max(Math.abs(x), Math.abs(y));
  const small = Math.min(Math.abs(x), Math.abs(y));
  if (large > 0.5 && large < 2) {
    const square = small * small;
    if (Math.abs((large - 1) * (large + 1) + square) < 0.5) return 0.5 * Math.log1p((large - 1) * (large + 1) + square);
  }
  if (large > LARGE && large < Infinity) return Math.log(hypot(x / 2, y / 2)) + Math.LN2;
  return Math.log(hypot(x, y));
}

export function clog(x: number, y: number): void {
  set(logAbs(x, y), Math.atan2(y, x));
}

export function clog2(x: number, y: number): void {
  set(logAbs(x, y) / Math.LN2, Math.atan2(y, x) / Math.LN2);
}

export function clog10(x: number, y: number): void {
  set(logAbs(x, y) / Math.LN10, Math.atan2(y, x) / Math.LN10);
}

export function clog1p(x: number, y: number): void {
  const re = Math.abs(x) < 0.5 && Math.abs(y) < 0.5 ? 0.5 * Math.log1p(x * (2 + x) + y * y) : logAbs(1 + x, y);
  set(re, Math.atan2(y, 1 + x));
}

/** log(exp(a) + exp(b)) */
export function clogaddexp(a: number, b: number, c: number, d: number): void {
  if (a < c) return clogaddexp(c, d, a, b);
  if (c === -Infinity) return set(a, b);
  if (a === c && b === d && Math.abs(a) === Infinity) return set(a, b);
  cexp(c - a, d - b);
  clog1p(complexResult[0]!, complexResult[1]!);
  set(a + complexResult[0]!, b + complexResult[1]!);
}

export function csqrt(x: number, y: number): void {
  if (x === 0 && y === 0) return set(0, y);
  if (Math.abs(y) === Infinity) return set(Infinity, y);
  if (x === Infinity) return set(Infinity, y !== y ? y : copysign(0, y));
  if (x === -Infinity) return y !== y ? set(NaN, Infinity) : set(0, copysign(Infinity, y));
  if (x !== x || y !== y) return set(NaN, NaN);
  // Scaling keeps the absolute value from overflowing and underflowing.
  const magnitude = Math.max(Math.abs(x), Math.abs(y));
  const scale = magnitude > LARGE ? 0.25 : magnitude < 1e-290 ? 2 ** 108 : 1;
  const re = x * scale;
  const im = y * scale;
  const root = Math.sqrt((Math.abs(re) + hypot(re, im)) / 2);
  const back = 1 / Math.sqrt(scale);
  if (x >= 0) set(root * back, (im / (2 * root)) * back);
  else set((Math.abs(im) / (2 * root)) * back, copysign(root, y) * back);
}

export function crsqrt(x: number, y: number): void {
  csqrt(x, y);
  cdiv(1, 0, complexResult[0]!, complexResult[1]!);
}

export function creciprocal(x: number, y: number): void {
  cdiv(1, 0, x, y);
}

export function csigmoid(x: number, y: number): void {
  cexp(-x, -y);
  cdiv(1, 0, 1 + complexResult[0]!, complexResult[1]!);
}

export function cpow(a: number, b: number, c: number, d: number): void {
  if (d === 0) {
    if (c === 0) return set(1, 0);
    if (c === 1) return set(a, b);
    if (c === 2) return set(a * a - b * b, 2 * a * b);
    if (c === 3) {
      const re = a * a - b * b;
      const im = 2 * a * b;
      return set(re * a - im * b, re * b + im * a);
    }
    if (c === 0.5) return csqrt(a, b);
    if (c === -0.5) return crsqrt(a, b);
    if (c === -1) return creciprocal(a, b);
    if (c === -2) return creciprocal(a * a - b * b, 2 * a * b);
  }
  if (a === 0 && b === 0) return c > 0 ? set(0, 0) : set(Infinity, NaN);
  const re = logAbs(a, b);
  const im = Math.atan2(b, a);
  cexp(c * re - (d === 0 ? 0 : d * im), c * im + (d === 0 ? 0 : d * re));
}

export function csinh(x: number, y: number): void {
  if (y === 0) set(Math.sinh(x), y);
  else if (x === 0) set(Math.abs(y) < Infinity ? x * Math.cos(y) : x, Math.sin(y));
  else if (Math.abs(x) === Infinity && !(Math.abs(y) < Infinity)) set(x, NaN);
  else set(Math.sinh(x) * Math.cos(y), Math.cosh(x) * Math.sin(y));
}

export function ccosh(x: number, y: number): void {
  if (y === 0) set(Math.cosh(x), x !== x ? y : copysign(0, x) * copysign(1, y));
  else if (x === 0) set(Math.cos(y), Math.abs(y) < Infinity ? x * Math.sin(y) : x);
  else if (Math.abs(x) === Infinity && !(Math.abs(y) < Infinity)) set(Infinity, NaN);
  else set(Math.cosh(x) * Math.cos(y), Math.sinh(x) * Math.sin(y));
}

export function csin(x: number, y: number): void {
  csinh(-y, x);
  set(complexResult[1]!, -complexResult[0]!);
}

export function ccos(x: number, y: number): void {
  ccosh(-y, x);
}

export function ctanh(x: number, y: number): void {
  if (!(Math.abs(x) < Infinity)) {
    if (x !== x) return set(x, y === 0 ? y : NaN);
    return set(copysign(1, x), copysign(0, Math.abs(y) < Infinity ? Math.sin(2 * y) : y));
  }
  if (!(Math.abs(y) < Infinity)) return set(x === 0 ? x : NaN, NaN);
  if (Math.abs(x) >= 22) return set(copysign(1, x), 4 * Math.sin(y) * Math.cos(y) * Math.exp(-2 * Math.abs(x)));
  const t = Math.tan(y);
  const beta = 1 + t * t;
  const s = Math.sinh(x);
  const rho = Math.sqrt(1 + s * s);
  if (Math.abs(t) === Infinity) return set(rho / s, 1 / t);
  const denominator = 1 + beta * s * s;
  set((beta * rho * s) / denominator, t / denominator);
}

export function ctan(x: number, y: number): void {
  ctanh(-y, x);
  set(complexResult[1]!, -complexResult[0]!);
}

export function cacos(x: number, y: number): void {
  if (Math.abs(x) > LARGE || Math.abs(y) > LARGE) {
    return set(Math.atan2(Math.abs(y), x), copysign(Math.log(hypot(x / 2, y / 2)) + 2 * Math.LN2, -y));
  }
  csqrt(1 - x, -y);
  const re = complexResult[0]!;
  const im = complexResult[1]!;
  csqrt(1 + x, y);
  set(2 * Math.atan2(re, complexResult[0]!), Math.asinh(complexResult[0]! * im - complexResult[1]! * re));
}

export function cacosh(x: number, y: number): void {
  if (Math.abs(x) > LARGE || Math.abs(y) > LARGE) {
    return set(Math.log(hypot(x / 2, y / 2)) + 2 * Math.LN2, Math.atan2(y, x));
  }
  csqrt(x - 1, y);
  const re = complexResult[0]!;
  const im = complexResult[1]!;
  csqrt(x + 1, y);
  set(Math.asinh(re * complexResult[0]! + im * complexResult[1]!), 2 * Math.atan2(im, complexResult[0]!));
}

export function casinh(x: number, y: number): void {
  if (Math.abs(x) > LARGE || Math.abs(y) > LARGE) {
    return set(copysign(Math.log(hypot(x / 2, y / 2)) + 2 * Math.LN2, x), Math.atan2(y, Math.abs(x)));
  }
  csqrt(1 + y, -x);
  const re = complexResult[0]!;
  const im = complexResult[1]!;
  csqrt(1 - y, x);
  set(
    Math.asinh(re * complexResult[1]! - complexResult[0]! * im),
    Math.atan2(y, re * complexResult[0]! - im * complexResult[1]!),
  );
}

export function casin(x: number, y: number): void {
  casinh(-y, x);
  set(complexResult[1]!, -complexResult[0]!);
}

export function catanh(x: number, y: number): void {
  if (x < 0 || Object.is(x, -0)) {
    catanh(-x, -y);
    return set(-complexResult[0]!, -complexResult[1]!);
  }
  const ay = Math.abs(y);
  if (x > 1e150 || ay > 1e150) {
    const h = hypot(x / 2, y / 2);
    return set(h === Infinity ? 0 : x / 4 / h / h, copysign(Math.PI / 2, y));
  }
  if (x === 1 && ay < 1e-150) {
    if (ay === 0) return set(Infinity, y);
    return set(-Math.log(Math.sqrt(ay) / Math.sqrt(hypot(ay, 2))), copysign(Math.atan2(2, -ay) / 2, y));
  }
  set(Math.log1p((4 * x) / ((1 - x) * (1 - x) + ay * ay)) / 4, -Math.atan2(-2 * y, (1 - x) * (1 + x) - ay * ay) / 2);
}

export function catan(x: number, y: number): void {
  catanh(-y, x);
  set(complexResult[1]!, -complexResult[0]!);
}

/** sin(pi z) / (pi z) */
export function csinc(x: number, y: number): void {
  if (x === 0 && y === 0) return set(1, 0);
  csin(Math.PI * x, Math.PI * y);
  cdiv(complexResult[0]!, complexResult[1]!, Math.PI * x, Math.PI * y);
}
