/**
 * Tensors on the cpu: dtypes, factories, operations, random numbers, printing, and the registry
 * that other backends plug into. Automatic differentiation comes with `@tt/autograd`.
 */
import "./tensor/grad.ts";
import "./tensor/indexing.ts";
import "./tensor/introspection.ts";
import "./tensor/values.ts";
import "./cpu/backend.ts";
import "./ops/records.ts";
import { installMethods } from "./dispatch/expose.ts";

installMethods();

export * from "./device.ts";
export * from "./dispatch/public.ts";
export * from "./dtype/index.ts";
export * from "./errors.ts";
export * from "./grad_mode/index.ts";
export * from "./memory_format.ts";
export * from "./ops/functions.gen.ts";
export { broadcast_shapes } from "./ops/view/broadcast_shapes.ts";
export * from "./printing/index.ts";
export { default_generator, Generator, initial_seed, manual_seed, seed } from "./random/index.ts";
export { get_rng_state, set_rng_state } from "./random/state.ts";
export type * from "./storage.ts";
export * from "./tensor/index.ts";
