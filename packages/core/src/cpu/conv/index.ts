export { convBackwardInput, convBackwardWeight, convForward } from "./conv.ts";
