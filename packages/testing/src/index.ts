/** For those who write backends or ops: the conformance suite and gradient checks over op records. */
export { type ConformanceOptions, type ConformanceReport, runConformance } from "./conformance.ts";
export { checkGradients, type GradientOptions, scattered } from "./gradients.ts";
export type { Sample } from "./numbers.ts";
export { samplesOf } from "./samples.ts";
