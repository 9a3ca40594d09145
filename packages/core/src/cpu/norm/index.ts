export { batchNormBackward, batchNormEval, batchNormTrain } from "./batch_norm.ts";
export { groupNorm, groupNormBackward, layerNorm, layerNormBackward } from "./layer_norm.ts";
export { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "./softmax.ts";
