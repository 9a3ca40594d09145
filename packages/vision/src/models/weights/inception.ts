import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";

export const Inception_V3_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("Inception_V3_Weights", {
  IMAGENET1K_V1: {
    file: "inception_v3_google-0cc3c7bd.pth",
    params: 27161264,
    acc: [77.294, 93.45],
    min_size: [75, 75],
    recipe: REFERENCES + "#inception-v3",
    transforms: { crop_size: 299, resize_size: 342 },
  },
});
