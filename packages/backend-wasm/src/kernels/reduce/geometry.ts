import type { Tensor } from "@tt/core";

/** A kept dimension: its size, and its steps in elements of the input and of results that lie in order. */
export interface Kept {
  readonly size: number;
  readonly step: number;
  readonly out: number;
}

export interface Reduced {
  readonly size: number;
  readonly step: number;
}

/** A reduction's dimensions, outermost first, neighbours of one kind merged where steps allow. */
export interface Geometry {
  readonly kept: readonly Kept[];
  readonly reduced: readonly Reduced[];
  /** Results, and elements reduced into each. */
  readonly results: number;
  readonly terms: number;
}

export function geometryOf(input: Tensor, dims: readonly number[]): Geometry {
  const merged: { size: number; step: number; reduced: boolean }[] = [];
  input.shape.forEach((size, d) => {
    if (size === 1) return;
    const step = input.strides[d]!;
    const reduced = dims.includes(d);
    const last = merged.at(-1);
    if (last?.reduced === reduced && last.step === size * step) {
      last.size *= size;
      last.step = step;
    } else merged.push({ size, step, reduced });
  });
  let out = 1;
  const kept: Kept[] = [];
  for (let k = merged.length - 1; k >= 0; k--) {
    const { size, step, reduced } = merged[k]!;
    if (reduced) continue;
    kept.unshift({ size, step, out });
    out *= size;
  }
  const reduced = merged.filter((dim) => dim.reduced);
  return { kept, reduced, results: out, terms: reduced.reduce((n, { size }) => n * size, 1) };
}

/** How loops are laid over a geometry. */
export interface Nest {
  readonly form: "rows" | "columns";
  /** The inner dimension; in columns a kept one. */
  readonly inner: Reduced & { readonly out: number };
  /** The loop around it over a kept dimension, and those that are walked outside. */
  readonly rows: Kept;
  readonly outside: readonly Kept[];
  /** The further reduced dimensions, the inner one first. */
  readonly m: Reduced;
  readonly p: Reduced;
}

const ONE: Kept = { size: 1, step: 0, out: 0 };

/** Reduced elements below which lanes hold results rather than elements. */
const SHORT = 16;

/** The dimension of the smallest step. */
function closest<T extends Reduced>(dims: readonly T[]): T | null {
  let best: T | null = null;
  for (const dim of dims) if (best === null || Math.abs(dim.step) <= Math.abs(best.step)) best = dim;
  return best;
}

/**
 * @param ordered - elements of one result are visited in their order
 * @returns null where there are too many dimensions
 */
export function nestOf({ kept, reduced }: Geometry, ordered: boolean): Nest | null {
  const column = closest(kept);
  const line = ordered ? (reduced.at(-1) ?? null) : closest(reduced);
  const columns =
    column !== null &&
    (line === null ||
      Math.abs(column.step) < Math.abs(line.step) ||
      (line.size < SHORT && column.size >= 4 * SHORT && reduced.length < 3));
  const inner = columns ? column : { ...(line ?? ONE), out: 0 };
  const others = kept.filter((dim) => dim !== column || !columns);
  const rest = columns ? reduced : reduced.filter((dim) => dim !== line);
  if (rest.length > 2) return null;
  let rows: Kept = ONE;
  for (const dim of others) if (dim.size > rows.size) rows = dim;
  return {
    form: columns ? "columns" : "rows",
    inner,
    rows,
    outside: others.filter((dim) => dim !== rows),
    m: rest.at(-1) ?? ONE,
    p: rest.at(-2) ?? ONE,
  };
}
