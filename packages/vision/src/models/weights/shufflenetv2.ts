import { type WeightsEnum, weightsEnum } from "../weights.ts";

export const ShuffleNet_V2_X0_5_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ShuffleNet_V2_X0_5_Weights", {
  IMAGENET1K_V1: {
    file: "shufflenetv2_x0.5-f707e7126e.pth",
    params: 1366792,
    acc: [60.552, 81.746],
    min_size: [1, 1],
    recipe: "https://github.com/ericsun99/Shufflenet-v2-Pytorch",
    transforms: { crop_size: 224 },
  },
});

export const ShuffleNet_V2_X1_0_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ShuffleNet_V2_X1_0_Weights", {
  IMAGENET1K_V1: {
    file: "shufflenetv2_x1-5666bf0f80.pth",
    params: 2278604,
    acc: [69.362, 88.316],
    min_size: [1, 1],
    recipe: "https://github.com/ericsun99/Shufflenet-v2-Pytorch",
    transforms: { crop_size: 224 },
  },
});

export const ShuffleNet_V2_X1_5_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ShuffleNet_V2_X1_5_Weights", {
  IMAGENET1K_V1: {
    file: "shufflenetv2_x1_5-3c479a10.pth",
    params: 3503624,
    acc: [72.996, 91.086],
    min_size: [1, 1],
    recipe: "https://github.com/pytorch/vision/pull/5906",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});

export const ShuffleNet_V2_X2_0_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ShuffleNet_V2_X2_0_Weights", {
  IMAGENET1K_V1: {
    file: "shufflenetv2_x2_0-8be3c8ee.pth",
    params: 7393996,
    acc: [76.23, 93.006],
    min_size: [1, 1],
    recipe: "https://github.com/pytorch/vision/pull/5906",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});
