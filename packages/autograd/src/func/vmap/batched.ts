import { RuntimeError, Tensor } from "@tt/core";
import { type Layer, Storage } from "@tt/core/dispatch";

/** What a vmap keeps for its tensors. */
export interface Batching extends Layer {
  /** How many examples there are. */
  readonly size: number;
  /** Memory of batched tensors by the memory it stands for, so that views are seen to be views. */
  readonly storages: WeakMap<Storage, Storage>;
}

/** Memory that can't be read: there is one value for each example. */
class BatchedStorage extends Storage {
  constructor(of: Storage) {
    super(of.device, null, of.nbytes);
    Object.defineProperty(this, "host", { get: unreadable });
    Object.defineProperty(this, "handle", { get: unreadable });
  }

  override get readable(): boolean {
    return false;
  }
}

function unreadable(): never {
  throw new RuntimeError(
    "vmap: It looks like you're calling .item() on a Tensor (or otherwise reading its elements). We don't support vmap over that; please try to rewrite what you're doing with torch.where or an op.",
  );
}

function storageFor(value: Tensor, layer: Batching): Storage {
  let storage = layer.storages.get(value.storage);
  if (storage === undefined) layer.storages.set(value.storage, (storage = new BatchedStorage(value.storage)));
  return storage;
}

/**
 * What the function under a vmap sees: one example's shape, standing for all. `value` holds all examples along
 * dimension 0. Gradients inside the vmap are recorded on this object; those of functions around it on `value`.
 */
export class BatchedTensor extends Tensor {
  value: Tensor;
  readonly layer: Batching;

  constructor(value: Tensor, layer: Batching) {
    super(storageFor(value, layer), value.dtype, value.shape.slice(1), value.strides.slice(1), value.offset);
    this.value = value;
    this.layer = layer;
  }

  /** Stands for other memory or another layout from now on. */
  rebind(value: Tensor): void {
    this.value = value;
    this.setLayout(
      storageFor(value, this.layer),
      value.dtype,
      value.shape.slice(1),
      value.strides.slice(1),
      value.offset,
    );
  }

  override get array(): never {
    return unreadable();
  }

  override detach(): Tensor {
    return new BatchedTensor(this.value.detach(), this.layer);
  }

  override detach_(): this {
    super.detach_();
    this.value = this.value.detach();
    return this;
  }

  override get data(): Tensor {
    return new BatchedTensor(this.value.data, this.layer);
  }

  override set data(tensor: Tensor) {
    if (!(tensor instanceof BatchedTensor)) throw new RuntimeError("vmap: data of a batched tensor must be batched");
    this.rebind(tensor.value);
  }
}

/** The examples of `value`, if it is batched by `layer`. */
export function batchedBy(value: unknown, layer: Batching): value is BatchedTensor {
  return value instanceof BatchedTensor && value.layer === layer;
}

/** The same values with no history of this object's own. */
export function withoutHistory(tensor: Tensor): Tensor {
  return tensor instanceof BatchedTensor ? new BatchedTensor(tensor.value, tensor.layer) : tensor.detach();
}
