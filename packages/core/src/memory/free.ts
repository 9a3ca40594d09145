/// <reference lib="esnext.disposable" preserve="true" />
import { disposed, type ManagedStorage } from "../dispatch/ownership.ts";
import type { Storage } from "../storage.ts";
import { Tensor } from "../tensor/tensor.ts";

const GONE: PropertyDescriptor = {
  get(): never {
    throw disposed();
  },
  set(): void {},
};

/** Gives the memory back; using it from now on is an error. */
export function freeStorage(storage: Storage): void {
  if (storage.managed) (storage as ManagedStorage).free();
  else Object.defineProperty(storage, "host", GONE);
}

/** Whether the tensor lies on memory that was made for another one. */
function isView(tensor: Tensor): boolean {
  // detach() and .data have no base, but say that they are views.
  return (
    tensor.base !== null || tensor.viewKind !== 0 || tensor.numel() * tensor.dtype.itemsize < tensor.storage.nbytes
  );
}

Object.defineProperty(Tensor.prototype, Symbol.dispose, {
  configurable: true,
  writable: true,
  value(this: Tensor): void {
    if (!isView(this)) freeStorage(this.storage);
  },
});
