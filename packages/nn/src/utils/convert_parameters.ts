import type { Tensor } from "@tt/core";
import { callOp } from "@tt/core/dispatch";

/** All parameters one after the other, as one vector. */
export function parameters_to_vector(parameters: Iterable<Tensor>): Tensor {
  return callOp(
    "cat",
    [...parameters].map((p) => p.reshape([-1])),
    0,
  );
}

/** Lets the parameters take their values from consecutive stretches of `vec`. */
export function vector_to_parameters(vec: Tensor, parameters: Iterable<Tensor>): void {
  let at = 0;
  for (const param of parameters) {
    const count = param.numel();
    param.data = vec.narrow(0, at, count).view_as(param).detach();
    at += count;
  }
}
