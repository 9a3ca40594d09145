import { fromBfloat16Bits, fromHalfBits, toBfloat16Bits, toHalfBits } from "../dtype/index.ts";

/** C's <math.h> where JavaScript's Math lacks a function or differs, and PyTorch's small helpers. */

/** Nearest integer, half to even. */
export function roundEven(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 2 ** 52)) return x;
  const rounded = magnitude + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

export function copysign(magnitude: number, sign: number): number {
  const negative = sign < 0 || Object.is(sign, -0);
  return negative ? -Math.abs(magnitude) : Math.abs(magnitude);
}

export function fmin(a: number, b: number): number {
  return a !== a ? b : b !== b ? a : Math.min(a, b);
}

export function fmax(a: number, b: number): number {
  return a !== a ? b : b !== b ? a : Math.max(a, b);
}

/** C's pow: 1 to any power is 1, and -1 to an infinite one, where JavaScript has nan. */
export function pow(a: number, b: number): number {
  if (b === 2) return a * a;
  if (b === 0.5) return a === -Infinity ? Infinity : Math.sqrt(a) + 0;
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}

export function hypot(a: number, b: number): number {
  const x = Math.abs(a);
  const y = Math.abs(b);
  const sum = x * x + y * y;
  if (sum > 1e-290 && sum < Infinity) return Math.sqrt(sum);
  if (x === Infinity || y === Infinity) return Infinity;
  const large = Math.max(x, y);
  if (large === 0 || large !== large) return large;
  const ratio = Math.min(x, y) / large;
  return large * Math.sqrt(1 + ratio * ratio);
}

/** Python's %, as torch.remainder. */
export function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && b < 0 !== rest < 0 ? rest + b : rest;
}

/** PyTorch's div_floor: the quotient of `a - remainder(a, b)`, rounded to an integer. */
export function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && b < 0 !== rest < 0) quotient -= 1;
  if (quotient === 0) return copysign(0, a / b);
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

export function logaddexp(a: number, b: number): number {
  if (a === b && Math.abs(a) === Infinity) return a;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

export function logaddexp2(a: number, b: number): number {
  if (a === b && Math.abs(a) === Infinity) return a;
  return Math.max(a, b) + Math.log1p(2 ** -Math.abs(a - b)) * Math.LOG2E;
}

export function xlogy(x: number, y: number): number {
  return y !== y ? y : x === 0 ? 0 : x * Math.log(y);
}

export function xlog1py(x: number, y: number): number {
  return y !== y ? y : x === 0 ? 0 : x * Math.log1p(y);
}

export function entr(x: number): number {
  return x !== x ? x : x > 0 ? -x * Math.log(x) : x === 0 ? 0 : -Infinity;
}

export function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

const f64 = new Float64Array(1);
const i64 = new BigInt64Array(f64.buffer);
const f32 = new Float32Array(1);
const i32 = new Int32Array(f32.buffer);

/** The double next to `a` in the direction of `b`. */
export function nextafter(a: number, b: number): number {
  if (a !== a || b !== b) return a + b;
  if (a === b) return b;
  if (a === 0) return b > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  f64[0] = a;
  i64[0] = i64[0]! + (a < b === a > 0 ? 1n : -1n);
  return f64[0];
}

/** The float32 next to `a` in the direction of `b`. */
export function nextafterFloat32(a: number, b: number): number {
  if (a !== a || b !== b) return a + b;
  if (a === b) return b;
  if (a === 0) return b > 0 ? 2 ** -149 : -(2 ** -149);
  f32[0] = a;
  i32[0] = i32[0]! + (a < b === a > 0 ? 1 : -1);
  return f32[0];
}

/** The float16 next to `a` in the direction of `b`. */
export function nextafterFloat16(a: number, b: number): number {
  if (a !== a || b !== b) return a + b;
  if (a === b) return b;
  if (a === 0) return b > 0 ? 2 ** -24 : -(2 ** -24);
  return fromHalfBits(toHalfBits(a) + (a < b === a > 0 ? 1 : -1));
}

/** The bfloat16 next to `a` in the direction of `b`. */
export function nextafterBfloat16(a: number, b: number): number {
  if (a !== a || b !== b) return a + b;
  if (a === b) return b;
  if (a === 0) return b > 0 ? 2 ** -133 : -(2 ** -133);
  return fromBfloat16Bits(toBfloat16Bits(a) + (a < b === a > 0 ? 1 : -1));
}
