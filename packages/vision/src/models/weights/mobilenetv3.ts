import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";
const ISSUE = "https://github.com/pytorch/vision/issues/3995";

export const MobileNet_V3_Large_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "MobileNet_V3_Large_Weights",
  {
    IMAGENET1K_V1: {
      file: "mobilenet_v3_large-8738ca79.pth",
      params: 5483032,
      acc: [74.042, 91.34],
      min_size: [1, 1],
      recipe: REFERENCES + "#mobilenetv3-large--small",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "mobilenet_v3_large-5c1a4163.pth",
      params: 5483032,
      acc: [75.274, 92.566],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe-with-reg-tuning",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const MobileNet_V3_Small_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("MobileNet_V3_Small_Weights", {
  IMAGENET1K_V1: {
    file: "mobilenet_v3_small-047dcff4.pth",
    params: 2542856,
    acc: [67.668, 87.402],
    min_size: [1, 1],
    recipe: REFERENCES + "#mobilenetv3-large--small",
    transforms: { crop_size: 224 },
  },
});
