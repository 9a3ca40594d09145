export { indexGet, indexPut } from "./advanced.ts";
export { embedding, embeddingBackward } from "./embedding.ts";
export { gather, type Reduce, scatter, scatterReduce } from "./gather.ts";
export { countNonzero, maskedScatter, maskedSelect, nonzero } from "./masked.ts";
export { indexAdd, indexCopy, indexFill, indexReduce, indexSelect } from "./select.ts";
export { put, take } from "./take.ts";
