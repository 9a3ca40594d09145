import {
  defineBackend,
  device as toDevice,
  get_default_device,
  registerBackend,
  set_default_device,
  Tensor,
} from "@tt/core";
import { registeredDevices, Storage } from "@tt/core/dispatch";

/** The devices of a loader's thread. */
export interface Devices {
  readonly types: readonly string[];
  /** Of factories that are given none. */
  readonly standard: string;
}

/** What workers need to know, so that batches are on the same devices with and without them. */
export function devicesHere(): Devices {
  return { types: registeredDevices(), standard: get_default_device().toString() };
}

/**
 * Makes the devices of the loader's thread known in a worker. The cpu computes for them here; tensors only bear their names, and
 * move to them where they arrive.
 */
export function standInFor({ types, standard }: Devices): void {
  const here = registeredDevices();
  for (const type of types)
    if (!here.includes(type)) registerBackend(defineBackend({ name: type, extends: "cpu", kernels: {} }));
  set_default_device(standard);
}

/** The tensor as one of a device that the cpu stands in for, on the same memory. */
export function relabelled(tensor: Tensor, name: string): Tensor {
  const { storage, dtype, shape, strides, offset } = tensor;
  const { host, nbytes } = storage;
  return new Tensor(new Storage(toDevice(name), host, nbytes), dtype, shape, strides, offset);
}
