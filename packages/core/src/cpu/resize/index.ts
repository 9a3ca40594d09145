export { fold, unfold } from "./fold.ts";
export { gridSample, gridSampleBackward } from "./grid_sample.ts";
export { pad, padBackward } from "./pad.ts";
export { upsample, upsampleBackward } from "./upsample.ts";
