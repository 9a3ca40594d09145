export { bincount, bincountSize, histc, histogramdd } from "./histogram.ts";
export { searchsorted } from "./search.ts";
export { kthvalue, median, mode, nanmedian, sort, topk } from "./sort.ts";
export { collectPositions, unique, uniqueConsecutive, uniqueDim } from "./unique.ts";
