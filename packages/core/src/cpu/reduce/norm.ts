import { complex128, float64 } from "../../dtype/index.ts";
import type { ArrayView } from "../view.ts";
import { Geometry } from "./geometry.ts";
import { type Reduction, defineReduction, fold } from "./reduce.ts";

const NOTHING = { accumulator: () => float64, identity: () => 0 };
const real = (element: string, combine: string, finish: string | null): Reduction =>
  defineReduction(element, combine, finish, NOTHING);
const complex = (element: string, combine: string, finish: string | null): Reduction =>
  defineReduction(element, combine, finish, { ...NOTHING, elementDtype: () => complex128 });

/** The same norms of real and of complex numbers. */
type Pair = readonly [Reduction, Reduction];

const pair = (element: string, combine: string, finish: string | null): Pair => [
  real(element, combine, finish),
  complex(element, combine, finish),
];

const ZERO = pair("bool(a)", "a + b", null);
const ONE = pair("abs(a)", "a + b", null);
const TWO: Pair = [real("a * a", "a + b", "sqrt(a)"), complex("square(real(a)) + square(imag(a))", "a + b", "sqrt(a)")];
const GENERAL: Pair = [
  real("pow(abs(a), p)", "a + b", "pow(a, q)"),
  complex("pow(abs(a), real(p))", "a + b", "pow(a, q)"),
];
const LARGEST = pair("abs(a)", "max(a, b)", null);
const SMALLEST: Pair = [
  defineReduction("abs(a)", "min(a, b)", null, { accumulator: () => float64, identity: () => Infinity }),
  defineReduction("abs(a)", "min(a, b)", null, {
    accumulator: () => float64,
    identity: () => Infinity,
    elementDtype: () => complex128,
  }),
];

const geometry = new Geometry();

/**
 * Vector p-norm over `dims`: 0 counts elements that are not zero, infinite ones give the largest and
 * smallest absolute value.
 * @param out - dense, real
 */
export function norm(out: ArrayView, input: ArrayView, dims: readonly number[], p: number): void {
  geometry.set(input, dims);
  const pairs = choose(p);
  const reduction = input.dtype.is_complex ? pairs[1] : pairs[0];
  if (pairs === GENERAL) fold(reduction, out, input, geometry, [p], [1 / p]);
  else fold(reduction, out, input, geometry, [], []);
}

function choose(p: number): Pair {
  switch (p) {
    case 0:
      return ZERO;
    case 1:
      return ONE;
    case 2:
      return TWO;
    case Infinity:
      return LARGEST;
    case -Infinity:
      return SMALLEST;
    default:
      return GENERAL;
  }
}
