/** The mechanism ops, backends and autograd are built on; exported as `@tt/core/dispatch`. */
export * from "./allocate.ts";
export { bindArgs, isOptions, mismatch, NO_SELF, pythonTypeName } from "./args.ts";
export type * from "./autograd.ts";
export * from "./backend.ts";
export * from "./call.ts";
export * from "./execute.ts";
export * from "./expose.ts";
export { type ConvGeometry, convGeometry, type ConvParams, type Triple } from "../cpu/conv/geometry.ts";
export { type TapOptions, type Taps, tapsOf, type UpsampleMode } from "../cpu/resize/taps.ts";
export * from "../expr/index.ts";
export * from "./op.ts";
export { disposed, freeTemporaries, ManagedStorage, owned, storagesIn, withBorn } from "./ownership.ts";
export * from "./pointwise.ts";
export * from "./schema.ts";
export * from "./signature.ts";
export * from "./state.ts";
export { memory, Storage } from "../storage.ts";
export { callOp, floating, notBool, notComplex, notImplemented, unsupported, zero } from "../ops/pointwise/formulas.ts";
