export { fold, type FoldParams, unfold } from "./fold.ts";
export { gridSample, gridSampleBackward, type GridSampleParams } from "./grid_sample.ts";
export { pad, padBackward, type PadMode } from "./pad.ts";
export type { UpsampleMode } from "./taps.ts";
export { upsample, upsampleBackward, type UpsampleParams } from "./upsample.ts";
