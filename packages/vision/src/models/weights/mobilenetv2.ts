import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";
const ISSUE = "https://github.com/pytorch/vision/issues/3995";

export const MobileNet_V2_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "MobileNet_V2_Weights",
  {
    IMAGENET1K_V1: {
      file: "mobilenet_v2-b0353104.pth",
      params: 3504872,
      acc: [71.878, 90.286],
      min_size: [1, 1],
      recipe: REFERENCES + "#mobilenetv2",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "mobilenet_v2-7ebf99e0.pth",
      params: 3504872,
      acc: [72.154, 90.822],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe-with-reg-tuning",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);
