import { type WeightsEnum, weightsEnum } from "../weights.ts";

const REFERENCES = "https://github.com/pytorch/vision/tree/main/references/classification";
const ISSUE = "https://github.com/pytorch/vision/issues/3995";

export const ResNet18_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ResNet18_Weights", {
  IMAGENET1K_V1: {
    file: "resnet18-f37072fd.pth",
    params: 11689512,
    acc: [69.758, 89.078],
    min_size: [1, 1],
    recipe: REFERENCES + "#resnet",
    transforms: { crop_size: 224 },
  },
});

export const ResNet34_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ResNet34_Weights", {
  IMAGENET1K_V1: {
    file: "resnet34-b627a593.pth",
    params: 21797672,
    acc: [73.314, 91.42],
    min_size: [1, 1],
    recipe: REFERENCES + "#resnet",
    transforms: { crop_size: 224 },
  },
});

export const ResNet50_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum("ResNet50_Weights", {
  IMAGENET1K_V1: {
    file: "resnet50-0676ba61.pth",
    params: 25557032,
    acc: [76.13, 92.862],
    min_size: [1, 1],
    recipe: REFERENCES + "#resnet",
    transforms: { crop_size: 224 },
  },
  IMAGENET1K_V2: {
    file: "resnet50-11ad3fa6.pth",
    params: 25557032,
    acc: [80.858, 95.434],
    min_size: [1, 1],
    recipe: ISSUE + "#issuecomment-1013906621",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});

export const ResNet101_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum("ResNet101_Weights", {
  IMAGENET1K_V1: {
    file: "resnet101-63fe2227.pth",
    params: 44549160,
    acc: [77.374, 93.546],
    min_size: [1, 1],
    recipe: REFERENCES + "#resnet",
    transforms: { crop_size: 224 },
  },
  IMAGENET1K_V2: {
    file: "resnet101-cd907fc2.pth",
    params: 44549160,
    acc: [81.886, 95.78],
    min_size: [1, 1],
    recipe: ISSUE + "#new-recipe",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});

export const ResNet152_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum("ResNet152_Weights", {
  IMAGENET1K_V1: {
    file: "resnet152-394f9c45.pth",
    params: 60192808,
    acc: [78.312, 94.046],
    min_size: [1, 1],
    recipe: REFERENCES + "#resnet",
    transforms: { crop_size: 224 },
  },
  IMAGENET1K_V2: {
    file: "resnet152-f82ba261.pth",
    params: 60192808,
    acc: [82.284, 96.002],
    min_size: [1, 1],
    recipe: ISSUE + "#new-recipe",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});

export const ResNeXt50_32X4D_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "ResNeXt50_32X4D_Weights",
  {
    IMAGENET1K_V1: {
      file: "resnext50_32x4d-7cdf4587.pth",
      params: 25028904,
      acc: [77.618, 93.698],
      min_size: [1, 1],
      recipe: REFERENCES + "#resnext",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "resnext50_32x4d-1a0047aa.pth",
      params: 25028904,
      acc: [81.198, 95.34],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const ResNeXt101_32X8D_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "ResNeXt101_32X8D_Weights",
  {
    IMAGENET1K_V1: {
      file: "resnext101_32x8d-8ba56ff5.pth",
      params: 88791336,
      acc: [79.312, 94.526],
      min_size: [1, 1],
      recipe: REFERENCES + "#resnext",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "resnext101_32x8d-110c445d.pth",
      params: 88791336,
      acc: [82.834, 96.228],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe-with-fixres",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const ResNeXt101_64X4D_Weights: WeightsEnum<"IMAGENET1K_V1"> = weightsEnum("ResNeXt101_64X4D_Weights", {
  IMAGENET1K_V1: {
    file: "resnext101_64x4d-173b62eb.pth",
    params: 83455272,
    acc: [83.246, 96.454],
    min_size: [1, 1],
    recipe: "https://github.com/pytorch/vision/pull/5935",
    transforms: { crop_size: 224, resize_size: 232 },
  },
});

export const Wide_ResNet50_2_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "Wide_ResNet50_2_Weights",
  {
    IMAGENET1K_V1: {
      file: "wide_resnet50_2-95faca4d.pth",
      params: 68883240,
      acc: [78.468, 94.086],
      min_size: [1, 1],
      recipe: "https://github.com/pytorch/vision/pull/912#issue-445437439",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "wide_resnet50_2-9ba9bcbe.pth",
      params: 68883240,
      acc: [81.602, 95.758],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe-with-fixres",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);

export const Wide_ResNet101_2_Weights: WeightsEnum<"IMAGENET1K_V1" | "IMAGENET1K_V2"> = weightsEnum(
  "Wide_ResNet101_2_Weights",
  {
    IMAGENET1K_V1: {
      file: "wide_resnet101_2-32ee1156.pth",
      params: 126886696,
      acc: [78.848, 94.284],
      min_size: [1, 1],
      recipe: "https://github.com/pytorch/vision/pull/912#issue-445437439",
      transforms: { crop_size: 224 },
    },
    IMAGENET1K_V2: {
      file: "wide_resnet101_2-d733dc28.pth",
      params: 126886696,
      acc: [82.51, 96.02],
      min_size: [1, 1],
      recipe: ISSUE + "#new-recipe",
      transforms: { crop_size: 224, resize_size: 232 },
    },
  },
);
