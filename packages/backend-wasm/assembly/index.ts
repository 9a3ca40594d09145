export { gemm, gemmImage, gemmImageT, gemmPacked, gemmScratch, packedBytes, packWhole } from "./gemm";
export { copyBlock, fillRows, foldColumns } from "./fold";
export { sumColumns, sumRows } from "./reduce";
export { logSoftmaxBackward, shiftRows, softmax, softmaxBackward, subtractRows } from "./softmax";
export { maxPool, maxPool2, maxPoolBackward } from "./pool";
export { adam, sgd } from "./optim";
export { layerNorm, layerNormBackward } from "./norm";
export { packStrips, stripBytes } from "./panel";
export { recurrentBackward, recurrentForward, recurrentScratch } from "./recurrent";
