import type { Kernels } from "../../dispatch/backend.ts";
import { allocate } from "../../dispatch/allocate.ts";
import { CPU } from "../../device.ts";
import { bfloat16, float16, float32, type Scalar } from "../../dtype/index.ts";
import { parseExpr } from "../../expr/index.ts";
import { copy } from "../copy/index.ts";
import { map } from "../map/index.ts";
import { addmm, bmm, mm } from "../matmul/index.ts";
import type { ArrayView } from "../view.ts";

const combine = parseExpr("beta * a + alpha * b");
const scale = parseExpr("alpha * a");

/** out = beta * bias + alpha * (a @ b) for every dtype; half precision rounds once, at the end. */
function addmmAny(out: ArrayView, bias: ArrayView, a: ArrayView, b: ArrayView, beta: Scalar, alpha: Scalar): void {
  const { dtype } = out;
  if (dtype.lanes === 1 && (out.array instanceof Float32Array || out.array instanceof Float64Array)) {
    addmm(out, bias, a, b, Number(beta), Number(alpha));
  } else if (dtype === float16 || dtype === bfloat16) {
    const wide = allocate(out.shape, float32, CPU);
    addmm(wide, widened(bias), widened(a), widened(b), Number(beta), Number(alpha));
    copy(out, wide);
  } else {
    const product = allocate(out.shape, dtype, CPU);
    mm(product, a, b);
    if (Number(beta) === 0) map(scale, dtype, out, [product], [alpha]);
    else map(combine, dtype, out, [bias, product], [beta, alpha]);
  }
}

function widened(view: ArrayView): ArrayView {
  const wide = allocate(view.shape, float32, CPU);
  copy(wide, view);
  return wide;
}

/** Matrix products: `(out, a, b)`; addmm `(out, bias, a, b, beta, alpha)` with a bias that broadcasts. */
export const matmulKernels: Kernels = { mm, bmm, addmm: addmmAny };
