export { indexedShape, indexGet, indexPut, type Indices } from "./advanced.ts";
export { embedding, embeddingBackward } from "./embedding.ts";
export {
  type BagMode,
  type BagParams,
  embeddingBag,
  embeddingBagBackward,
  embeddingBagSampleWeightsBackward,
} from "./embedding_bag.ts";
export { gather, type Reduce, scatter, scatterAdd, scatterReduce } from "./gather.ts";
export { countNonzero, maskedScatter, maskedSelect, nonzero } from "./masked.ts";
export { indexAdd, indexCopy, indexFill, indexReduce, indexSelect } from "./select.ts";
export { put, take } from "./take.ts";
