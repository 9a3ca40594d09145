export { recurrentBackward, type RecurrentGradients } from "./backward.ts";
export { recurrentForward, type RecurrentMode, type RecurrentOuts } from "./forward.ts";
