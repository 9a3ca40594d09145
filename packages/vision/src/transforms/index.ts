/** What is done to images before and while training: `torchvision.transforms`. */
export * as functional from "./functional.ts";
export * as v2 from "./v2/index.ts";
export { type AnyTransform, Compose, type Composed, RandomApply, RandomChoice, RandomOrder } from "./compose.ts";
export {
  CenterCrop,
  FiveCrop,
  Pad,
  RandomCrop,
  RandomHorizontalFlip,
  RandomResizedCrop,
  RandomVerticalFlip,
  Resize,
  TenCrop,
} from "./sizes.ts";
export { PictureTransform, Transform } from "./transform.ts";
export {
  ConvertImageDtype,
  Lambda,
  LinearTransformation,
  Normalize,
  PILToTensor,
  ToPILImage,
  ToTensor,
} from "./transforms.ts";
export { type Fill, InterpolationMode, type PaddingMode, type Picture, type Size } from "./types.ts";
export {
  ColorJitter,
  GaussianBlur,
  Grayscale,
  RandomAdjustSharpness,
  RandomAutocontrast,
  RandomEqualize,
  RandomErasing,
  RandomGrayscale,
  RandomInvert,
  RandomPosterize,
  RandomSolarize,
} from "./values.ts";
export { ElasticTransform, RandomAffine, RandomPerspective, RandomRotation } from "./warps.ts";
export { AugMix } from "./aug_mix.ts";
export { AutoAugment, RandAugment, TrivialAugmentWide } from "./auto_augment.ts";
export { AutoAugmentPolicy } from "./policies.ts";
export { ImageClassification, type ImageClassificationOptions } from "./presets.ts";
