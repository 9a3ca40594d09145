import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";

export const ViT_B_16_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_SWAG_E2E_V1" | "IMAGENET1K_SWAG_LINEAR_V1"> =
  weightsEnum(
    "ViT_B_16_Weights",
    {
      IMAGENET1K_V1: {
        file: "vit_b_16-c867db91.pth",
        params: 86567656,
        acc: [81.072, 95.318],
        min_size: [224, 224],
        recipe: REFERENCES + "#vit_b_16",
        transforms: { crop_size: 224 },
      },
      IMAGENET1K_SWAG_E2E_V1: {
        file: "vit_b_16_swag-9ac1b537.pth",
        params: 86859496,
        acc: [85.304, 97.65],
        min_size: [384, 384],
        recipe: "https://github.com/facebookresearch/SWAG",
        license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
        transforms: { crop_size: 384, resize_size: 384, interpolation: "bicubic" },
      },
      IMAGENET1K_SWAG_LINEAR_V1: {
        file: "vit_b_16_lc_swag-4e70ced5.pth",
        params: 86567656,
        acc: [81.886, 96.18],
        min_size: [224, 224],
        recipe: "https://github.com/pytorch/vision/pull/5793",
        license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
        transforms: { crop_size: 224, resize_size: 224, interpolation: "bicubic" },
      },
    },
    "IMAGENET1K_V1",
  );

export const ViT_B_32_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ViT_B_32_Weights", {
  IMAGENET1K_V1: {
    file: "vit_b_32-d86f8d99.pth",
    params: 88224232,
    acc: [75.912, 92.466],
    min_size: [224, 224],
    recipe: REFERENCES + "#vit_b_32",
    transforms: { crop_size: 224 },
  },
});

export const ViT_L_16_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_SWAG_E2E_V1" | "IMAGENET1K_SWAG_LINEAR_V1"> =
  weightsEnum(
    "ViT_L_16_Weights",
    {
      IMAGENET1K_V1: {
        file: "vit_l_16-852ce7e3.pth",
        params: 304326632,
        acc: [79.662, 94.638],
        min_size: [224, 224],
        recipe: REFERENCES + "#vit_l_16",
        transforms: { crop_size: 224, resize_size: 242 },
      },
      IMAGENET1K_SWAG_E2E_V1: {
        file: "vit_l_16_swag-4f3808c9.pth",
        params: 305174504,
        acc: [88.064, 98.512],
        min_size: [512, 512],
        recipe: "https://github.com/facebookresearch/SWAG",
        license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
        transforms: { crop_size: 512, resize_size: 512, interpolation: "bicubic" },
      },
      IMAGENET1K_SWAG_LINEAR_V1: {
        file: "vit_l_16_lc_swag-4d563306.pth",
        params: 304326632,
        acc: [85.146, 97.422],
        min_size: [224, 224],
        recipe: "https://github.com/pytorch/vision/pull/5793",
        license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
        transforms: { crop_size: 224, resize_size: 224, interpolation: "bicubic" },
      },
    },
    "IMAGENET1K_V1",
  );

export const ViT_L_32_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ViT_L_32_Weights", {
  IMAGENET1K_V1: {
    file: "vit_l_32-c7638314.pth",
    params: 306535400,
    acc: [76.972, 93.07],
    min_size: [224, 224],
    recipe: REFERENCES + "#vit_l_32",
    transforms: { crop_size: 224 },
  },
});

export const ViT_H_14_Weights: WeightsEnum<"IMAGENET1K_SWAG_E2E_V1" | "IMAGENET1K_SWAG_LINEAR_V1"> = weightsEnum(
  "ViT_H_14_Weights",
  {
    IMAGENET1K_SWAG_E2E_V1: {
      file: "vit_h_14_swag-80465313.pth",
      params: 633470440,
      acc: [88.552, 98.694],
      min_size: [518, 518],
      recipe: "https://github.com/facebookresearch/SWAG",
      license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
      transforms: { crop_size: 518, resize_size: 518, interpolation: "bicubic" },
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: "vit_h_14_lc_swag-c1eb923e.pth",
      params: 632045800,
      acc: [85.708, 97.73],
      min_size: [224, 224],
      recipe: "https://github.com/pytorch/vision/pull/5793",
      license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
      transforms: { crop_size: 224, resize_size: 224, interpolation: "bicubic" },
    },
  },
  "IMAGENET1K_SWAG_E2E_V1",
);
