import { type DType, RuntimeError, type Tensor } from "@tt/core";
import { disposed } from "@tt/core/dispatch";
import { formOf } from "../codegen/form.ts";
import type { Form } from "../codegen/form.ts";
import type { Memory } from "../memory/memory.ts";

/** A tensor as queued work knows it. */
export interface View {
  readonly memory: Memory;
  readonly form: Form;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly numel: number;
  /** Whether elements lie in row-major order without gaps. */
  readonly dense: boolean;
}

/** @throws RuntimeError when the tensor's memory was freed */
export function viewOf(tensor: Tensor): View {
  const memory = tensor.storage.handle as Memory;
  if (memory.dead) throw disposed();
  const { dtype, shape, strides, offset } = tensor;
  const form = memory.form.dtype === dtype ? memory.form : reinterpreted(memory, dtype);
  return { memory, form, shape, strides, offset, numel: tensor.numel(), dense: tensor.contiguous_ };
}

/** `view(dtype)`: the same bits, where both dtypes fill a word. */
function reinterpreted(memory: Memory, dtype: DType): Form {
  const form = formOf(dtype);
  const words = form.key === "f" || form.key === "i";
  const had = memory.form.key === "f" || memory.form.key === "i";
  if (form.bytes !== memory.form.bytes || words !== had) {
    throw new RuntimeError(
      `gpu: memory of ${memory.form.dtype.name} can't be viewed as ${dtype.name}: not all dtypes have their own width on device "gpu"`,
    );
  }
  return form;
}

/** A dense view of a whole memory. */
export function wholeView(memory: Memory, shape: readonly number[], strides: readonly number[]): View {
  return { memory, form: memory.form, shape, strides, offset: 0, numel: memory.numel, dense: true };
}

/** Whether element `i` of one is element `i` of the other, counted row-major. */
export function aligned(a: View, b: View): boolean {
  if (a.memory !== b.memory || a.form !== b.form || a.offset !== b.offset || a.numel !== b.numel) return false;
  if (a.dense && b.dense) return true;
  if (a.dense !== b.dense || a.shape.length !== b.shape.length) return false;
  for (let d = 0; d < a.shape.length; d++) {
    if (a.shape[d] !== b.shape[d] || (a.strides[d] !== b.strides[d] && a.shape[d] !== 1)) return false;
  }
  return true;
}

/** How element `i` of a view is found: its place is `offset`, plus nothing, `i`, or a sum over dimensions. */
export interface Access {
  /** `0`: one element for all; `1`: dense; `n`: so many dimensions. */
  readonly rank: number;
  readonly dense: boolean;
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
  readonly offset: number;
}

const NONE: readonly number[] = [];

/** The view's layout with neighbouring dimensions joined where one steps on from the other. */
export function accessOf({ shape, strides, offset, dense, numel }: View): Access {
  if (dense) return { rank: numel === 1 ? 0 : 1, dense: true, sizes: NONE, steps: NONE, offset };
  const sizes: number[] = [];
  const steps: number[] = [];
  for (let d = 0; d < shape.length; d++) {
    const size = shape[d]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && steps[last] === strides[d]! * size) {
      sizes[last]! *= size;
      steps[last] = strides[d]!;
    } else {
      sizes.push(size);
      steps.push(strides[d]!);
    }
  }
  const rank = sizes.length;
  if (rank === 0 || (rank === 1 && steps[0] === 0)) return { rank: 0, dense: true, sizes: NONE, steps: NONE, offset };
  if (rank === 1 && steps[0] === 1) return { rank: 1, dense: true, sizes: NONE, steps: NONE, offset };
  return { rank, dense: false, sizes, steps, offset };
}

/** Elements of a shape. */
export function numelOf(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/** Row-major strides. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= Math.max(shape[d]!, 1);
  }
  return strides;
}
