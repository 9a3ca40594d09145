export { narrow, scaleF32, scaleF64, scaleI32, scaleI64 } from "./convert";
export {
  gemm,
  gemmPacked,
  gemmScratch,
  packedBytes,
  packShared,
  productF32,
  productF64,
  productI32,
  productI64,
  stripsShared,
} from "./gemm";
export { gemvF32, gemvF64 } from "./gemv";
export { peak } from "./micro";
export { convolve, convScratch } from "./conv";
export { combineWeight, convolveWeight, weightPartBytes, weightScratch } from "./conv_grad";
export { packTerms } from "./conv_pack";
export { stripsOf, stripWidth } from "./conv_pack";
export { fillRows } from "./fold";
export { foldBack, unfold } from "./unfold";
export { sumColumns, sumParts, sumRows } from "./reduce";
export { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "./softmax";
export { columnScratch, columnStrips, softmaxColumns, softmaxColumnsBackward } from "./softmax_columns";
export { batchNorm, batchNormBackward, batchNormEval } from "./batch_norm";
export {
  maxPool2,
  maxPoolBackwardF32,
  maxPoolBackwardF64,
  maxPoolF32,
  maxPoolF64,
  meanPoolF32,
  meanPoolF64,
} from "./pool";
export { adam, sgd } from "./optim";
export { layerNorm, layerNormBackward } from "./norm";
export { packStrips, stripBytes } from "./panel";
export { recurrentBackward, recurrentForward, recurrentScratch } from "./recurrent";
export { setConstants } from "./exp";
export { addBlocks, offsetsOf, putBlocks, reverseBlocks, spreadBlocks, takeBlocks, triangle } from "./blocks";
export { fillBlocks, fillPattern, gatherAlong, scatterAlong } from "./gather";
export { groupNorm, groupNormBackward, groupNormParameters, planeSums } from "./group_norm";
export { nllLoss, nllLossBackward } from "./nll_loss";
export { compress, countNonzero, countTrue, expandMasked, nonzeroIndices } from "./masked";
export { countValues, greatestIndex, pickSlices, sortScratch, sortSlices, uniqueElements } from "./sort";
export { attention, attentionBackward, attentionScratch } from "./attention";
export { transpose } from "./transpose";
export { adagrad, adamax, nadam, radam, rmsprop } from "./adaptive";
