import type { Device } from "../device.ts";
import type { DType } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import { contiguousStrides, numelOf, sameShape } from "../layout.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tableOf } from "./backend.ts";
import { modes } from "./state.ts";

/** A contiguous tensor with undefined contents. */
export function allocate(shape: readonly number[], dtype: DType, device: Device): Tensor {
  for (let i = 0; i < shape.length; i++) {
    if (shape[i]! < 0) {
      throw new RuntimeError(`Trying to create tensor with negative dimension ${shape[i]}: [${shape.join(", ")}]`);
    }
  }
  const made = new Tensor(tableOf(device).backend.allocate(device, dtype, numelOf(shape)), dtype, shape);
  if (modes().inference) made.extra = { inference: true };
  return made;
}

/** Gives `out` the shape a result needs, as `out=` does: keeps memory that suffices. */
export function resizeOutput(out: Tensor, shape: readonly number[]): void {
  if (sameShape(out.shape, shape)) return;
  if (out.numel() !== 0) {
    // oxlint-disable-next-line no-console
    console.warn(
      `UserWarning: An output with one or more elements was resized since it had shape [${out.shape.join(", ")}], which does not match the required output shape [${shape.join(", ")}]. This behavior is deprecated, and in a future release outputs will not be resized unless they have zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).`,
    );
  }
  resizeStorage(out, shape);
}

/** `resize_`: the tensor's first elements stay, new ones are undefined. */
export function resizeStorage(tensor: Tensor, shape: readonly number[]): void {
  const need = tensor.offset + numelOf(shape);
  const { storage, dtype } = tensor;
  if (need * dtype.itemsize > storage.nbytes) {
    const grown = tableOf(storage.device).backend.allocate(storage.device, dtype, need);
    const old = new Tensor(storage, dtype, [Math.floor(storage.nbytes / dtype.itemsize)]);
    const fresh = new Tensor(grown, dtype, old.shape);
    tableOf(storage.device).get("copy")(fresh, old);
    storage.adopt(grown);
  }
  tensor.setLayout(storage, dtype, [...shape], contiguousStrides(shape), tensor.offset);
}
