import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";
const ISSUE = "https://github.com/pytorch/vision/issues/3995";

export const EfficientNet_B0_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_B0_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_b0_rwightman-3dd342df.pth",
    params: 5288548,
    acc: [77.692, 93.532],
    min_size: [1, 1],
    recipe: REFERENCES + "#efficientnet-v1",
    transforms: { crop_size: 224, interpolation: "bicubic" },
  },
});

export const EfficientNet_B1_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "EfficientNet_B1_Weights",
  {
    IMAGENET1K_V1: {
      file: "efficientnet_b1_rwightman-533bc792.pth",
      params: 7794184,
      acc: [78.642, 94.186],
      min_size: [1, 1],
      recipe: REFERENCES + "#efficientnet-v1",
      transforms: { crop_size: 240, interpolation: "bicubic" },
    },
    IMAGENET1K_V2: {
      file: "efficientnet_b1-c27df63c.pth",
      params: 7794184,
      acc: [79.838, 94.934],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe-with-lr-wd-crop-tuning",
      transforms: { crop_size: 240, resize_size: 255 },
    },
  },
);

export const EfficientNet_B2_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_B2_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_b2_rwightman-bcdf34b7.pth",
    params: 9109994,
    acc: [80.608, 95.31],
    min_size: [1, 1],
    recipe: REFERENCES + "#efficientnet-v1",
    transforms: { crop_size: 288, resize_size: 288, interpolation: "bicubic" },
  },
});

export const EfficientNet_B3_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_B3_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_b3_rwightman-cf984f9c.pth",
    params: 12233232,
    acc: [82.008, 96.054],
    min_size: [1, 1],
    recipe: REFERENCES + "#efficientnet-v1",
    transforms: { crop_size: 300, resize_size: 320, interpolation: "bicubic" },
  },
});

export const EfficientNet_B4_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_B4_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_b4_rwightman-7eb33cd5.pth",
    params: 19341616,
    acc: [83.384, 96.594],
    min_size: [1, 1],
    recipe: REFERENCES + "#efficientnet-v1",
    transforms: { crop_size: 380, resize_size: 384, interpolation: "bicubic" },
  },
});

export const EfficientNet_B5_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_B5_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_b5_lukemelas-b6417697.pth",
    params: 30389784,
    acc: [83.444, 96.628],
    min_size: [1, 1],
    recipe: REFERENCES + "#efficientnet-v1",
    transforms: { crop_size: 456, resize_size: 456, interpolation: "bicubic" },
  },
});

export const EfficientNet_B6_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_B6_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_b6_lukemelas-c76e70fd.pth",
    params: 43040704,
    acc: [84.008, 96.916],
    min_size: [1, 1],
    recipe: REFERENCES + "#efficientnet-v1",
    transforms: { crop_size: 528, resize_size: 528, interpolation: "bicubic" },
  },
});

export const EfficientNet_B7_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_B7_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_b7_lukemelas-dcc49843.pth",
    params: 66347960,
    acc: [84.122, 96.908],
    min_size: [1, 1],
    recipe: REFERENCES + "#efficientnet-v1",
    transforms: { crop_size: 600, resize_size: 600, interpolation: "bicubic" },
  },
});

export const EfficientNet_V2_S_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_V2_S_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_v2_s-dd5fe13b.pth",
    params: 21458488,
    acc: [84.228, 96.878],
    min_size: [33, 33],
    recipe: REFERENCES + "#efficientnet-v2",
    transforms: { crop_size: 384, resize_size: 384 },
  },
});

export const EfficientNet_V2_M_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_V2_M_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_v2_m-dc08266a.pth",
    params: 54139356,
    acc: [85.112, 97.156],
    min_size: [33, 33],
    recipe: REFERENCES + "#efficientnet-v2",
    transforms: { crop_size: 480, resize_size: 480 },
  },
});

export const EfficientNet_V2_L_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("EfficientNet_V2_L_Weights", {
  IMAGENET1K_V1: {
    file: "efficientnet_v2_l-59c71312.pth",
    params: 118515272,
    acc: [85.808, 97.788],
    min_size: [33, 33],
    recipe: REFERENCES + "#efficientnet-v2",
    transforms: {
      crop_size: 480,
      resize_size: 480,
      mean: [0.5, 0.5, 0.5],
      std: [1 / 255, 1 / 255, 1 / 255],
      interpolation: "bicubic",
    },
  },
});
