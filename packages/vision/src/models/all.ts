/** Every model and its weights. */
export { type AlexNetOptions, AlexNet, alexnet } from "./alexnet.ts";
export * from "./weights/alexnet.ts";
export {
  type CNBlockConfig,
  type ConvNeXtOptions,
  ConvNeXt,
  convnext_tiny,
  convnext_small,
  convnext_base,
  convnext_large,
} from "./convnext.ts";
export * from "./weights/convnext.ts";
export { type DenseNetOptions, DenseNet, densenet121, densenet161, densenet169, densenet201 } from "./densenet.ts";
export * from "./weights/densenet.ts";
export {
  type MBConvConfig,
  type EfficientNetOptions,
  EfficientNet,
  efficientnet_b0,
  efficientnet_b1,
  efficientnet_b2,
  efficientnet_b3,
  efficientnet_b4,
  efficientnet_b5,
  efficientnet_b6,
  efficientnet_b7,
  efficientnet_v2_s,
  efficientnet_v2_m,
  efficientnet_v2_l,
} from "./efficientnet.ts";
export * from "./weights/efficientnet.ts";
export { type GoogLeNetOutputs, type GoogLeNetOptions, GoogLeNet, googlenet } from "./googlenet.ts";
export * from "./weights/googlenet.ts";
export { type InceptionOutputs, type Inception3Options, Inception3, inception_v3 } from "./inception.ts";
export * from "./weights/inception.ts";
export { type MNASNetOptions, MNASNet, mnasnet0_5, mnasnet0_75, mnasnet1_0, mnasnet1_3 } from "./mnasnet.ts";
export * from "./weights/mnasnet.ts";
export { type MobileNetV2Options, MobileNetV2, mobilenet_v2 } from "./mobilenetv2.ts";
export * from "./weights/mobilenetv2.ts";
export {
  type MobileNetV3Options,
  type MobileNetV3BuilderOptions,
  MobileNetV3,
  mobilenet_v3_large,
  mobilenet_v3_small,
} from "./mobilenetv3.ts";
export * from "./weights/mobilenetv3.ts";
export {
  type RegNetParameters,
  type RegNetOptions,
  RegNet,
  regnet_y_400mf,
  regnet_y_800mf,
  regnet_y_1_6gf,
  regnet_y_3_2gf,
  regnet_y_8gf,
  regnet_y_16gf,
  regnet_y_32gf,
  regnet_y_128gf,
  regnet_x_400mf,
  regnet_x_800mf,
  regnet_x_1_6gf,
  regnet_x_3_2gf,
  regnet_x_8gf,
  regnet_x_16gf,
  regnet_x_32gf,
} from "./regnet.ts";
export * from "./weights/regnet.ts";
export {
  type ResNetBlockOptions,
  BasicBlock,
  Bottleneck,
  type ResNetOptions,
  type ResNetBlock,
  ResNet,
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d,
  resnext101_32x8d,
  resnext101_64x4d,
  wide_resnet50_2,
  wide_resnet101_2,
} from "./resnet.ts";
export * from "./weights/resnet.ts";
export {
  type ShuffleNetV2Options,
  ShuffleNetV2,
  shufflenet_v2_x0_5,
  shufflenet_v2_x1_0,
  shufflenet_v2_x1_5,
  shufflenet_v2_x2_0,
} from "./shufflenetv2.ts";
export * from "./weights/shufflenetv2.ts";
export { type SqueezeNetOptions, SqueezeNet, squeezenet1_0, squeezenet1_1 } from "./squeezenet.ts";
export * from "./weights/squeezenet.ts";
export {
  type SwinTransformerArchitecture,
  type SwinTransformerOptions,
  SwinTransformer,
  swin_t,
  swin_s,
  swin_b,
  swin_v2_t,
  swin_v2_s,
  swin_v2_b,
} from "./swin_transformer.ts";
export * from "./weights/swin_transformer.ts";
export { type VGGOptions, VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn } from "./vgg.ts";
export * from "./weights/vgg.ts";
export {
  type ConvStemConfig,
  type VisionTransformerArchitecture,
  type VisionTransformerOptions,
  VisionTransformer,
  type VisionTransformerBuilderOptions,
  vit_b_16,
  vit_b_32,
  vit_l_16,
  vit_l_32,
  vit_h_14,
  interpolate_embeddings,
} from "./vision_transformer.ts";
export * from "./weights/vision_transformer.ts";
