import {
  bool as boolean,
  complex128,
  type DType,
  float32,
  float64,
  int64,
  type Kernel,
  type Kernels,
  Tensor,
} from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import { extremeBytes } from "../../codegen/extreme.ts";
import type { Engine } from "../../engine.ts";
import { type Code, instantiateCode } from "../../threads/code.ts";
import type { MapInto } from "../map.ts";
import { AMAX, defineFold, type Fold, plan, type RunFold, SUM, sumDtype } from "./fold.ts";
import { nestOf } from "./geometry.ts";
import { inputStream, NOWHERE, resultStream, runNest, temporary } from "./run.ts";

const double = (): DType => float64;
const own = (input: DType): DType => (input.is_floating_point && input.itemsize === 2 ? float32 : input);
const complex = { compute: (): DType => complex128 };

/** Of means that elements are compared with: exact where all are equal. */
const EXACT_SUM = defineFold("exact sum", "a", "a + b", 0, sumDtype);
const FOLDS: Readonly<Record<string, Fold>> = {
  sum: SUM,
  nansum: defineFold("nansum", "isnan(a) ? 0 : a", "a + b", 0, sumDtype, { blocks: true }),
  prod: defineFold("prod", "a", "a * b", 1, (_, out) =>
    out.is_complex ? complex128 : out.category === 1 ? int64 : float64,
  ),
  amin: defineFold("amin", "a", "min(a, b)", null, own),
  amax: AMAX,
  any: defineFold("any", "a", "a || b", null, () => boolean),
  all: defineFold("all", "a", "a && b", null, () => boolean),
  count_nonzero: defineFold("count_nonzero", "bool(a)", "a + b", 0, double),
};

/** Norms of real and of complex numbers. */
type Pair = readonly [Fold, Fold];
const norm = (name: string, real: string, other: string, combine: string, identity: number, blocks = false): Pair => [
  defineFold(`norm ${name}`, real, combine, identity, double, { blocks }),
  defineFold(`complex norm ${name}`, other, combine, identity, double, complex),
];
const NORMS = {
  zero: norm("0", "bool(a)", "bool(a)", "a + b", 0),
  one: norm("1", "abs(a)", "abs(a)", "a + b", 0, true),
  two: norm("2", "a * a", "square(real(a)) + square(imag(a))", "a + b", 0, true),
  general: norm("p", "pow(abs(a), p)", "pow(abs(a), real(p))", "a + b", 0),
  largest: norm("inf", "abs(a)", "abs(a)", "max(a, b)", 0),
  smallest: norm("-inf", "abs(a)", "abs(a)", "min(a, b)", Infinity),
};
const SPREAD: Pair = [
  defineFold("spread", "square(a - b)", "a + b", 0, double),
  defineFold("complex spread", "square(real(a) - real(b)) + square(imag(a) - imag(b))", "a + b", 0, double, complex),
];

const SAME: Program = parseExpr("a");
const DIVIDE: Program = parseExpr("a / n");
const ROOT: Program = parseExpr("sqrt(a)");
const FINISH: Readonly<Record<"var" | "std", Program>> = { var: DIVIDE, std: parseExpr("sqrt(a / n)") };
const POWER: Program = parseExpr("pow(a, q)");

type Dims = readonly number[];

/** Reductions over any dimensions of tensors of any dtype and layout. */
export function reduceKernels(engine: Engine, relaxed: boolean, fold: RunFold, map: MapInto): Kernels {
  const { host } = engine;
  const extreme = makeExtreme(engine, relaxed);
  const termsOf = (input: Tensor, dims: Dims): number => dims.reduce((n, d) => n * input.shape[d]!, 1);

  const simple =
    (name: string): Kernel =>
    (out: Tensor, input: Tensor, dims: Dims) => {
      if (!fold(FOLDS[name]!, out, input, dims)) (host[name] as Kernel)(out, input, dims);
    };

  function mean(out: Tensor, input: Tensor, dims: Dims): void {
    const sums = temporary(out, sumDtype(input.dtype, out.dtype));
    if (!fold(SUM, sums, input, dims)) (host["mean"] as Kernel)(out, input, dims);
    else map(DIVIDE, sums.dtype, out, [sums], [termsOf(input, dims)]);
  }

  function vectorNorm(out: Tensor, input: Tensor, dims: Dims, p: number): void {
    const complexInput = Number(input.dtype.is_complex);
    const sums = temporary(out, float64);
    const finish = (pair: Pair, program: Program, scalars: readonly number[], last: readonly number[]): boolean => {
      if (!fold(pair[complexInput]!, sums, input, dims, scalars)) return false;
      map(program, float64, out, [sums], last);
      return true;
    };
    const done = ((): boolean => {
      switch (p) {
        case 0:
          return finish(NORMS.zero, SAME, [], []);
        case 1:
          return finish(NORMS.one, SAME, [], []);
        case 2:
          return finish(NORMS.two, ROOT, [], []);
        case Infinity:
          return finish(NORMS.largest, SAME, [], []);
        case -Infinity:
          return finish(NORMS.smallest, SAME, [], []);
        default:
          return finish(NORMS.general, POWER, [p], [1 / p]);
      }
    })();
    if (!done) (host["_vector_norm"] as Kernel)(out, input, dims, p);
  }

  /** Two passes, in double precision. */
  function variance(
    kind: "var" | "std",
    outs: readonly Tensor[],
    input: Tensor,
    dims: Dims,
    correction: number,
  ): boolean {
    const [out, average] = outs as readonly [Tensor, Tensor | undefined];
    const isComplex = input.dtype.is_complex;
    const terms = termsOf(input, dims);
    const means = temporary(out, isComplex ? complex128 : float64);
    if (!fold(EXACT_SUM, means, input, dims)) return false;
    map(DIVIDE, means.dtype, means, [means], [terms]);
    const sums = temporary(out, float64);
    if (!fold(SPREAD[Number(isComplex)]!, sums, input, dims, [], means)) return false;
    map(FINISH[kind], float64, out, [sums], [Math.max(terms - correction, 0)]);
    if (average !== undefined) map(SAME, means.dtype, average, [viewAs(means, average)], []);
    return true;
  }

  const kernels: Record<string, Kernel> = { mean, _vector_norm: vectorNorm };
  for (const name of Object.keys(FOLDS)) kernels[name] = simple(name);
  for (const kind of ["var", "std"] as const) {
    kernels[`${kind}.correction`] = (out: Tensor, input: Tensor, dims: Dims, correction: number) => {
      if (!variance(kind, [out], input, dims, correction))
        (host[`${kind}.correction`] as Kernel)(out, input, dims, correction);
    };
    kernels[`${kind}_mean.correction`] = (outs: readonly Tensor[], input: Tensor, dims: Dims, correction: number) => {
      if (!variance(kind, outs, input, dims, correction))
        (host[`${kind}_mean.correction`] as Kernel)(outs, input, dims, correction);
    };
  }
  for (const kind of ["max", "min"] as const) {
    kernels[`${kind}.dim`] = (outs: readonly [Tensor, Tensor], input: Tensor, dims: Dims) => {
      if (!extreme(kind, outs[0], outs[1], input, dims)) (host[`${kind}.dim`] as Kernel)(outs, input, dims);
    };
    kernels[`arg${kind}`] = (out: Tensor, input: Tensor, dims: Dims) => {
      if (!extreme(kind, null, out, input, dims)) (host[`arg${kind}`] as Kernel)(out, input, dims);
    };
  }
  return kernels;
}

/** Values in order, seen with another tensor's shape. */
function viewAs(values: Tensor, like: Tensor): Tensor {
  return new Tensor(values.storage, values.dtype, like.shape, like.strides, 0);
}

const FEW = 1025;

type RunExtreme = (kind: "max" | "min", values: Tensor | null, indices: Tensor, input: Tensor, dims: Dims) => boolean;

function makeExtreme(engine: Engine, relaxed: boolean): RunExtreme {
  const { heap, operands } = engine;
  const loops = new Map<string, Code>();
  return (kind, values, indices, input, dims) => {
    if (input.numel() < engine.few(FEW) || input.dtype.is_complex) return false;
    if (values?.contiguous_ === false || !indices.contiguous_ || indices.dtype !== int64) return false;
    const { input: from, geometry } = plan(engine, input, dims, true);
    if (geometry.terms === 0 || geometry.results === 0) return false;
    const nest = nestOf(geometry, true)!;
    const layout = nest.inner.step === 1 ? "vector" : "stride";
    const key = `${kind} ${from.dtype.id} ${values?.dtype.id ?? ""} ${nest.form} ${layout}`;
    let loop = loops.get(key);
    if (loop === undefined) {
      const spec = {
        kind,
        input: from.dtype,
        values: values?.dtype ?? null,
        form: nest.form,
        layout,
        relaxed,
      } as const;
      loops.set(key, (loop = instantiateCode(extremeBytes(spec), heap.memory)));
    }
    operands.begin();
    const [x, y, z] = [operands.input(from), values === null ? 0 : operands.output(values), operands.output(indices)];
    if (x < 0 || y < 0 || z < 0) return false;
    const output = values === null ? NOWHERE : resultStream(nest, y, values.dtype.itemsize);
    const streams = [output, inputStream(nest, x, from.dtype.itemsize), resultStream(nest, z, 8)] as const;
    runNest(engine, loop, nest, streams, [], 0.5 * from.numel());
    operands.end();
    return true;
  };
}
