import { bool, int64, type Kernel, type Kernels, type Tensor, uint8 } from "@tt/core";
import { allocate } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { broadcast, dense } from "./views.ts";

/** Elements up to which the host's loops are as fast. */
const FEW = 256;

/** Elements chosen by masks, and where elements differ from zero. */
export function maskedKernels(engine: Engine): Kernels {
  const { exports, heap, operands, host } = engine;

  const isMask = ({ dtype }: Tensor): boolean => dtype === bool || dtype === uint8;

  function select(input: Tensor, mask: Tensor, shape: readonly number[]): Tensor | null {
    const values = dense(engine, broadcast(input, shape));
    const flags = dense(engine, broadcast(mask, shape));
    const n = values.numel();
    if (n < engine.few(FEW) || !isMask(mask)) return null;
    operands.begin();
    const flagsAt = operands.input(flags);
    if (flagsAt < 0) return null;
    const count = exports.countTrue(n, flagsAt);
    operands.end();
    const out = allocate([count], input.dtype, input.device);
    if (count === 0) return out;
    operands.begin();
    const [to, from, by] = [operands.output(out), operands.input(values), operands.input(flags)];
    if (to < 0 || from < 0 || by < 0) return null;
    exports.compress(input.dtype.itemsize, count, by, from, to);
    operands.end();
    return out;
  }

  function scatter(self: Tensor, mask: Tensor, source: Tensor): boolean {
    const n = self.numel();
    if (n < engine.few(FEW) || !isMask(mask) || !self.contiguous_ || source.storage === self.storage) return false;
    const [flags, values] = [dense(engine, broadcast(mask, self.shape)), dense(engine, source)];
    operands.begin();
    const [to, by, from] = [operands.output(self), operands.input(flags), operands.input(values)];
    if (to < 0 || by < 0 || from < 0 || exports.countTrue(n, by) > values.numel()) return false;
    exports.expandMasked(self.dtype.itemsize, n, by, from, to);
    operands.end();
    return true;
  }

  function nonzero(input: Tensor): Tensor | null {
    const n = input.numel();
    const { itemsize, is_floating_point, is_complex } = input.dtype;
    if (n < engine.few(FEW) || is_complex) return null;
    const values = dense(engine, input);
    operands.begin();
    const at = operands.input(values);
    if (at < 0) return null;
    const count = exports.countNonzero(itemsize, is_floating_point, n, at);
    operands.end();
    const out = allocate([count, input.ndim], int64, input.device);
    if (out.numel() === 0) return out;
    operands.begin();
    const sizes = operands.reserve(4 * input.ndim);
    const [to, from] = [operands.output(out), operands.input(values)];
    if (sizes < 0 || to < 0 || from < 0) return null;
    heap.ints.set(input.shape, sizes >> 2);
    exports.nonzeroIndices(itemsize, is_floating_point, count, from, input.ndim, sizes, to);
    operands.end();
    return out;
  }

  return {
    masked_select(_out: null, input: Tensor, mask: Tensor, shape: readonly number[]): Tensor {
      return select(input, mask, shape) ?? ((host["masked_select"] as Kernel)(null, input, mask, shape) as Tensor);
    },
    masked_scatter(out: Tensor, input: Tensor, mask: Tensor, source: Tensor): void {
      if (out !== input) (host["copy"] as Kernel)(out, broadcast(input, out.shape));
      if (!scatter(out, mask, source)) (host["masked_scatter"] as Kernel)(out, out, mask, source);
    },
    nonzero(_out: null, input: Tensor): Tensor {
      return nonzero(input) ?? ((host["nonzero"] as Kernel)(null, input) as Tensor);
    },
  };
}
