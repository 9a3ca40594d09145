import { type Kernel, type Operand, type Param, type Plan, spread } from "../kernel.ts";
import { sums } from "../reduce/fold.ts";
import { reduceFold } from "../reduce/reduce.ts";
import { ceilDiv, f32, load, store, u32 } from "../source.ts";
import { rowMain, rowShape, shares, total } from "./rows.ts";

/**
 * Normalisation of `rows` rows of `length` elements. Element `i` of a tensor is scaled by number `i / run % parameters` of
 * `weight`: run 1 and as many parameters as a row has elements is layer normalisation; a run for each channel is group
 * normalisation.
 */
export interface NormSpec {
  /** "rms" leaves the mean where it is (Zhang and Sennrich 2019). */
  readonly kind: "mean" | "rms";
  readonly rows: number;
  readonly length: number;
  readonly run: number;
  readonly parameters: number;
  readonly weight: boolean;
  readonly bias: boolean;
}

function affine({ weight, bias }: NormSpec): readonly Operand[] {
  return [...(weight ? [load("weight")] : []), ...(bias ? [load("bias")] : [])];
}

/** The number of the parameter of element `i` of a row. */
function parameter({ run, parameters, length }: NormSpec): string {
  if (run === 1 && parameters === length) return "i";
  return "(row * p.length + i) / p.run % p.parameters";
}

function params(spec: NormSpec): readonly Param[] {
  return [u32("rows", spec.rows), u32("length", spec.length), u32("run", spec.run), u32("parameters", spec.parameters)];
}

/** Operands: `x`, `weight`, `bias`, `out`, `mean` (not for "rms") and `rstd`, one for each row. */
export function rowNorm(spec: NormSpec, eps: number): Kernel {
  const { kind, rows, length, weight, bias } = spec;
  const shape = rowShape(length);
  const each = (body: string): string => `if (live) {
    for (var i = lane; i < p.length; i += ${shape.lanes}u) { ${body} }
  }`;
  const scaled = `(x_load(row * p.length + i) - mean) * rstd${weight ? " * weight_load(at)" : ""}${bias ? " + bias_load(at)" : ""}`;
  return {
    name: kind === "rms" ? "rms_norm" : "layer_norm",
    operands: [load("x"), ...affine(spec), store("out"), ...(kind === "rms" ? [] : [store("mean")]), store("rstd")],
    params: [...params(spec), f32("eps", eps)],
    code: `
${shares("f32")}

${rowMain(shape)}
  var mean = 0.0;
  ${
    kind === "rms"
      ? ""
      : `${each("mean += x_load(row * p.length + i);")}
  ${total(shape, "mean")}
  mean /= f32(p.length);`
  }
  var square = 0.0;
  ${each("let d = x_load(row * p.length + i) - mean; square += d * d;")}
  ${total(shape, "square")}
  if (!live) { return; }
  let rstd = 1.0 / sqrt(square / f32(p.length) + p.eps);
  if (lane == 0u) {
    ${kind === "rms" ? "" : "mean_store(row, mean);"}
    rstd_store(row, rstd);
  }
  for (var i = lane; i < p.length; i += ${shape.lanes}u) {
    ${weight || bias ? `let at = ${parameter(spec)};` : ""}
    out_store(row * p.length + i, ${scaled});
  }
}`,
    workgroups: spread(ceilDiv(rows, shape.rowsPerGroup)),
  };
}

/** The gradient for the input. Operands: `grad`, `x`, `weight`, `mean` (not for "rms"), `rstd`, `out`. */
export function rowNormInput(spec: NormSpec): Kernel {
  const { kind, rows, length, weight } = spec;
  const shape = rowShape(length);
  const rms = kind === "rms";
  const scaled = weight ? "grad_load(element) * weight_load(at)" : "grad_load(element)";
  const at = weight ? `let at = ${parameter(spec)};` : "";
  return {
    name: rms ? "rms_norm_input" : "layer_norm_input",
    operands: [
      load("grad"),
      load("x"),
      ...(weight ? [load("weight")] : []),
      ...(rms ? [] : [load("mean")]),
      load("rstd"),
      store("out"),
    ],
    params: params(spec),
    code: `
${shares("f32")}

${rowMain(shape)}
  var sum = 0.0;
  var along = 0.0;
  var mean = 0.0;
  var rstd = 0.0;
  if (live) {
    ${rms ? "" : "mean = mean_load(row);"}
    rstd = rstd_load(row);
    for (var i = lane; i < p.length; i += ${shape.lanes}u) {
      let element = row * p.length + i;
      ${at}
      let g = ${scaled};
      sum += g;
      along += g * (x_load(element) - mean);
    }
  }
  ${rms ? "" : total(shape, "sum")}
  ${total(shape, "along")}
  if (!live) { return; }
  let slope = along * rstd * rstd / f32(p.length);
  let level = ${rms ? "0.0" : "sum / f32(p.length)"};
  for (var i = lane; i < p.length; i += ${shape.lanes}u) {
    let element = row * p.length + i;
    ${at}
    let g = ${scaled};
    out_store(element, (g - (x_load(element) - mean) * slope - level) * rstd);
  }
}`,
    workgroups: spread(ceilDiv(rows, shape.rowsPerGroup)),
  };
}

/**
 * The gradients for weight and bias. Operands: `grad`, `x`, `mean` (not for "rms"), `rstd`, `grad_weight`, and `grad_bias` (not
 * for "rms").
 */
export function rowNormParameters(spec: NormSpec): Plan {
  const { kind, rows, length, run, parameters } = spec;
  const rms = kind === "rms";
  // Elements [rows of parameters, parameters, run]; the first and the last are summed.
  const lines = (rows * length) / (run * parameters);
  const layer = run === 1;
  return reduceFold({
    name: rms ? "rms_norm_parameters" : "layer_norm_parameters",
    fold: sums(rms ? 1 : 2, [
      ["grad_weight", "f32", "s.sum_0"],
      ...(rms ? [] : ([["grad_bias", "f32", "s.sum_1"]] as const)),
    ]),
    ...(layer ? { outer: 1, length: lines, inner: parameters } : { outer: parameters, length: lines * run, inner: 1 }),
    value: "vec2<f32>",
    read: layer ? "both(element)" : "both((at / p.run * p.count + result) * p.run + at % p.run)",
    readers: `fn both(i: u32) -> vec2<f32> {
  let row = i / p.row_length;
  let g = grad_load(i);
  return vec2(g * (x_load(i)${rms ? "" : " - mean_load(row)"}) * rstd_load(row), g);
}`,
    operands: [load("grad"), load("x"), ...(rms ? [] : [load("mean")]), load("rstd")],
    params: [u32("row_length", length), u32("run", run)],
  });
}
