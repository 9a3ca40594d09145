export { kernelOf, map } from "./map.ts";
export type { Kernel } from "./kernel.ts";
export { Plan } from "./plan.ts";
