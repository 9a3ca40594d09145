import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";

export const ConvNeXt_Tiny_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ConvNeXt_Tiny_Weights", {
  IMAGENET1K_V1: {
    file: "convnext_tiny-983f1562.pth",
    params: 28589128,
    acc: [82.52, 96.146],
    min_size: [32, 32],
    recipe: REFERENCES + "#convnext",
    transforms: { crop_size: 224, resize_size: 236 },
  },
});

export const ConvNeXt_Small_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ConvNeXt_Small_Weights", {
  IMAGENET1K_V1: {
    file: "convnext_small-0c510722.pth",
    params: 50223688,
    acc: [83.616, 96.65],
    min_size: [32, 32],
    recipe: REFERENCES + "#convnext",
    transforms: { crop_size: 224, resize_size: 230 },
  },
});

export const ConvNeXt_Base_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ConvNeXt_Base_Weights", {
  IMAGENET1K_V1: {
    file: "convnext_base-6075fbad.pth",
    params: 88591464,
    acc: [84.062, 96.87],
    min_size: [32, 32],
    recipe: REFERENCES + "#convnext",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});

export const ConvNeXt_Large_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ConvNeXt_Large_Weights", {
  IMAGENET1K_V1: {
    file: "convnext_large-ea097f82.pth",
    params: 197767336,
    acc: [84.414, 96.976],
    min_size: [32, 32],
    recipe: REFERENCES + "#convnext",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});
