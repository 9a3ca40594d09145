import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";
const ISSUE = "https://github.com/pytorch/vision/issues/3995";

export const RegNet_Y_400MF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_Y_400MF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_y_400mf-c65dace8.pth",
      params: 4344144,
      acc: [74.046, 91.716],
      min_size: [1, 1],
      recipe: REFERENCES + "#small-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_y_400mf-e6988f5f.pth",
      params: 4344144,
      acc: [75.804, 92.742],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_Y_800MF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_Y_800MF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_y_800mf-1b27b58c.pth",
      params: 6432512,
      acc: [76.42, 93.136],
      min_size: [1, 1],
      recipe: REFERENCES + "#small-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_y_800mf-58fc7688.pth",
      params: 6432512,
      acc: [78.828, 94.502],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_Y_1_6GF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_Y_1_6GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_y_1_6gf-b11a554e.pth",
      params: 11202430,
      acc: [77.95, 93.966],
      min_size: [1, 1],
      recipe: REFERENCES + "#small-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_y_1_6gf-0d7bc02a.pth",
      params: 11202430,
      acc: [80.876, 95.444],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_Y_3_2GF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_Y_3_2GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_y_3_2gf-b5a9779c.pth",
      params: 19436338,
      acc: [78.948, 94.576],
      min_size: [1, 1],
      recipe: REFERENCES + "#medium-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_y_3_2gf-9180c971.pth",
      params: 19436338,
      acc: [81.982, 95.972],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_Y_8GF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_Y_8GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_y_8gf-d0d0e4a8.pth",
      params: 39381472,
      acc: [80.032, 95.048],
      min_size: [1, 1],
      recipe: REFERENCES + "#medium-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_y_8gf-dc2b1b54.pth",
      params: 39381472,
      acc: [82.828, 96.33],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_Y_16GF_Weights: WeightsEnum<
  "IMAGENET1K_V1" | "IMAGENET1K_V2" | "IMAGENET1K_SWAG_E2E_V1" | "IMAGENET1K_SWAG_LINEAR_V1"
> = weightsEnum(
  "RegNet_Y_16GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_y_16gf-9e6ed7dd.pth",
      params: 83590140,
      acc: [80.424, 95.24],
      min_size: [1, 1],
      recipe: REFERENCES + "#large-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_y_16gf-3e4a00f9.pth",
      params: 83590140,
      acc: [82.886, 96.328],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
    IMAGENET1K_SWAG_E2E_V1: {
      file: "regnet_y_16gf_swag-43afe44d.pth",
      params: 83590140,
      acc: [86.012, 98.054],
      min_size: [1, 1],
      recipe: "https://github.com/facebookresearch/SWAG",
      license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
      transforms: { crop_size: 384, resize_size: 384, interpolation: "bicubic" },
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: "regnet_y_16gf_lc_swag-f3ec0043.pth",
      params: 83590140,
      acc: [83.976, 97.244],
      min_size: [1, 1],
      recipe: "https://github.com/pytorch/vision/pull/5793",
      license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
      transforms: { crop_size: 224, resize_size: 224, interpolation: "bicubic" },
    },
  },
  "IMAGENET1K_V2",
);

export const RegNet_Y_32GF_Weights: WeightsEnum<
  "IMAGENET1K_V1" | "IMAGENET1K_V2" | "IMAGENET1K_SWAG_E2E_V1" | "IMAGENET1K_SWAG_LINEAR_V1"
> = weightsEnum(
  "RegNet_Y_32GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_y_32gf-4dee3f7a.pth",
      params: 145046770,
      acc: [80.878, 95.34],
      min_size: [1, 1],
      recipe: REFERENCES + "#large-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_y_32gf-8db6d4b5.pth",
      params: 145046770,
      acc: [83.368, 96.498],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
    IMAGENET1K_SWAG_E2E_V1: {
      file: "regnet_y_32gf_swag-04fdfa75.pth",
      params: 145046770,
      acc: [86.838, 98.362],
      min_size: [1, 1],
      recipe: "https://github.com/facebookresearch/SWAG",
      license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
      transforms: { crop_size: 384, resize_size: 384, interpolation: "bicubic" },
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: "regnet_y_32gf_lc_swag-e1583746.pth",
      params: 145046770,
      acc: [84.622, 97.48],
      min_size: [1, 1],
      recipe: "https://github.com/pytorch/vision/pull/5793",
      license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
      transforms: { crop_size: 224, resize_size: 224, interpolation: "bicubic" },
    },
  },
  "IMAGENET1K_V2",
);

export const RegNet_Y_128GF_Weights: WeightsEnum<"IMAGENET1K_SWAG_E2E_V1" | "IMAGENET1K_SWAG_LINEAR_V1"> = weightsEnum(
  "RegNet_Y_128GF_Weights",
  {
    IMAGENET1K_SWAG_E2E_V1: {
      file: "regnet_y_128gf_swag-c8ce3e52.pth",
      params: 644812894,
      acc: [88.228, 98.682],
      min_size: [1, 1],
      recipe: "https://github.com/facebookresearch/SWAG",
      license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
      transforms: { crop_size: 384, resize_size: 384, interpolation: "bicubic" },
    },
    IMAGENET1K_SWAG_LINEAR_V1: {
      file: "regnet_y_128gf_lc_swag-cbe8ce12.pth",
      params: 644812894,
      acc: [86.068, 97.844],
      min_size: [1, 1],
      recipe: "https://github.com/pytorch/vision/pull/5793",
      license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE",
      transforms: { crop_size: 224, resize_size: 224, interpolation: "bicubic" },
    },
  },
  "IMAGENET1K_SWAG_E2E_V1",
);

export const RegNet_X_400MF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_X_400MF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_x_400mf-adf1edd5.pth",
      params: 5495976,
      acc: [72.834, 90.95],
      min_size: [1, 1],
      recipe: REFERENCES + "#small-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_x_400mf-62229a5f.pth",
      params: 5495976,
      acc: [74.864, 92.322],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe-with-fixres",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_X_800MF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_X_800MF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_x_800mf-ad17e45c.pth",
      params: 7259656,
      acc: [75.212, 92.348],
      min_size: [1, 1],
      recipe: REFERENCES + "#small-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_x_800mf-94a99ebd.pth",
      params: 7259656,
      acc: [77.522, 93.826],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe-with-fixres",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_X_1_6GF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_X_1_6GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_x_1_6gf-e3633e7f.pth",
      params: 9190136,
      acc: [77.04, 93.44],
      min_size: [1, 1],
      recipe: REFERENCES + "#small-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_x_1_6gf-a12f2b72.pth",
      params: 9190136,
      acc: [79.668, 94.922],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe-with-fixres",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_X_3_2GF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_X_3_2GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_x_3_2gf-f342aeae.pth",
      params: 15296552,
      acc: [78.364, 93.992],
      min_size: [1, 1],
      recipe: REFERENCES + "#medium-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_x_3_2gf-7071aa85.pth",
      params: 15296552,
      acc: [81.196, 95.43],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_X_8GF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_X_8GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_x_8gf-03ceed89.pth",
      params: 39572648,
      acc: [79.344, 94.686],
      min_size: [1, 1],
      recipe: REFERENCES + "#medium-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_x_8gf-2b70d774.pth",
      params: 39572648,
      acc: [81.682, 95.678],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_X_16GF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_X_16GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_x_16gf-2007eb11.pth",
      params: 54278536,
      acc: [80.058, 94.944],
      min_size: [1, 1],
      recipe: REFERENCES + "#medium-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_x_16gf-ba3796d7.pth",
      params: 54278536,
      acc: [82.716, 96.196],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const RegNet_X_32GF_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "RegNet_X_32GF_Weights",
  {
    IMAGENET1K_V1: {
      file: "regnet_x_32gf-9d47f8d0.pth",
      params: 107811560,
      acc: [80.622, 95.248],
      min_size: [1, 1],
      recipe: REFERENCES + "#large-models",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "regnet_x_32gf-6eb8fdc6.pth",
      params: 107811560,
      acc: [83.014, 96.288],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);
