export { convBackwardInput, convBackwardWeight, convForward } from "./conv.ts";
export type { ConvParams } from "./geometry.ts";
