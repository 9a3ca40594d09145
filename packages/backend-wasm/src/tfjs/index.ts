/**
 * Tensors shared with TF.js, where the backend computes with it: `await torch.use(wasm({ engine: "tfjs" }))`.
 *
 * @module
 */
import { bool, type DType, device, empty, float32, int32, RuntimeError, Tensor } from "@tt/core";
import { WasmStorage } from "../memory/storage.ts";
import { product } from "../kernels/views.ts";
import { type Bridge, tfDtypeOf } from "./bridge.ts";
import { tfjsEngine } from "./engine.ts";
import { installed } from "./installed.ts";
import type { Engine } from "../engine.ts";

installed.engine = tfjsEngine;

/** What is looked at of TF.js's tensors; its own types would have to be installed by everybody. */
export interface TfTensor {
  readonly dataId: object;
  readonly shape: readonly number[];
  readonly dtype: string;
  dataSync(): ArrayLike<number> | readonly string[];
}

/** Dtypes of TF.js. */
const DTYPES: Readonly<Record<string, DType>> = { float32, int32, bool };

function current(name: string): { readonly engine: Engine; readonly bridge: Bridge } {
  if (installed.current === null)
    throw new RuntimeError(
      `${name} needs the backend that computes with TF.js: await torch.use(wasm({ engine: "tfjs" }))`,
    );
  return installed.current;
}

/**
 * A tensor on device "wasm" that shares the memory of a tensor of TF.js: in-place changes are seen by both. The memory lasts until both
 * are gone, so the other may be disposed of. Of a tensor on another backend of TF.js it is a copy.
 *
 * @returns of the same shape and dtype: float32, int32 or bool
 * @throws RuntimeError when the backend does not compute with TF.js
 * @throws TypeError when it is a tensor of strings or complex numbers
 * @example
 * ```ts skip
 * import * as tf from "@tensorflow/tfjs";
 * import * as torch from "@tt/torch";
 * import { wasm } from "@tt/backend-wasm";
 * import { from_tfjs } from "@tt/backend-wasm/tfjs";
 * await torch.use(wasm({ engine: "tfjs" }));
 * from_tfjs(tf.ones([2, 3])).sum().item(); // 6
 * ```
 */
export function from_tfjs(tensor: TfTensor): Tensor {
  const { engine, bridge } = current("from_tfjs");
  const { tfjs, backend } = bridge;
  const dtype = DTYPES[tensor.dtype];
  if (dtype === undefined) throw new TypeError(`from_tfjs: TF.js's dtype ${tensor.dtype} has no counterpart`);
  const { dataId, shape } = tensor;
  const numel = product(shape);
  const bytes = numel * dtype.itemsize;
  if (!backend.dataIdMap.has(dataId) || numel === 0) {
    const copy = empty(shape, { dtype, device: "wasm" });
    copy.storage.as(dtype).set(tensor.dataSync() as never);
    return copy;
  }
  backend.incRef(dataId);
  const { memoryOffset } = backend.dataIdMap.get(dataId);
  const release = (): void => {
    if (backend.disposeData(dataId)) tfjs.engine().removeDataId(dataId, backend);
  };
  const block = { address: memoryOffset, release };
  const storage = new WasmStorage(device("wasm"), engine.heap, bytes, dtype.ArrayType, block);
  return new Tensor(storage, dtype, [numel], [1], 0).view(shape);
}

/**
 * A tensor of TF.js with the values of `tensor`. It shares the memory of a contiguous tensor of float32, int32 or bool on device
 * "wasm" with more than 4 KB; others are copied, floating point numbers to float32, integers to int32. As all of
 * TF.js's tensors it has to be disposed of. Its type is the one that is asked for, `tf.Tensor` or one with a rank.
 *
 * @throws RuntimeError when the backend does not compute with TF.js, when `tensor` requires a gradient or is complex
 * @example
 * ```ts skip
 * import * as torch from "@tt/torch";
 * import { wasm } from "@tt/backend-wasm";
 * import { to_tfjs } from "@tt/backend-wasm/tfjs";
 * await torch.use(wasm({ engine: "tfjs" }));
 * const image = to_tfjs(torch.rand(256, 256, 3));
 * // ... with a model of TF.js
 * image.dispose();
 * ```
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller has TF.js's types, we do not
export function to_tfjs<T extends TfTensor>(tensor: Tensor): T {
  const { engine, bridge } = current("to_tfjs");
  if (tensor.requires_grad)
    throw new RuntimeError("Can't call to_tfjs() on Tensor that requires grad. Use tensor.detach() instead.");
  if (tensor.dtype.is_complex) throw new RuntimeError("to_tfjs() has no counterpart for complex tensors");
  const dtype = tfDtypeOf(tensor.dtype) === null ? (tensor.dtype.is_floating_point ? float32 : int32) : tensor.dtype;
  const name = tfDtypeOf(dtype)!;
  const values = tensor.to("wasm").to(dtype).contiguous();
  const { storage } = values;
  const { tfjs, backend } = bridge;
  const at = storage instanceof WasmStorage && values.numel() > 0 ? engine.heap.hold(storage, storage.cell) : -1;
  if (at < 0 || !(storage instanceof WasmStorage)) {
    const array = values.storage.as(dtype).slice(values.offset, values.offset + values.numel());
    return tfjs.tensor(array, values.shape, name) as T;
  }
  // The closure keeps the storage from being collected.
  const info = bridge.lend(at + values.offset * dtype.itemsize, values.shape, name, () =>
    engine.heap.letGo(storage.cell),
  );
  return tfjs.engine().makeTensorFromTensorInfo(info, backend) as T;
}
