import { bfloat16, float16, float32, type Tensor } from "@tt/core";
import { allocate } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { areFloat32, dense } from "./views.ts";

type Maybe = Tensor | null;

/**
 * Calls `run` with dense float32 tensors: in place of halves with copies, and what it writes is rounded. False where there are
 * other dtypes, fewer than `least` elements, or `run` cannot compute.
 */
export function widened(
  engine: Engine,
  least: number,
  outs: readonly Tensor[],
  inputs: readonly Maybe[],
  run: (outs: readonly Tensor[], inputs: readonly Maybe[]) => boolean,
): boolean {
  if (outs[0]!.numel() < engine.few(least) || outs[0]!.numel() === 0) return false;
  const all = [...outs, ...inputs.filter((input) => input !== null)];
  if (!all.every(({ dtype }) => dtype === float32 || dtype === float16 || dtype === bfloat16)) return false;
  if (!outs.every((out) => out.contiguous_)) return false;
  const single = (tensor: Tensor, read: boolean): Tensor => {
    if (tensor.dtype === float32) return read ? dense(engine, tensor) : tensor;
    const wide = allocate(tensor.shape, float32, tensor.device);
    if (read) engine.copy(wide, tensor);
    return wide;
  };
  const targets = outs.map((out) => single(out, false));
  const sources = inputs.map((input) => input && single(input, true));
  if (!areFloat32(...targets, ...sources) || !run(targets, sources)) return false;
  targets.forEach((target, i) => {
    if (target !== outs[i]) engine.copy(outs[i]!, target);
  });
  return true;
}
