import { type Kernel, spread } from "../kernel.ts";
import { ceilDiv, load, store, u32 } from "../source.ts";
import { rowMain, rowShape, shared, shares, total } from "./rows.ts";

/** Softmax along the middle of [outer, length, inner]. */
export interface SoftmaxSpec {
  readonly log: boolean;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** One kernel that keeps a row to itself. Operands: `x`, `out`. */
export function softmax({ log, outer, length, inner }: SoftmaxSpec): Kernel {
  const shape = rowShape(length);
  return {
    name: log ? "log_softmax" : "softmax",
    operands: [load("x"), store("out")],
    params: params(outer, length, inner),
    code: `
${shares("vec2<f32>")}
// A maximum and the sum of exponentials relative to it; NaN stays in the sum.
fn merge(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let top = max(a.x, b.x);
  return vec2(top, scaled(a, top) + scaled(b, top));
}
fn scaled(s: vec2<f32>, top: f32) -> f32 {
  if (is_nan(s.y)) { return s.y; }
  return s.y * exp(s.x - top);
}

${rowMain(shape)}
  let start = row / p.inner * p.length * p.inner + row % p.inner;
  // The least finite number begins: minus infinity less itself would be NaN.
  var s = vec2(-3.4028234e38, 0.0);
  if (live) {
    for (var i = lane; i < p.length; i += ${shape.lanes}u) {
      let x = x_load(start + i * p.inner);
      // exp(NaN) need not be NaN.
      if (is_nan(x) || x > 3.4028234e38) {
        s.y = nan();
      } else {
        let top = max(s.x, x);
        s = vec2(top, scaled(s, top) + exp(x - top));
      }
    }
  }
  ${shared(shape, "s", "vec2<f32>", "merge(a, b)")}
  if (!live) { return; }
  // Nothing but minus infinity.
  if (s.y == 0.0) { s.y = nan(); }
  ${log ? "let shift = log(s.y);" : "let scale = 1.0 / s.y;"}
  for (var i = lane; i < p.length; i += ${shape.lanes}u) {
    let at = start + i * p.inner;
    let d = x_load(at) - s.x;
    out_store(at, ${log ? "d - shift" : "exp(d) * scale"});
  }
}`,
    workgroups: spread(ceilDiv(outer * inner, shape.rowsPerGroup)),
  };
}

/** The gradient from the result. Operands: `grad`, `result`, `out`. */
export function softmaxBackward({ log, outer, length, inner }: SoftmaxSpec): Kernel {
  const shape = rowShape(length);
  return {
    name: log ? "log_softmax_backward" : "softmax_backward",
    operands: [load("grad"), load("result"), store("out")],
    params: params(outer, length, inner),
    code: `
${shares("f32")}

${rowMain(shape)}
  let start = row / p.inner * p.length * p.inner + row % p.inner;
  var sum = 0.0;
  if (live) {
    for (var i = lane; i < p.length; i += ${shape.lanes}u) {
      let at = start + i * p.inner;
      sum += grad_load(at)${log ? "" : " * result_load(at)"};
    }
  }
  ${total(shape, "sum")}
  if (!live) { return; }
  for (var i = lane; i < p.length; i += ${shape.lanes}u) {
    let at = start + i * p.inner;
    let g = grad_load(at);
    let y = result_load(at);
    out_store(at, ${log ? "g - exp(y) * sum" : "y * (g - sum)"});
  }
}`,
    workgroups: spread(ceilDiv(outer * inner, shape.rowsPerGroup)),
  };
}

function params(outer: number, length: number, inner: number): Kernel["params"] {
  return [u32("rows", outer * inner), u32("length", length), u32("inner", inner)];
}
