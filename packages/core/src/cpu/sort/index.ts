export { bincount, bincountSize, histc, histogramdd, histogramRange } from "./histogram.ts";
export { searchsorted } from "./search.ts";
export { argsort, kthvalue, median, mode, nanmedian, sort, topk } from "./sort.ts";
export { collectPositions, type Distinct, unique, uniqueConsecutive, uniqueDim } from "./unique.ts";
