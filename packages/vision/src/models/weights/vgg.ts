import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";

export const VGG11_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("VGG11_Weights", {
  IMAGENET1K_V1: {
    file: "vgg11-8a719046.pth",
    params: 132863336,
    acc: [69.02, 88.628],
    min_size: [32, 32],
    recipe: REFERENCES + "#alexnet-and-vgg",
    transforms: { crop_size: 224 },
  },
});

export const VGG11_BN_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("VGG11_BN_Weights", {
  IMAGENET1K_V1: {
    file: "vgg11_bn-6002323d.pth",
    params: 132868840,
    acc: [70.37, 89.81],
    min_size: [32, 32],
    recipe: REFERENCES + "#alexnet-and-vgg",
    transforms: { crop_size: 224 },
  },
});

export const VGG13_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("VGG13_Weights", {
  IMAGENET1K_V1: {
    file: "vgg13-19584684.pth",
    params: 133047848,
    acc: [69.928, 89.246],
    min_size: [32, 32],
    recipe: REFERENCES + "#alexnet-and-vgg",
    transforms: { crop_size: 224 },
  },
});

export const VGG13_BN_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("VGG13_BN_Weights", {
  IMAGENET1K_V1: {
    file: "vgg13_bn-abd245e5.pth",
    params: 133053736,
    acc: [71.586, 90.374],
    min_size: [32, 32],
    recipe: REFERENCES + "#alexnet-and-vgg",
    transforms: { crop_size: 224 },
  },
});

export const VGG16_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_FEATURES"> = weightsEnum(
  "VGG16_Weights",
  {
    IMAGENET1K_V1: {
      file: "vgg16-397923af.pth",
      params: 138357544,
      acc: [71.592, 90.382],
      min_size: [32, 32],
      recipe: REFERENCES + "#alexnet-and-vgg",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_FEATURES: {
      file: "vgg16_features-amdegroot-88682ab5.pth",
      params: 138357544,
      min_size: [32, 32],
      recipe: "https://github.com/amdegroot/ssd.pytorch#training-ssd",
      transforms: { crop_size: 224, mean: [0.48235, 0.45882, 0.40784], std: [1 / 255, 1 / 255, 1 / 255] },
    },
  },
  "IMAGENET1K_V1",
);

export const VGG16_BN_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("VGG16_BN_Weights", {
  IMAGENET1K_V1: {
    file: "vgg16_bn-6c64b313.pth",
    params: 138365992,
    acc: [73.36, 91.516],
    min_size: [32, 32],
    recipe: REFERENCES + "#alexnet-and-vgg",
    transforms: { crop_size: 224 },
  },
});

export const VGG19_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("VGG19_Weights", {
  IMAGENET1K_V1: {
    file: "vgg19-dcbb9e9d.pth",
    params: 143667240,
    acc: [72.376, 90.876],
    min_size: [32, 32],
    recipe: REFERENCES + "#alexnet-and-vgg",
    transforms: { crop_size: 224 },
  },
});

export const VGG19_BN_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("VGG19_BN_Weights", {
  IMAGENET1K_V1: {
    file: "vgg19_bn-c79401a0.pth",
    params: 143678248,
    acc: [74.218, 91.842],
    min_size: [32, 32],
    recipe: REFERENCES + "#alexnet-and-vgg",
    transforms: { crop_size: 224 },
  },
});
