import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";

export const GoogLeNet_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("GoogLeNet_Weights", {
  IMAGENET1K_V1: {
    file: "googlenet-1378be20.pth",
    params: 6624904,
    acc: [69.778, 89.53],
    min_size: [15, 15],
    recipe: REFERENCES + "#googlenet",
    transforms: { crop_size: 224 },
  },
});
