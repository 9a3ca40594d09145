import { Storage } from "../storage.ts";
import type { Tensor } from "./tensor.ts";

/** The same memory without history; as the method. */
export function detach(input: Tensor): Tensor {
  return input.detach();
}

/** Cuts the tensor from its history; as the method. */
export function detach_(input: Tensor): Tensor {
  return input.detach_();
}

/** Index of the accelerator device that holds the tensor; -1 on the cpu. */
export function get_device(input: Tensor): number {
  return input.get_device();
}

/** Whether the tensor was made in inference mode. */
export function is_inference(input: Tensor): boolean {
  return input.is_inference();
}

/** Whether the tensor is spread over devices: never. */
export function is_distributed(input: Tensor): boolean {
  return input.is_distributed();
}

/** Whether `value` is the memory of tensors. */
export function is_storage(value: unknown): boolean {
  return value instanceof Storage;
}
