export { argExtreme, extreme } from "./extreme.ts";
export { norm } from "./norm.ts";
export { type ReduceKind, reduce } from "./reduce.ts";
export { variance } from "./variance.ts";
