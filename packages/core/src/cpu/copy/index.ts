export { copy } from "./copy.ts";
export { fill } from "./fill.ts";
