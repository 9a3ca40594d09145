/** Neural networks: modules, layers, losses, initialisation. */
import "@tt/autograd";
import "@tt/core/neural";

export { Parameter } from "@tt/core";
export { Callable } from "./module/callable.ts";
export { AttributeError, KeyError } from "./module/errors.ts";
export { factory_kwargs } from "./module/factory_kwargs.ts";
export { Module } from "./module/module.ts";
export type * from "./module/state.ts";
export { ModuleDict, ModuleList, ParameterDict, ParameterList } from "./containers/lists.ts";
export { Sequential } from "./containers/sequential.ts";
export {
  CELU,
  ELU,
  GELU,
  GLU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  LogSigmoid,
  Mish,
  PReLU,
  RReLU,
  ReLU,
  ReLU6,
  SELU,
  SiLU,
  Sigmoid,
  Softplus,
  Softshrink,
  Softsign,
  Tanh,
  Tanhshrink,
  Threshold,
} from "./layers/activation.ts";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from "./layers/adaptive_pooling.ts";
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  SyncBatchNorm,
} from "./layers/batchnorm.ts";
export { Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "./layers/conv.ts";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from "./layers/dropout.ts";
export { Embedding, EmbeddingBag } from "./layers/embedding.ts";
export { Flatten, Unflatten } from "./layers/flatten.ts";
export { Bilinear, Identity, Linear } from "./layers/linear.ts";
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  NLLLoss,
  NLLLoss2d,
  SmoothL1Loss,
  SoftMarginLoss,
} from "./layers/loss.ts";
export {
  CTCLoss,
  CosineEmbeddingLoss,
  GaussianNLLLoss,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  PoissonNLLLoss,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from "./layers/loss_metric.ts";
export { CrossMapLRN2d, GroupNorm, LayerNorm, LocalResponseNorm, RMSNorm } from "./layers/normalization.ts";
export { AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d } from "./layers/pooling.ts";
export { LogSoftmax, Softmax, Softmax2d, Softmin } from "./layers/softmax.ts";
export { CosineSimilarity, PairwiseDistance } from "./layers/distance.ts";
export { Fold, Unfold } from "./layers/fold.ts";
export { FractionalMaxPool2d, FractionalMaxPool3d, LPPool1d, LPPool2d } from "./layers/lp_pooling.ts";
export {
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad2d,
} from "./layers/padding.ts";
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from "./layers/pixel_shuffle.ts";
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from "./layers/unpooling.ts";
export { Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from "./layers/upsampling.ts";
export { AdaptiveLogSoftmaxWithLoss } from "./layers/adaptive_softmax.ts";
export {
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
} from "./layers/lazy/batchnorm.ts";
export {
  LazyConv1d,
  LazyConv2d,
  LazyConv3d,
  LazyConvTranspose1d,
  LazyConvTranspose2d,
  LazyConvTranspose3d,
} from "./layers/lazy/conv.ts";
export { LazyLinear } from "./layers/lazy/linear.ts";
export { UninitializedBuffer, UninitializedParameter } from "./module/uninitialized.ts";
export { GRUCell, LSTMCell, RNNCell, RNNCellBase } from "./layers/rnn/cells.ts";
export { GRU, LSTM, RNN, RNNBase } from "./layers/rnn/rnn.ts";
export { TransformerDecoderLayer, TransformerEncoderLayer } from "./layers/transformer/layers.ts";
export { MultiheadAttention } from "./layers/transformer/multihead_attention.ts";
export { Transformer, TransformerDecoder, TransformerEncoder } from "./layers/transformer/transformer.ts";
export { type LayerSummary, Summary, summary, type SummaryOptions } from "./utils/summary.ts";
export * as utils from "./utils/index.ts";
export * as parameter from "./parameter.ts";
export * as init from "./init/index.ts";
export * as functional from "./functional/index.ts";
