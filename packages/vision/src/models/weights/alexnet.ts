import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";

export const AlexNet_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("AlexNet_Weights", {
  IMAGENET1K_V1: {
    file: "alexnet-owt-7be5be79.pth",
    params: 61100840,
    acc: [56.522, 79.066],
    min_size: [63, 63],
    recipe: REFERENCES + "#alexnet-and-vgg",
    transforms: { crop_size: 224 },
  },
});
