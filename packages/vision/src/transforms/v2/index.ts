/**
 * The names of `torchvision.transforms.v2`: the transforms of `transforms`, which work on tensors and images alike, and what v2
 * calls otherwise or has alone.
 */
export * as functional from "./functional.ts";
export { type AnyTransform, Compose, type Composed, RandomApply, RandomChoice, RandomOrder } from "../compose.ts";
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
} from "../sizes.ts";
export { PictureTransform, Transform } from "../transform.ts";
export {
  ConvertImageDtype,
  Lambda,
  LinearTransformation,
  Normalize,
  PILToTensor,
  ToPILImage,
  ToTensor,
} from "../transforms.ts";
export { type Fill, InterpolationMode, type PaddingMode, type Picture, type Size } from "../types.ts";
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
} from "../values.ts";
export { ElasticTransform, RandomAffine, RandomPerspective, RandomRotation } from "../warps.ts";
export { AugMix } from "../aug_mix.ts";
export { AutoAugment, RandAugment, TrivialAugmentWide } from "../auto_augment.ts";
export { AutoAugmentPolicy } from "../policies.ts";
export { ImageClassification, type ImageClassificationOptions } from "../presets.ts";
export { Identity, RGB, ToDtype, ToImage, ToPureTensor } from "./conversion.ts";
export { GaussianNoise, RandomChannelPermutation, RandomResize, RandomZoomOut } from "./random.ts";
