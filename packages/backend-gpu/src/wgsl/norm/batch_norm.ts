import { type Kernel, type Operand, type Param, type Plan, spread } from "../kernel.ts";
import { type Fold, foldOf, sums } from "../reduce/fold.ts";
import { reduceFold } from "../reduce/reduce.ts";
import { array, ceilDiv, f32, load, main, store, THREADS, u32 } from "../source.ts";

/** Normalisation of the channels of [batch, channels, plane]. */
export interface BatchNormSpec {
  readonly batch: number;
  readonly channels: number;
  readonly plane: number;
  readonly weight: boolean;
  readonly bias: boolean;
}

const PLACE = "(at / p.plane * p.count + result) * p.plane + at % p.plane";

/**
 * With the batch's own statistics. Operands: `x`, `weight`, `bias`, `out`, `mean`, `invstd` and `variance` (the unbiased one),
 * the last three one for each channel.
 */
export function batchNormTrain(spec: BatchNormSpec, eps: number): Plan {
  const { batch, channels, plane } = spec;
  const fold: Fold = {
    ...foldOf("var", "f32", "f32"),
    results: [
      ["mean", "f32", "s.shift + s.sum / s.count"],
      ["invstd", "f32", "1.0 / sqrt(s.squares / s.count + p.eps)"],
      ["variance", "f32", "s.squares / (s.count - 1.0)"],
      ["moments", "f32", "s.shift", "update"],
      ["moments", "f32", "s.sum / s.count", "update"],
      ["moments", "f32", "1.0 / sqrt(s.squares / s.count + p.eps)", "update"],
    ],
  };
  const statistics = reduceFold({
    name: "batch_norm_statistics",
    fold,
    outer: channels,
    length: batch * plane,
    inner: 1,
    value: "f32",
    read: `x_load(${PLACE})`,
    operands: [load("x")],
    params: [u32("plane", plane), f32("eps", eps)],
  });
  return {
    kernels: [
      ...statistics.kernels,
      // In two parts, the mean is as exact as the elements' distances from it.
      normalise(
        spec,
        [array("moments")],
        [],
        "(x_load(i) - moments[channel]) - moments[p.channels + channel]",
        "moments[2u * p.channels + channel]",
      ),
    ],
    scratch: [...(statistics.scratch ?? []), { name: "moments", type: "f32", length: 3 * channels }],
  };
}

/** With given statistics. Operands: `x`, `weight`, `bias`, `running_mean`, `running_var`, `out`. */
export function batchNormEval(spec: BatchNormSpec, eps: number): Kernel {
  const operands = [load("running_mean"), load("running_var")];
  const scale = "1.0 / sqrt(running_var_load(channel) + p.eps)";
  return normalise(spec, operands, [f32("eps", eps)], "x_load(i) - running_mean_load(channel)", scale);
}

function normalise(
  spec: BatchNormSpec,
  statistics: readonly Operand[],
  params: readonly Param[],
  distance: string,
  invstd: string,
): Kernel {
  const { weight, bias } = spec;
  const operands = [load("x"), ...statistics, ...(weight ? [load("weight")] : []), ...(bias ? [load("bias")] : [])];
  const scale = weight ? `(${invstd}) * weight_load(channel)` : invstd;
  const value = `(${distance}) * (${scale})${bias ? " + bias_load(channel)" : ""}`;
  return elements(spec, "batch_norm", operands, params, value);
}

/** A thread for each element of [batch, channels, plane]. */
function elements(
  { batch, channels, plane }: BatchNormSpec,
  name: string,
  operands: readonly Operand[],
  params: readonly Param[],
  value: string,
): Kernel {
  const count = batch * channels * plane;
  return {
    name,
    operands: [...operands, store("out")],
    params: [u32("count", count), u32("channels", channels), u32("plane", plane), ...params],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let channel = i / p.plane % p.channels;
  out_store(i, ${value});
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}

/**
 * The gradients. Operands: `grad`, `x`, `weight`, `mean`, `spread`, `out`, `grad_weight`, `grad_bias`; in training `spread` is
 * 1 / sqrt(var + eps), else the variance.
 */
export function batchNormBackward(spec: BatchNormSpec, training: boolean, eps: number): Plan {
  const { batch, channels, plane, weight } = spec;
  const invstd = (channel: string): string =>
    training ? `spread_load(${channel})` : `(1.0 / sqrt(spread_load(${channel}) + p.eps))`;
  const params = [f32("eps", eps)];
  const both = reduceFold({
    name: "batch_norm_parameters",
    fold: sums(2, [
      ["grad_weight", "f32", `s.sum_0 * ${invstd("result")}`],
      ["grad_bias", "f32", "s.sum_1"],
      ...(training
        ? ([
            ["sums", "f32", "s.sum_0", "update"],
            ["sums", "f32", "s.sum_1", "update"],
          ] as const)
        : []),
    ]),
    outer: channels,
    length: batch * plane,
    inner: 1,
    value: "vec2<f32>",
    read: `both(${PLACE}, result)`,
    readers: `fn both(i: u32, channel: u32) -> vec2<f32> {
  let g = grad_load(i);
  return vec2(g * (x_load(i) - mean_load(channel)), g);
}`,
    operands: [load("grad"), load("x"), load("mean")],
    resultOperands: [load("spread")],
    params: [u32("plane", plane), ...params],
  });
  const w = weight ? " * weight_load(channel)" : "";
  const weights = weight ? [load("weight")] : [];
  const input = training
    ? elements(
        spec,
        "batch_norm_input",
        [load("grad"), load("x"), load("mean"), load("spread"), array("sums"), ...weights],
        [...params, f32("share", 1 / (batch * plane))],
        `(grad_load(i) - sums[p.channels + channel] * p.share - (x_load(i) - mean_load(channel)) * spread_load(channel) * spread_load(channel) * sums[channel] * p.share) * spread_load(channel)${w}`,
      )
    : elements(
        spec,
        "batch_norm_input",
        [load("grad"), load("spread"), ...weights],
        params,
        `grad_load(i) * ${invstd("channel")}${w}`,
      );
  return {
    kernels: [...both.kernels, input],
    scratch: [
      ...(both.scratch ?? []),
      ...(training ? [{ name: "sums", type: "f32", length: 2 * channels } as const] : []),
    ],
  };
}
