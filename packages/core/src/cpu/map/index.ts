export { map } from "./map.ts";
