import { type WeightsEnum, weightsEnum } from "../weights.ts";

export const DenseNet121_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("DenseNet121_Weights", {
  IMAGENET1K_V1: {
    file: "densenet121-a639ec97.pth",
    params: 7978856,
    acc: [74.434, 91.972],
    min_size: [29, 29],
    recipe: "https://github.com/pytorch/vision/pull/116",
    transforms: { crop_size: 224 },
  },
});

export const DenseNet161_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("DenseNet161_Weights", {
  IMAGENET1K_V1: {
    file: "densenet161-8d451a50.pth",
    params: 28681000,
    acc: [77.138, 93.56],
    min_size: [29, 29],
    recipe: "https://github.com/pytorch/vision/pull/116",
    transforms: { crop_size: 224 },
  },
});

export const DenseNet169_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("DenseNet169_Weights", {
  IMAGENET1K_V1: {
    file: "densenet169-b2777c0a.pth",
    params: 14149480,
    acc: [75.6, 92.806],
    min_size: [29, 29],
    recipe: "https://github.com/pytorch/vision/pull/116",
    transforms: { crop_size: 224 },
  },
});

export const DenseNet201_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("DenseNet201_Weights", {
  IMAGENET1K_V1: {
    file: "densenet201-c1103571.pth",
    params: 20013928,
    acc: [76.896, 93.37],
    min_size: [29, 29],
    recipe: "https://github.com/pytorch/vision/pull/116",
    transforms: { crop_size: 224 },
  },
});
