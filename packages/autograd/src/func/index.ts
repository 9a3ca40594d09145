/** torch.func: transformations of functions that nest. */
import "../index.ts";

export { type Argnums, type FuncOptions, grad, grad_and_value } from "./grad.ts";
export { hessian, jacfwd, type JacobianOptions, jacrev } from "./jacobian.ts";
export { jvp, linearize, vjp } from "./products.ts";
export { type Dims, vmap, type VmapOptions } from "./vmap/vmap.ts";
