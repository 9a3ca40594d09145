import { type Kernels, type Scalar, type Tensor } from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import { type Engine, expandTo } from "../engine.ts";
import { formOf } from "../codegen/form.ts";
import { type View, viewOf } from "../queue/view.ts";
import { matmul } from "../wgsl/matmul/matmul.ts";
import type { MatmulSpec } from "../wgsl/matmul/spec.ts";
import { planFor } from "./cache.ts";

const FILL: Program = parseExpr("a");
const SCALE: Program = parseExpr("beta * a");

/** A matrix operand as the template wants it. */
interface Side {
  readonly view: View;
  readonly transposed: boolean;
  readonly batched: boolean;
  readonly vectors: boolean;
}

/** The last two dimensions, exchanged if the first of them is the one that steps by one. */
function sideOf(view: View, batch: boolean): Side {
  const { shape, strides } = view;
  const r = shape.length;
  const transposed = strides[r - 1] !== 1 && strides[r - 2] === 1 && shape[r - 1]! > 1;
  let taken = view;
  if (transposed) {
    const swap = <T>(list: readonly T[]): T[] => [...list.slice(0, r - 2), list[r - 1]!, list[r - 2]!];
    const turned = swap(shape);
    taken = { ...view, shape: turned, strides: swap(strides), dense: false };
  }
  const batched = batch && !(shape[0] !== 1 && strides[0] === 0);
  if (batch && !batched) taken = { ...taken, shape: taken.shape.slice(1), strides: taken.strides.slice(1) };
  const dense = isDense(taken);
  const numel = taken.shape.reduce((n, size) => n * size, 1);
  taken = { ...taken, dense, numel };
  return { view: taken, transposed, batched, vectors: dense && taken.offset === 0 && taken.form.key === "f" };
}

function isDense({ shape, strides }: View): boolean {
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== step) return false;
    step *= shape[d]!;
  }
  return true;
}

/** Matrix products: `(out, a, b)`, addmm `(out, bias, a, b, beta, alpha)`. */
export function matmulKernels(engine: Engine): Kernels {
  const product = (
    out: Tensor,
    a: Tensor,
    b: Tensor,
    batch: number | null,
    bias: Tensor | null,
    affine: MatmulSpec["affine"],
  ): void => {
    if (out.numel() === 0) return;
    const r = out.shape.length;
    const k = a.shape[r - 1]!;
    if (k === 0) {
      if (bias === null || affine === null || affine.beta === 0) engine.map(FILL, out.dtype, out, [0], []);
      else engine.map(SCALE, out.dtype, out, [bias], [affine.beta]);
      return;
    }
    const left = sideOf(viewOf(a), batch !== null);
    const right = sideOf(viewOf(b), batch !== null);
    const spec: MatmulSpec = {
      batch: batch ?? 1,
      m: out.shape[r - 2]!,
      n: out.shape[r - 1]!,
      k,
      type: formOf(out.dtype).value === "f32" ? "f32" : "i32",
      transposeA: left.transposed,
      transposeB: right.transposed,
      batchedA: left.batched,
      batchedB: right.batched,
      vectorsA: left.vectors,
      vectorsB: right.vectors,
      affine,
    };
    const operands: Record<string, Tensor | View> = { a: left.view, b: right.view, out };
    if (bias !== null) operands["bias"] = expandTo(viewOf(bias), out.shape);
    engine.run(planFor("matmul", spec, matmul), operands);
  };
  return {
    mm: (out: Tensor, a: Tensor, b: Tensor) => product(out, a, b, null, null, null),
    bmm: (out: Tensor, a: Tensor, b: Tensor) => product(out, a, b, out.shape[0]!, null, null),
    addmm: (out: Tensor, bias: Tensor, a: Tensor, b: Tensor, beta: Scalar, alpha: Scalar) =>
      product(out, a, b, null, bias, { alpha: Number(alpha), beta: Number(beta) }),
  };
}
