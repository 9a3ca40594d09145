import { complex128, type DType, float32, float64, int64, type Scalar, Tensor } from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import { foldBytes } from "../../codegen/fold.ts";
import type { Engine } from "../../engine.ts";
import { type Code, instantiateCode } from "../../threads/code.ts";
import { pushConstant } from "../constants.ts";
import { dense } from "../views.ts";
import { type Geometry, geometryOf, type Kept, type Nest, nestOf } from "./geometry.ts";
import { inputStream, NOWHERE, resultStream, runNest } from "./run.ts";

/** What becomes of the elements of one result. */
export interface Fold {
  readonly name: string;
  readonly element: Program;
  readonly combine: Program;
  /** Start of accumulators; null where elements may be joined several times. */
  readonly identity: number | null;
  readonly accumulator: (input: DType, out: DType) => DType;
  /** Dtype of the element's program; the accumulator's unless given. */
  readonly compute?: (input: DType) => DType;
  /** Whether short stretches of float32 may be added up in single precision. */
  readonly blocks?: boolean;
}

export function defineFold(
  name: string,
  element: string,
  combine: string,
  identity: number | null,
  accumulator: Fold["accumulator"],
  rest: Pick<Fold, "compute" | "blocks"> = {},
): Fold {
  return { name, element: parseExpr(element), combine: parseExpr(combine), identity, accumulator, ...rest };
}

/** Sums: floating point in double precision, integers modulo 2^64. */
export function sumDtype(input: DType, out: DType): DType {
  if (out.is_complex || input.is_complex) return complex128;
  return out.category === 1 ? int64 : float64;
}

export const SUM: Fold = defineFold("sum", "a", "a + b", 0, sumDtype, { blocks: true });
export const AMAX: Fold = defineFold("amax", "a", "max(a, b)", null, (input) =>
  input.is_floating_point && input.itemsize === 2 ? float32 : input,
);

/** Elements below which the host's loops are as fast. */
const FEW = 1025;
/** Elements of a part of a long sum; the parts are joined in order, whichever thread had them. */
const PART = 32768;
const MOST_PARTS = 64;
/** Results from which on there is work enough for all threads without parts. */
const PLENTY = 32;

const SAME: Program = parseExpr("a");

/** Reduces `input` into `out`, which lies in order; false when the host has to. */
export type RunFold = (
  fold: Fold,
  out: Tensor,
  input: Tensor,
  dims: readonly number[],
  scalars?: readonly Scalar[],
  other?: Tensor | null,
) => boolean;

export function makeFold(engine: Engine, relaxed: boolean): RunFold {
  const { heap, operands } = engine;
  const loops = new Map<string, Code>();

  function loopOf(fold: Fold, input: DType, out: DType, other: DType | null, nest: Nest, size: number): Code {
    const layout = nest.inner.step * size === size ? "vector" : "stride";
    const key = `${fold.name} ${input.id} ${out.id} ${other?.id ?? ""} ${nest.form} ${layout}`;
    let loop = loops.get(key);
    if (loop === undefined) {
      const accumulator = fold.accumulator(input, out);
      const blocked = fold.blocks === true && input === float32 && accumulator === float64;
      const bytes = foldBytes({
        element: fold.element,
        compute: blocked ? float32 : (fold.compute?.(input) ?? accumulator),
        combine: fold.combine,
        accumulator,
        identity: fold.identity,
        input,
        other,
        out,
        form: nest.form,
        layout,
        relaxed,
        blocked,
      });
      loops.set(key, (loop = instantiateCode(bytes, heap.memory)));
    }
    return loop;
  }

  return (fold, out, input, dims, scalars = [], other = null) => {
    if (input.numel() < engine.few(FEW) || !out.contiguous_ || other?.contiguous_ === false) return false;
    const source = plan(engine, input, dims, false);
    const { geometry } = source;
    const from = source.input;
    if (geometry.terms === 0 || geometry.results === 0) return false;
    const accumulator = fold.accumulator(from.dtype, out.dtype);
    const constants: number[] = [];
    const blocked = fold.blocks === true && from.dtype === float32 && accumulator === float64;
    const compute = blocked ? float32 : (fold.compute?.(from.dtype) ?? accumulator);
    for (const scalar of scalars) pushConstant(constants, scalar, compute, false);
    operands.begin();
    const [x, y, z] = [operands.input(from), operands.output(out), other === null ? 0 : operands.input(other)];
    if (x < 0 || y < 0 || z < 0) return false;
    const size = from.dtype.itemsize;

    const call = (part: Geometry, address: number, target: number, dtype: DType): void => {
      const nest = nestOf(part, false)!;
      const loop = loopOf(fold, from.dtype, dtype, other?.dtype ?? null, nest, size);
      const cost = part.results * part.terms * (blocked ? 0.1 : 0.4);
      const aside = other === null ? NOWHERE : otherStream(nest, z, other.dtype.itemsize, geometry.results);
      const streams = [resultStream(nest, target, dtype.itemsize), inputStream(nest, address, size), aside] as const;
      runNest(engine, loop, nest, streams, constants, cost);
    };

    const parts = partsOf(geometry);
    if (parts === null || nestOf(parts.whole, false) === null) call(geometry, x, y, out.dtype);
    else {
      const { whole, count, tail, tailAt } = parts;
      const width = accumulator.itemsize;
      const { results } = geometry;
      const work = heap.scratch((count + 1) * results * width);
      if (work < 0) return false;
      call(whole, x, work, accumulator);
      if (tail !== null) call(tail, x + tailAt * size, work + count * results * width, accumulator);
      const joined: Geometry = {
        kept: results === 1 ? [] : [{ size: results, step: 1, out: 1 }],
        reduced: [{ size: count + Number(tail !== null), step: results }],
        results,
        terms: count,
      };
      const nest = nestOf(joined, false)!;
      const { name, combine, identity } = fold;
      const last: Fold = { name: `${name} parts`, element: SAME, combine, identity, accumulator: () => accumulator };
      const loop = loopOf(last, accumulator, out.dtype, null, nest, width);
      const streams = [resultStream(nest, y, out.dtype.itemsize), inputStream(nest, work, width), NOWHERE] as const;
      runNest(engine, loop, nest, streams, [], 0);
    }
    operands.end();
    return true;
  };
}

/** Steps of what goes with the results; parts of one result share it. */
function otherStream(nest: Nest, address: number, size: number, results: number): ReturnType<typeof resultStream> {
  const stream = resultStream(nest, address, size);
  const shared = (dim: { readonly out: number }, step: number): number => (dim.out >= results ? 0 : step);
  return {
    ...stream,
    rows: shared(nest.rows, stream.rows),
    inner: shared(nest.inner, stream.inner),
    outside: stream.outside.map((step, d) => shared(nest.outside[d]!, step)),
  };
}

/** The input, copied into order if it has more dimensions than loops have. */
export function plan(
  engine: Engine,
  input: Tensor,
  dims: readonly number[],
  ordered: boolean,
): { readonly input: Tensor; readonly geometry: Geometry } {
  const geometry = geometryOf(input, dims);
  if (nestOf(geometry, ordered) !== null) return { input, geometry };
  const order = [...input.shape.keys()];
  const permuted = [...order.filter((d) => !dims.includes(d)), ...dims];
  const shape = permuted.map((d) => input.shape[d]!);
  const strides = permuted.map((d) => input.strides[d]!);
  const view = new Tensor(input.storage, input.dtype, shape, strides, input.offset);
  const copy = dense(engine, view);
  return {
    input: copy,
    geometry: geometryOf(
      copy,
      dims.map((_, i) => shape.length - dims.length + i),
    ),
  };
}

interface Parts {
  /** Parts as a kept dimension. */
  readonly whole: Geometry;
  readonly count: number;
  /** What is left over. */
  readonly tail: Geometry | null;
  readonly tailAt: number;
}

/** Cuts long reductions with few results into parts of a size that the shape alone decides. */
function partsOf({ kept, reduced, results, terms }: Geometry): Parts | null {
  if (results > PLENTY || terms < 2 * PART) return null;
  const longest = reduced.reduce((a, b) => (b.size > a.size ? b : a));
  const wanted = Math.min(MOST_PARTS, Math.floor(terms / PART), longest.size);
  const size = Math.ceil(longest.size / wanted / 64) * 64;
  const count = Math.floor(longest.size / size);
  if (count < 2) return null;
  const withSize = (n: number, more: readonly Kept[]): Geometry => ({
    kept: [...more, ...kept],
    reduced: reduced.map((dim) => (dim === longest ? { ...dim, size: n } : dim)),
    results: results * (more[0]?.size ?? 1),
    terms: (terms / longest.size) * n,
  });
  const left = longest.size - count * size;
  return {
    whole: withSize(size, [{ size: count, step: size * longest.step, out: results }]),
    count,
    tail: left === 0 ? null : withSize(left, []),
    tailAt: count * size * longest.step,
  };
}
