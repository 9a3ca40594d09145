/** Comparing results with records: modes and tolerances of README.md, "A. ops". */

import { type Elements, numel } from "./elements.ts";

export type Mode = "value" | "abs" | "unordered" | "meta" | "index";

interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

const EXACT: Tolerance = { atol: 0, rtol: 0 };
const TOLERANCES: Readonly<Record<string, Tolerance>> = {
  float32: { atol: 1e-5, rtol: 1.3e-6 },
  complex64: { atol: 1e-5, rtol: 1.3e-6 },
  float64: { atol: 1e-7, rtol: 1e-7 },
  complex128: { atol: 1e-7, rtol: 1e-7 },
  float16: { atol: 1e-5, rtol: 1e-3 },
  bfloat16: { atol: 1e-5, rtol: 1.6e-2 },
};

export interface Options {
  readonly mode?: Mode;
  /** Factor on the tolerance: `1 + 4 n` where a case records noise n. */
  readonly scale?: number;
  /** Integers, and uniform draws: no tolerance. */
  readonly exact?: boolean;
  /** For mode "index": what was searched, and the values found (output 0). */
  readonly searched?: Elements;
  readonly found?: Elements;
}

/** Says how `got` differs from `want`, or returns null. */
export function difference(got: Elements, want: Elements, options: Options = {}): string | null {
  const problem = metaDifference(got, want);
  if (problem !== null) return problem;
  switch (options.mode ?? "value") {
    case "meta":
      return null;
    case "abs":
      return closeDifference(magnitudes(got), magnitudes(want), options);
    case "unordered":
      return multisetDifference(got, want, options);
    case "index":
      return indexDifference(got, want, options);
    default:
      return closeDifference(got, want, options);
  }
}

/** Only dtype and shape. */
export function metaDifference(
  got: Pick<Elements, "dtype" | "shape">,
  want: Pick<Elements, "dtype" | "shape">,
): string | null {
  if (got.dtype !== want.dtype) return `dtype ${got.dtype} instead of ${want.dtype}`;
  if (got.shape.length !== want.shape.length || got.shape.some((size, d) => size !== want.shape[d])) {
    return `shape [${got.shape.join(", ")}] instead of [${want.shape.join(", ")}]`;
  }
  return null;
}

function toleranceOf(dtype: string, options: Options): Tolerance {
  const found = options.exact === true ? undefined : TOLERANCES[dtype];
  if (found === undefined) return EXACT;
  const scale = options.scale ?? 1;
  return { atol: found.atol * scale, rtol: found.rtol * scale };
}

function closeAt(got: Elements, i: number, want: Elements, j: number, { atol, rtol }: Tolerance): boolean {
  const a = got.re[i]!;
  const b = want.re[j]!;
  if (typeof a === "bigint" || typeof b === "bigint") return a === b;
  const aIm = got.im?.[i] ?? 0;
  const bIm = want.im?.[j] ?? 0;
  if (a === b && aIm === bIm) return true;
  if (Number.isNaN(a) || Number.isNaN(aIm)) return Number.isNaN(b) || Number.isNaN(bIm);
  const size = want.im ? Math.hypot(b, bIm) : Math.abs(b);
  const distance = want.im ? Math.hypot(a - b, aIm - bIm) : Math.abs(a - b);
  return Number.isFinite(size) && distance <= atol + rtol * size;
}

function closeDifference(got: Elements, want: Elements, options: Options): string | null {
  const tolerance = toleranceOf(want.dtype, options);
  let wrong = 0;
  let first = -1;
  let worst = 0;
  for (let i = 0; i < want.re.length; i++) {
    if (closeAt(got, i, want, i, tolerance)) continue;
    wrong++;
    if (first < 0) first = i;
    worst = Math.max(worst, Math.abs(Number(got.re[i]!) - Number(want.re[i]!)));
  }
  if (wrong === 0) return null;
  const where = `${wrong} of ${want.re.length} differ, at ${first}: ${show(got, first)} instead of ${show(want, first)}`;
  return worst > 0 && wrong > 1 ? `${where}; largest difference ${worst.toPrecision(3)}` : where;
}

function show(elements: Elements, i: number): string {
  const re = String(elements.re[i]);
  return elements.im ? `(${re}, ${elements.im[i]})` : re;
}

const REAL_OF: Readonly<Record<string, string>> = { complex64: "float32", complex128: "float64" };

function magnitudes(elements: Elements): Elements {
  const { dtype, shape, im } = elements;
  const re = Float64Array.from(elements.re as Float64Array, (x, i) => (im ? Math.hypot(x, im[i]!) : Math.abs(x)));
  return { dtype: REAL_OF[dtype] ?? dtype, shape, re };
}

/** Rows along the last dimension hold the same numbers in any order. */
function multisetDifference(got: Elements, want: Elements, options: Options): string | null {
  const tolerance = toleranceOf(want.dtype, options);
  const width = want.shape.at(-1) ?? 1;
  for (let row = 0; row < numel(want.shape); row += width) {
    const free = new Set(Array.from({ length: width }, (_, i) => row + i));
    for (let j = row; j < row + width; j++) {
      const match = [...free].find((i) => closeAt(got, i, want, j, tolerance));
      if (match === undefined) return `${show(want, j)} is missing among the results`;
      free.delete(match);
    }
  }
  return null;
}

/**
 * Where ties leave the choice open, other indices are right too: distinct ones at which
 * `searched` holds the values that were found.
 */
function indexDifference(got: Elements, want: Elements, options: Options): string | null {
  const plain = closeDifference(got, want, { ...options, exact: true });
  if (plain === null) return null;
  const { searched, found } = options;
  if (searched === undefined || found === undefined) return plain;
  const dims = searched.shape.map((_, d) => d).filter((d) => mayHaveSearched(searched.shape, got.shape, d));
  return dims.some((d) => gathers(searched, got, found, d)) ? null : `${plain}; nor do they point at the values found`;
}

function mayHaveSearched(input: readonly number[], output: readonly number[], dim: number): boolean {
  const rest = (shape: readonly number[]): string => shape.filter((_, d) => d !== dim).join();
  return output.length === input.length ? rest(input) === rest(output) : rest(input) === output.join();
}

function gathers(searched: Elements, got: Elements, found: Elements, dim: number): boolean {
  const inner = numel(searched.shape.slice(dim + 1));
  const size = searched.shape[dim]!;
  const picks = got.shape.length === searched.shape.length ? got.shape[dim]! : 1;
  const seen = new Set<string>();
  for (let i = 0; i < got.re.length; i++) {
    const index = Number(got.re[i]!);
    if (!(index >= 0 && index < size)) return false;
    const outer = Math.floor(i / (picks * inner));
    const place = `${outer},${i % inner},${index}`;
    if (seen.has(place)) return false;
    seen.add(place);
    if (!closeAt(searched, (outer * size + index) * inner + (i % inner), found, i, EXACT)) return false;
  }
  return true;
}
