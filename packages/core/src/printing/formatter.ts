import type { Complex } from "../dtype/complex.ts";
import { type Scalar } from "../dtype/complex.ts";
import type { DType } from "../dtype/dtype.ts";
import { pyExponent, pyFixed } from "./number.ts";
import type { ActivePrintOptions } from "./options.ts";
import { pyRepr } from "./python.ts";

/** Turns the elements of one tensor into texts of (mostly) one width. */
export interface ElementFormatter {
  readonly width: number;
  format(value: Scalar): string;
}

/** The formatter for elements of `dtype`, fitted to the `values` that will be shown. */
export function formatterFor(dtype: DType, values: readonly Scalar[], options: ActivePrintOptions): ElementFormatter {
  if (dtype.is_complex) return new ComplexFormatter(values as Complex[], options);
  if (dtype.is_floating_point) return new FloatFormatter(values as number[], options);
  return new IntegerFormatter(values as (number | bigint | boolean)[]);
}

/** Integers and booleans. */
export class IntegerFormatter implements ElementFormatter {
  readonly width: number;

  constructor(values: readonly (number | bigint | boolean)[]) {
    this.width = widest(values, (value) => pyRepr(value).length);
  }

  format(value: number | bigint | boolean): string {
    return pyRepr(value).padStart(this.width);
  }
}

/**
 * Floating-point numbers: `2.` when all are integral, else fixed point, or scientific notation when
 * they are large, small or far apart. Only nonzero finite numbers decide, on the form and the width.
 */
export class FloatFormatter implements ElementFormatter {
  readonly width: number;
  readonly #precision: number;
  readonly #integral: boolean;
  readonly #scientific: boolean;

  constructor(values: readonly number[], { precision, sci_mode }: ActivePrintOptions) {
    const deciding = values.filter((value) => Number.isFinite(value) && value !== 0);
    let min = Number.POSITIVE_INFINITY;
    let max = 0;
    for (const value of deciding) {
      min = Math.min(min, Math.abs(value));
      max = Math.max(max, Math.abs(value));
    }
    this.#precision = precision;
    this.#integral = deciding.every((value) => Number.isInteger(value));
    const scientific = deciding.length > 0 && (max / min > 1000 || max > 1e8 || (!this.#integral && min < 1e-4));
    // The width is that of the automatic form even if sci_mode asks for the other, as in PyTorch.
    this.width = widest(deciding, (value) => this.#text(value, scientific).length);
    // Nor does sci_mode count when nothing but zeros and non-finite numbers is shown.
    this.#scientific = deciding.length > 0 ? (sci_mode ?? scientific) : false;
  }

  format(value: number): string {
    return this.#text(value, this.#scientific).padStart(this.width);
  }

  #text(value: number, scientific: boolean): string {
    if (scientific) return pyExponent(value, this.#precision);
    if (!this.#integral) return pyFixed(value, this.#precision);
    return pyFixed(value, 0) + (Number.isFinite(value) ? "." : "");
  }
}

/** Complex numbers: each part is formatted for itself; only the real one is padded. */
export class ComplexFormatter implements ElementFormatter {
  readonly width: number;
  readonly #re: FloatFormatter;
  readonly #im: FloatFormatter;

  constructor(values: readonly Complex[], options: ActivePrintOptions) {
    this.#re = new FloatFormatter(
      values.map(({ re }) => re),
      options,
    );
    this.#im = new FloatFormatter(
      values.map(({ im }) => im),
      options,
    );
    this.width = this.#re.width + this.#im.width + 1;
  }

  format({ re, im }: Complex): string {
    const imaginary = `${this.#im.format(im)}j`.trimStart();
    return this.#re.format(re) + (imaginary.startsWith("-") ? "" : "+") + imaginary;
  }
}

function widest<T>(values: readonly T[], width: (value: T) => number): number {
  let max = 1;
  for (const value of values) max = Math.max(max, width(value));
  return max;
}
