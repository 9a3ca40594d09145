import { CPU } from "../device.ts";
import { transfer } from "../dispatch/execute.ts";
import { state } from "../dispatch/state.ts";
import { type DType, scalarTypeName } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import type { PrintableArray } from "../printing/index.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What computes ops on sparse tensors. It is asked from the first such tensor on; until then calls are spared it. */
export const installed: { handle: typeof state.sparse } = { handle: null };

/** A tensor whose elements lie in no strides: it lies on the memory of its `entries`, and kernels never see it. */
export abstract class UnstridedTensor extends Tensor {
  /** @internal what is stored of the elements */
  abstract entries: Tensor;

  /** @internal */
  constructor(entries: Tensor, shape: readonly number[]) {
    super(entries.storage, entries.dtype, shape);
    state.sparse ??= installed.handle;
  }

  override get array(): never {
    throw new RuntimeError("Cannot access data pointer of Tensor that doesn't have storage");
  }

  override type(): string;
  override type(dtype: DType): Tensor;
  override type(dtype?: DType): string | Tensor {
    return dtype === undefined ? `torch.sparse.${scalarTypeName(this.dtype)}Tensor` : this.to(dtype);
  }

  override item(): number {
    return this.to_dense().item();
  }

  override tolist(): unknown {
    throw new RuntimeError("Cannot access data pointer of Tensor that doesn't have storage");
  }
}

for (const [key, value] of [
  [
    Symbol.for("nodejs.util.inspect.custom"),
    function inspect(this: UnstridedTensor): string {
      return this.toString();
    },
  ],
  [
    Symbol.toPrimitive,
    function toPrimitive(this: UnstridedTensor, hint: string): string {
      return hint === "string" ? this.toString() : Tensor.prototype[Symbol.toPrimitive].call(this, hint);
    },
  ],
] as const) {
  Object.defineProperty(UnstridedTensor.prototype, key, { value, writable: true, configurable: true });
}

export function printable(tensor: Tensor): PrintableArray {
  const { array, shape, strides, offset, dtype } = transfer(tensor.detach(), CPU);
  return { array, shape, strides, offset, dtype };
}
