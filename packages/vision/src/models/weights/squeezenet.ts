import { type WeightsEnum, weightsEnum } from "../weights.ts";

export const SqueezeNet1_0_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("SqueezeNet1_0_Weights", {
  IMAGENET1K_V1: {
    file: "squeezenet1_0-b66bff10.pth",
    params: 1248424,
    acc: [58.092, 80.42],
    min_size: [21, 21],
    recipe: "https://github.com/pytorch/vision/pull/49#issuecomment-277560717",
    transforms: { crop_size: 224 },
  },
});

export const SqueezeNet1_1_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("SqueezeNet1_1_Weights", {
  IMAGENET1K_V1: {
    file: "squeezenet1_1-b8a52dc0.pth",
    params: 1235496,
    acc: [58.178, 80.624],
    min_size: [17, 17],
    recipe: "https://github.com/pytorch/vision/pull/49#issuecomment-277560717",
    transforms: { crop_size: 224 },
  },
});
