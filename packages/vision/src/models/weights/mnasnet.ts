import { type WeightsEnum, weightsEnum } from "../weights.ts";

export const MNASNet0_5_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("MNASNet0_5_Weights", {
  IMAGENET1K_V1: {
    file: "mnasnet0.5_top1_67.823-3ffadce67e.pth",
    params: 2218512,
    acc: [67.734, 87.49],
    min_size: [1, 1],
    recipe: "https://github.com/1e100/mnasnet_trainer",
    transforms: { crop_size: 224 },
  },
});

export const MNASNet0_75_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("MNASNet0_75_Weights", {
  IMAGENET1K_V1: {
    file: "mnasnet0_75-7090bc5f.pth",
    params: 3170208,
    acc: [71.18, 90.496],
    min_size: [1, 1],
    recipe: "https://github.com/pytorch/vision/pull/6019",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});

export const MNASNet1_0_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("MNASNet1_0_Weights", {
  IMAGENET1K_V1: {
    file: "mnasnet1.0_top1_73.512-f206786ef8.pth",
    params: 4383312,
    acc: [73.456, 91.51],
    min_size: [1, 1],
    recipe: "https://github.com/1e100/mnasnet_trainer",
    transforms: { crop_size: 224 },
  },
});

export const MNASNet1_3_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("MNASNet1_3_Weights", {
  IMAGENET1K_V1: {
    file: "mnasnet1_3-a4c69d6f.pth",
    params: 6282256,
    acc: [76.506, 93.522],
    min_size: [1, 1],
    recipe: "https://github.com/pytorch/vision/pull/6019",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});
