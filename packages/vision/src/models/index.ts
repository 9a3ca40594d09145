/** Networks for images: `torchvision.models`. */
export * from "./all.ts";
export {
  type AnyBuilder,
  get_model,
  get_model_builder,
  get_model_weights,
  get_weight,
  list_models,
} from "./registry.ts";
export {
  type Builder,
  type BuilderOptions,
  type DownloadWeightsOptions,
  Weights,
  type WeightsEnum,
  type WeightsMeta,
} from "./weights.ts";
