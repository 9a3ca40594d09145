import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";

export const MaxVit_T_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("MaxVit_T_Weights", {
  IMAGENET1K_V1: {
    file: "maxvit_t-bc5ab103.pth",
    params: 30919624,
    acc: [83.7, 96.722],
    min_size: [224, 224],
    recipe: REFERENCES + "#maxvit",
    transforms: { crop_size: 224, resize_size: 224, interpolation: "bicubic" },
  },
});
