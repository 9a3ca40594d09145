import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";

export const Swin_T_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("Swin_T_Weights", {
  IMAGENET1K_V1: {
    file: "swin_t-704ceda3.pth",
    params: 28288354,
    acc: [81.474, 95.776],
    min_size: [224, 224],
    recipe: REFERENCES + "#swintransformer",
    transforms: { crop_size: 224, resize_size: 232, interpolation: "bicubic" },
  },
});

export const Swin_S_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("Swin_S_Weights", {
  IMAGENET1K_V1: {
    file: "swin_s-5e29d889.pth",
    params: 49606258,
    acc: [83.196, 96.36],
    min_size: [224, 224],
    recipe: REFERENCES + "#swintransformer",
    transforms: { crop_size: 224, resize_size: 246, interpolation: "bicubic" },
  },
});

export const Swin_B_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("Swin_B_Weights", {
  IMAGENET1K_V1: {
    file: "swin_b-68c6b09e.pth",
    params: 87768224,
    acc: [83.582, 96.64],
    min_size: [224, 224],
    recipe: REFERENCES + "#swintransformer",
    transforms: { crop_size: 224, resize_size: 238, interpolation: "bicubic" },
  },
});

export const Swin_V2_T_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("Swin_V2_T_Weights", {
  IMAGENET1K_V1: {
    file: "swin_v2_t-b137f0e2.pth",
    params: 28351570,
    acc: [82.072, 96.132],
    min_size: [256, 256],
    recipe: REFERENCES + "#swintransformer-v2",
    transforms: { crop_size: 256, resize_size: 260, interpolation: "bicubic" },
  },
});

export const Swin_V2_S_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("Swin_V2_S_Weights", {
  IMAGENET1K_V1: {
    file: "swin_v2_s-637d8ceb.pth",
    params: 49737442,
    acc: [83.712, 96.816],
    min_size: [256, 256],
    recipe: REFERENCES + "#swintransformer-v2",
    transforms: { crop_size: 256, resize_size: 260, interpolation: "bicubic" },
  },
});

export const Swin_V2_B_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("Swin_V2_B_Weights", {
  IMAGENET1K_V1: {
    file: "swin_v2_b-781e5279.pth",
    params: 87930848,
    acc: [84.112, 96.864],
    min_size: [256, 256],
    recipe: REFERENCES + "#swintransformer-v2",
    transforms: { crop_size: 256, resize_size: 272, interpolation: "bicubic" },
  },
});
