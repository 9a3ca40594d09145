export { scanExtreme } from "./extreme.ts";
export { type ScanKind, scan } from "./scan.ts";
