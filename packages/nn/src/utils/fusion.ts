import { Parameter, type Tensor } from "@tt/core";
import type { Module } from "../module/module.ts";
import { cloneModule } from "./clone_module.ts";

interface Affine extends Module {
  weight: Parameter;
  bias: Parameter | null;
}

interface Norm extends Module {
  running_mean: Tensor | null;
  running_var: Tensor | null;
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;
}

/** A convolution that computes `bn(conv(x))` in evaluation mode, with the normalisation folded into its parameters. */
export function fuse_conv_bn_eval<C extends Affine>(conv: C, bn: Norm, transpose = false): C {
  if (conv.training || bn.training) throw new Error("Fusion only for eval!");
  const fused = cloneModule(conv);
  [fused.weight, fused.bias] = fuse_conv_bn_weights(
    fused.weight,
    fused.bias,
    bn.running_mean!,
    bn.running_var!,
    bn.eps,
    bn.weight,
    bn.bias,
    transpose,
  );
  return fused;
}

/** Weight and bias of a convolution with a following normalisation folded in. */
export function fuse_conv_bn_weights(
  conv_w: Tensor,
  conv_b: Tensor | null,
  bn_rm: Tensor,
  bn_rv: Tensor,
  bn_eps: number,
  bn_w: Tensor | null,
  bn_b: Tensor | null,
  transpose = false,
): [Parameter, Parameter] {
  const bias = conv_b ?? bn_rm.new_zeros(bn_rm.shape);
  const scale = (bn_w ?? bn_rm.new_ones(bn_rm.shape)).mul(bn_rv.add(bn_eps).rsqrt());
  const shape = conv_w.shape.map((_, d) => (d === (transpose ? 1 : 0) ? -1 : 1));
  const weight = conv_w.mul(scale.reshape(shape));
  const shift = bias
    .sub(bn_rm)
    .mul(scale)
    .add(bn_b ?? bn_rm.new_zeros(bn_rm.shape));
  return [new Parameter(weight.detach()), new Parameter(shift.detach())];
}
