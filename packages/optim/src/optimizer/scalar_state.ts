import { float32, full, type Tensor } from "@tt/core";

/** A 0-d number of an optimizer's state. It stays in host memory, as in PyTorch. */
export function scalarState(value: number): Tensor {
  return full([], value, { dtype: float32, device: "cpu" });
}
