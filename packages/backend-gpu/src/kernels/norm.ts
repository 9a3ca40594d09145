import { finfo, float32, type Kernel, type Kernels, promote_types, type Tensor } from "@tt/core";
import { allocate } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { numelOf, type View, viewOf } from "../queue/view.ts";
import { batchNormBackward, batchNormEval, type BatchNormSpec, batchNormTrain } from "../wgsl/norm/batch_norm.ts";
import { type NormSpec, rowNorm, rowNormInput, rowNormParameters } from "../wgsl/norm/layer_norm.ts";
import { softmax, softmaxBackward, type SoftmaxSpec } from "../wgsl/norm/softmax.ts";
import { planFor } from "./cache.ts";
import { foldView } from "./fold_view.ts";

type Maybe = Tensor | null;
type Three = readonly [Tensor, Tensor, Tensor];
type Four = readonly [Tensor, Tensor, Tensor, Tensor];
type Operands = Record<string, Tensor | View>;

/** What was given, under its name. */
function present(operands: Readonly<Record<string, Tensor | View | null>>): Operands {
  return Object.fromEntries(Object.entries(operands).filter((entry): entry is [string, Tensor] => entry[1] !== null));
}

/** Softmax and normalisation. */
export function normKernels(engine: Engine): Kernels {
  const soft =
    (log: boolean): Kernel =>
    (out: Tensor, input: Tensor, dim: number) => {
      if (input.numel() === 0) return;
      const { outer, length, inner } = foldView(viewOf(input), input.ndim === 0 ? [] : [dim]);
      const spec: SoftmaxSpec = { log, outer, length, inner };
      engine.run(planFor("softmax", spec, softmax), { x: input, out });
    };
  const softBackward =
    (log: boolean): Kernel =>
    (out: Tensor, grad: Tensor, result: Tensor, dim: number) => {
      if (out.numel() === 0) return;
      const { outer, length, inner } = foldView(viewOf(grad), grad.ndim === 0 ? [] : [dim]);
      const spec: SoftmaxSpec = { log, outer, length, inner };
      engine.run(planFor("softmax_backward", spec, softmaxBackward), { grad, result, out });
    };

  const forward = (
    spec: NormSpec,
    eps: number,
    [out, mean, rstd]: Three,
    x: Tensor,
    weight: Maybe,
    bias: Maybe,
  ): void => {
    if (spec.rows === 0) return;
    const plan = planFor("row_norm", { ...spec, eps }, () => rowNorm(spec, eps));
    engine.run(plan, present({ x, weight, bias, out, mean, rstd }));
  };
  const backward = (
    spec: NormSpec,
    [out, grad_weight, grad_bias]: Three,
    grad: Tensor,
    x: Tensor,
    mean: Tensor,
    rstd: Tensor,
    weight: Maybe,
  ): void => {
    engine.run(planFor("row_norm_input", spec, rowNormInput), present({ grad, x, weight, mean, rstd, out }));
    engine.run(planFor("row_norm_parameters", spec, rowNormParameters), {
      grad,
      x,
      mean,
      rstd,
      grad_weight,
      grad_bias,
    });
  };
  const layer = (x: Tensor, size: number, weight: boolean, bias: boolean): NormSpec => ({
    kind: "mean",
    rows: size === 0 ? 0 : x.numel() / size,
    length: size,
    run: 1,
    parameters: size,
    weight,
    bias,
  });
  const group = (x: Tensor, groups: number, weight: boolean, bias: boolean): NormSpec => {
    const [batch, channels] = x.shape as [number, number];
    const plane = numelOf(x.shape.slice(2));
    const rows = batch * groups;
    return { kind: "mean", rows, length: x.numel() / rows, run: plane, parameters: channels, weight, bias };
  };
  const batchSpec = (x: Tensor, weight: Maybe, bias: boolean): BatchNormSpec => ({
    batch: x.shape[0]!,
    channels: x.shape[1]!,
    plane: numelOf(x.shape.slice(2)),
    weight: weight !== null,
    bias,
  });

  return {
    _softmax: soft(false),
    _log_softmax: soft(true),
    _softmax_backward_data: softBackward(false),
    _log_softmax_backward_data: softBackward(true),
    // Where no gradient is wanted; else autograd records what it is made of.
    rms_norm(_out: null, x: Tensor, shape: readonly number[], weight: Maybe, eps: number | null): Tensor {
      const out = allocate(x.shape, weight === null ? x.dtype : promote_types(x.dtype, weight.dtype), x.device);
      const length = numelOf(shape);
      const rows = out.numel() === 0 ? 0 : x.numel() / length;
      const spec: NormSpec = {
        kind: "rms",
        rows,
        length,
        run: 1,
        parameters: length,
        weight: weight !== null,
        bias: false,
      };
      if (rows === 0) return out;
      const rstd = engine.temporary(float32, [rows]);
      const least = eps ?? finfo(x.dtype).eps;
      const plan = planFor("rms_norm", { ...spec, least }, () => rowNorm(spec, least));
      engine.run(plan, present({ x, weight, out, rstd }));
      engine.queue.release(rstd.memory);
      return out;
    },
    layer_norm_forward(outs: Three, x: Tensor, weight: Maybe, bias: Maybe, size: number, eps: number): void {
      forward(layer(x, size, weight !== null, bias !== null), eps, outs, x, weight, bias);
    },
    layer_norm_backward(
      outs: Three,
      grad: Tensor,
      x: Tensor,
      mean: Tensor,
      rstd: Tensor,
      weight: Maybe,
      size: number,
    ): void {
      backward(layer(x, size, weight !== null, false), outs, grad, x, mean, rstd, weight);
    },
    group_norm_forward(outs: Three, x: Tensor, weight: Maybe, bias: Maybe, groups: number, eps: number): void {
      forward(group(x, groups, weight !== null, bias !== null), eps, outs, x, weight, bias);
    },
    group_norm_backward(
      outs: Three,
      grad: Tensor,
      x: Tensor,
      mean: Tensor,
      rstd: Tensor,
      weight: Maybe,
      groups: number,
    ): void {
      backward(group(x, groups, weight !== null, false), outs, grad, x, mean, rstd, weight);
    },
    batch_norm_train([out, mean, invstd, variance]: Four, x: Tensor, weight: Maybe, bias: Maybe, eps: number): void {
      const spec = batchSpec(x, weight, bias !== null);
      const plan = planFor("batch_norm_train", { ...spec, eps }, () => batchNormTrain(spec, eps));
      engine.run(plan, present({ x, weight, bias, out, mean, invstd, variance }));
    },
    batch_norm_eval(
      out: Tensor,
      x: Tensor,
      weight: Maybe,
      bias: Maybe,
      running_mean: Tensor,
      running_var: Tensor,
      eps: number,
    ): void {
      const spec = batchSpec(x, weight, bias !== null);
      const plan = planFor("batch_norm_eval", { ...spec, eps }, () => batchNormEval(spec, eps));
      engine.run(plan, present({ x, weight, bias, running_mean, running_var, out }));
    },
    batch_norm_backward(
      [out, grad_weight, grad_bias]: Three,
      grad: Tensor,
      x: Tensor,
      weight: Maybe,
      mean: Tensor,
      spread: Tensor,
      training: boolean,
      eps: number,
    ): void {
      const spec = batchSpec(x, weight, false);
      const plan = planFor("batch_norm_backward", { ...spec, training, eps }, () =>
        batchNormBackward(spec, training, eps),
      );
      engine.run(plan, present({ grad, x, weight, mean, spread, out, grad_weight, grad_bias }));
    },
  };
}
