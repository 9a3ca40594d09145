import { type DType, float32, type Kernel, type Kernels, type Scalar, type Tensor } from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import { formOf } from "../codegen/form.ts";
import type { Engine } from "../engine.ts";
import { type View, viewOf } from "../queue/view.ts";
import type { Element } from "../wgsl/kernel.ts";
import { reduce, type ReduceSpec } from "../wgsl/reduce/reduce.ts";
import { f32 } from "../wgsl/source.ts";
import { planFor } from "./cache.ts";
import { foldView } from "./fold_view.ts";

type Dims = readonly number[];
type Pair = readonly [Tensor, Tensor];

/** The type in which templates have elements of a dtype. */
export function elementOf(dtype: DType): Element {
  const { value } = formOf(dtype);
  return value === "bool" ? "u32" : value;
}

const ABS: Program = parseExpr("abs(a)");
const SQUARE: Program = parseExpr("a * a");
const POWER: Program = parseExpr("pow(abs(a), p)");
const ROOT: Program = parseExpr("sqrt(a)");
const RAISE: Program = parseExpr("pow(a, q)");
const TRUTH: Program = parseExpr("bool(a)");
const NANS: Program = parseExpr("isnan(a) ? 0 : a");
const DIVIDE: Program = parseExpr("a / n");
const SAME: Program = parseExpr("a");

/** Reductions over any dimensions: `(out, input, dims, ...)`. */
export function reduceKernels(engine: Engine): Kernels {
  const fold = (
    kind: ReduceSpec["kind"],
    outputs: Readonly<Record<string, Tensor | View>>,
    input: View,
    dims: Dims,
    type: Element,
    more: Partial<ReduceSpec> = {},
  ): void => {
    const { view, outer, length, inner } = foldView(input, dims);
    if (outer * inner === 0) return;
    const spec: ReduceSpec = { kind, type, outer, length, inner, ...more };
    engine.run(planFor("reduce", spec, reduce), { x: view, ...outputs });
  };

  /** `finish(sum(start(input)))`, which become one dispatch, or two where much is summed. */
  const summed = (
    out: Tensor,
    input: Tensor,
    dims: Dims,
    kind: "sum" | "amax" | "amin",
    [start, scalars]: readonly [Program, readonly Scalar[]],
    [finish, last]: readonly [Program, readonly Scalar[]],
  ): void => {
    const before = engine.temporary(start === TRUTH ? float32 : out.dtype, input.shape);
    engine.map(start, input.dtype, before, [input], scalars);
    if (finish === SAME) fold(kind, { out }, before, dims, "f32");
    else {
      const middle = engine.temporary(float32, out.shape);
      fold(kind, { out: middle }, before, dims, "f32");
      engine.map(finish, float32, out, [middle], last);
      engine.queue.release(middle.memory);
    }
    engine.queue.release(before.memory);
  };

  const simple =
    (kind: "sum" | "prod"): Kernel =>
    (out: Tensor, input: Tensor, dims: Dims) => {
      const type = formOf(out.dtype).value === "f32" ? "f32" : "i32";
      fold(kind, { out }, viewOf(input), dims, type);
    };
  const own =
    (kind: "amax" | "amin" | "any" | "all"): Kernel =>
    (out: Tensor, input: Tensor, dims: Dims) =>
      fold(kind, { out }, viewOf(input), dims, elementOf(input.dtype));
  const extreme =
    (kind: "max" | "min"): Kernel =>
    ([out, indices]: Pair, input: Tensor, dims: Dims) =>
      fold(kind, { out, indices }, viewOf(input), dims, elementOf(input.dtype));
  const argExtreme =
    (kind: "argmax" | "argmin"): Kernel =>
    (out: Tensor, input: Tensor, dims: Dims) =>
      fold(kind, { out }, viewOf(input), dims, elementOf(input.dtype));

  const termsOf = (input: Tensor, dims: Dims): number => dims.reduce((n, d) => n * input.shape[d]!, 1);

  function mean(out: Tensor, input: Tensor, dims: Dims): void {
    const sums = engine.temporary(float32, out.shape);
    fold("sum", { out: sums }, viewOf(input), dims, "f32");
    engine.map(DIVIDE, float32, out, [sums], [termsOf(input, dims)]);
    engine.queue.release(sums.memory);
  }

  function variance(kind: "var" | "std", outs: readonly Tensor[], input: Tensor, dims: Dims, correction: number): void {
    const [out, average] = outs as readonly [Tensor, Tensor | undefined];
    const params = [f32("correction", correction)];
    if (kind === "var") fold("var", { out }, viewOf(input), dims, "f32", { params });
    else {
      const squares = engine.temporary(float32, out.shape);
      fold("var", { out: squares }, viewOf(input), dims, "f32", { params });
      engine.map(ROOT, float32, out, [squares], []);
      engine.queue.release(squares.memory);
    }
    if (average !== undefined) mean(average, input, dims);
  }

  function norm(out: Tensor, input: Tensor, dims: Dims, p: number): void {
    const none = [SAME, []] as const;
    if (p === 0) summed(out, input, dims, "sum", [TRUTH, []], none);
    else if (p === 1) summed(out, input, dims, "sum", [ABS, []], none);
    else if (p === 2) summed(out, input, dims, "sum", [SQUARE, []], [ROOT, []]);
    else if (p === Infinity) summed(out, input, dims, "amax", [ABS, []], none);
    else if (p === -Infinity) summed(out, input, dims, "amin", [ABS, []], none);
    else summed(out, input, dims, "sum", [POWER, [p]], [RAISE, [1 / p]]);
  }

  return {
    sum: simple("sum"),
    prod: simple("prod"),
    mean,
    nansum(out: Tensor, input: Tensor, dims: Dims): void {
      const before = engine.temporary(input.dtype, input.shape);
      engine.map(NANS, input.dtype, before, [input], []);
      const type = formOf(out.dtype).value === "f32" ? "f32" : "i32";
      fold("sum", { out }, before, dims, type);
      engine.queue.release(before.memory);
    },
    amax: own("amax"),
    amin: own("amin"),
    any: own("any"),
    all: own("all"),
    count_nonzero(out: Tensor, input: Tensor, dims: Dims): void {
      fold("sum", { out }, viewOf(input), dims, elementOf(input.dtype), {
        accumulate: "i32",
        prologue: "select(0i, 1i, truth(v))",
      });
    },
    "max.dim": extreme("max"),
    "min.dim": extreme("min"),
    argmax: argExtreme("argmax"),
    argmin: argExtreme("argmin"),
    "var.correction": (out: Tensor, input: Tensor, dims: Dims, correction: number) =>
      variance("var", [out], input, dims, correction),
    "std.correction": (out: Tensor, input: Tensor, dims: Dims, correction: number) =>
      variance("std", [out], input, dims, correction),
    "var_mean.correction": (outs: Pair, input: Tensor, dims: Dims, correction: number) =>
      variance("var", outs, input, dims, correction),
    "std_mean.correction": (outs: Pair, input: Tensor, dims: Dims, correction: number) =>
      variance("std", outs, input, dims, correction),
    _vector_norm: norm,
  };
}
