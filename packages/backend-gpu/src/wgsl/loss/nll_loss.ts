import { type Kernel, type Operand, type Plan, spread } from "../kernel.ts";
import { sums } from "../reduce/fold.ts";
import { reduceFold } from "../reduce/reduce.ts";
import { ceilDiv, i32, load, main, store, THREADS, u32 } from "../source.ts";

/** Negative log likelihood of `x` [batch, classes, plane] for `target` [batch, plane]. */
export interface NllSpec {
  readonly batch: number;
  readonly classes: number;
  readonly plane: number;
  readonly weight: boolean;
  readonly reduction: "none" | "mean" | "sum";
  /** A target that does not count; neither do those that are no class. */
  readonly ignore: number;
}

function weights({ weight }: NllSpec): readonly Operand[] {
  return weight ? [load("weight")] : [];
}

/** Operands: `x`, `target`, `weight`, `out`, `total` (the sum of weights, 0 for "none"). */
export function nllLoss(spec: NllSpec): Plan {
  const { batch, classes, plane, weight, reduction, ignore } = spec;
  const count = batch * plane;
  const operands = [load("x"), load("target", "i32"), ...weights(spec)];
  const params = [u32("classes", classes), u32("plane", plane), i32("ignore", ignore)];
  const readers = `fn loss(i: u32) -> vec2<f32> {
  let label = target_load(i);
  if (label == p.ignore || u32(label) >= p.classes) { return vec2(0.0); }
  let factor = ${weight ? "weight_load(u32(label))" : "1.0"};
  return vec2(-x_load((i / p.plane * p.classes + u32(label)) * p.plane + i % p.plane) * factor, factor);
}`;
  if (reduction !== "none") {
    return reduceFold({
      name: "nll_loss",
      fold: sums(2, [
        ["out", "f32", reduction === "mean" ? "mean(s.sum_0, s.sum_1)" : "s.sum_0"],
        ["total", "f32", "s.sum_1"],
      ]),
      outer: 1,
      length: count,
      inner: 1,
      operands,
      params,
      readers,
      value: "vec2<f32>",
      read: "loss(at)",
      functions: `fn mean(sum: f32, count: f32) -> f32 {
  if (count == 0.0) { return nan(); }
  return sum / count;
}`,
    });
  }
  const kernel: Kernel = {
    name: "nll_loss",
    operands: [...operands, store("out"), store("total")],
    params: [u32("count", count), ...params],
    code: `
${readers}

${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i == 0u) { total_store(0u, 0.0); }
  if (i >= p.count) { return; }
  out_store(i, loss(i).x);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
  return { kernels: [kernel] };
}

/** The gradient for the input. Operands: `grad`, `target`, `weight`, `total` (for "mean"), `out`. */
export function nllLossBackward(spec: NllSpec): Kernel {
  const { batch, classes, plane, weight, reduction, ignore } = spec;
  const count = batch * classes * plane;
  const mean = reduction === "mean";
  return {
    name: "nll_loss_backward",
    operands: [load("grad"), load("target", "i32"), ...weights(spec), ...(mean ? [load("total")] : []), store("out")],
    params: [u32("count", count), u32("classes", classes), u32("plane", plane), i32("ignore", ignore)],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let place = i / (p.classes * p.plane) * p.plane + i % p.plane;
  let label = target_load(place);
  var value = 0.0;
  if (label != p.ignore && u32(label) == i / p.plane % p.classes) {
    value = -grad_load(${reduction === "none" ? "place" : "0u"})${mean ? " / total_load(0u)" : ""}${weight ? " * weight_load(u32(label))" : ""};
  }
  out_store(i, value);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}
