export { Parameter, type TensorOrScalar, Tensor, is_tensor } from "./tensor.ts";
export type { BackwardOptions, RemovableHandle, TensorGrad } from "./grad.ts";
export type { Index, TensorIndexing } from "./indexing.ts";
export type { TensorIntrospection } from "./introspection.ts";
export type { NestedArray, TensorValues } from "./values.ts";
export type { TensorFormer } from "./former.ts";
export * from "./functions.ts";
export * from "./literal.ts";
