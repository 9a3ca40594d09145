/** torch.autograd.functional: products with Jacobians and Hessians, and the matrices themselves. */
export { hessian, type HessianOptions, jacobian, type Jacobian, type JacobianOptions } from "./jacobian.ts";
export { hvp, jvp, type ProductOptions, vhp, vjp } from "./products.ts";
export type { TensorFunction, Tensors } from "./shared.ts";
