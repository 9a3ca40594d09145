export { type ReduceKind, reduce } from "./reduce.ts";
