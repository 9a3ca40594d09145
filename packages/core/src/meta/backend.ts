import { type Backend, type Kernel, registerBackend } from "../dispatch/backend.ts";
import type { Op } from "../dispatch/op.ts";
import { NotImplementedError } from "../errors.ts";
import { Storage } from "../storage.ts";

const nothing: Kernel = () => undefined;

/** Results whose shapes hang on values cannot be had without values. */
function refuse(op: Op): Kernel {
  return () => {
    throw new NotImplementedError(
      `Could not run 'aten::${op.schema.fullName}' with arguments from the 'Meta' backend. This could be because the operator doesn't exist for this backend`,
    );
  };
}

/**
 * The device `meta`: tensors that have shapes, dtypes and strides but no elements, so that a model of any size can be
 * built and its shapes followed through. Records check and give shapes; kernels have nothing to do.
 */
export const metaBackend: Backend = {
  name: "meta",
  devices: ["meta"],
  kernels: new Proxy({}, { get: () => nothing }),
  find: (op) =>
    op.kernel === null ? null : op.kernel.meta === undefined && op.kernel.mutates !== true ? refuse(op) : nothing,
  allocate: (device, dtype, numel) => new Storage(device, null, numel * dtype.itemsize),
  upload: () => undefined,
  download: () => {
    throw new NotImplementedError("Cannot copy out of meta tensor; no data!");
  },
};

registerBackend(metaBackend);
