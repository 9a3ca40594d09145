/** Networks for images: `torchvision.models`. */
export * from "./resnet.ts";
export * from "./weights/resnet.ts";
export {
  type Builder,
  type BuilderOptions,
  type DownloadWeightsOptions,
  Weights,
  type WeightsEnum,
  type WeightsMeta,
} from "./weights.ts";
