import { bool, float32, type Kernel, type Kernels, type Tensor } from "@tt/core";
import type { Engine } from "../../engine.ts";
import { areFloat32 } from "../../kernels/views.ts";
import type { Bridge } from "../bridge.ts";

/** Elements below which a call costs more than it computes. */
const FEW = 4096;

/** Terms up to which TF.js may sum: its sums are float32 throughout, and the error grows with their number. */
const FEW_TERMS = 512;

const REDUCTIONS: Readonly<Record<string, string>> = {
  sum: "Sum",
  mean: "Mean",
  amax: "Max",
  amin: "Min",
  prod: "Prod",
  all: "All",
  any: "Any",
};

/** Reductions, softmax and cumulated sums of dense tensors. */
export function reductions(engine: Engine, bridge: Bridge, ours: Kernels): Kernels {
  const kernels: Record<string, Kernel> = {};
  for (const [name, theirs] of Object.entries(REDUCTIONS)) {
    const dtype = name === "all" || name === "any" ? bool : float32;
    const other = ours[name] as Kernel;
    const most = name === "sum" || name === "mean" ? FEW_TERMS : Infinity;
    kernels[name] = (out: Tensor, input: Tensor, dims: readonly number[]) => {
      const dense = input.contiguous_ && out.contiguous_ && dims.length > 0;
      const can = dense && input.numel() >= FEW && input.numel() <= most * out.numel();
      const attrs = { axis: dims, reductionIndices: dims, keepDims: false };
      const suits = can && input.dtype === dtype && out.dtype === dtype;
      if (!suits || !bridge.run(engine, theirs, out, { x: input }, attrs, kept(input, dims))) other(out, input, dims);
    };
  }
  const same = (out: Tensor, input: Tensor): boolean =>
    out.numel() >= FEW && areFloat32(out, input) && out.contiguous_ && input.contiguous_;
  kernels["_softmax"] = (out: Tensor, logits: Tensor, dim: number) => {
    const last = dim === logits.ndim - 1;
    if (!last || !same(out, logits) || !bridge.run(engine, "Softmax", out, { logits }, { dim }))
      (ours["_softmax"] as Kernel)(out, logits, dim);
  };
  kernels["cumsum"] = (out: Tensor, x: Tensor, axis: number) => {
    const attrs = { axis, exclusive: false, reverse: false };
    if (!same(out, x) || !bridge.run(engine, "Cumsum", out, { x }, attrs)) (ours["cumsum"] as Kernel)(out, x, axis);
  };
  return kernels;
}

function kept(input: Tensor, dims: readonly number[]): readonly number[] {
  return input.shape.filter((_, d) => !dims.includes(d));
}
