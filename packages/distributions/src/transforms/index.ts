/** Invertible mappings; PyTorch's `torch.distributions.transforms`. */
export { AffineTransform, type AffineTransformOptions } from "./affine.ts";
export { CorrCholeskyTransform, LowerCholeskyTransform } from "./cholesky.ts";
export {
  ComposeTransform,
  type ComposeTransformOptions,
  identity_transform,
  IndependentTransform,
  type IndependentTransformOptions,
} from "./compose.ts";
export { CumulativeDistributionTransform, type CumulativeDistributionTransformOptions } from "./cumulative.ts";
export {
  AbsTransform,
  ExpTransform,
  PowerTransform,
  type PowerTransformOptions,
  SigmoidTransform,
  SoftplusTransform,
  TanhTransform,
} from "./elementwise.ts";
export { CatTransform, type CatTransformOptions, StackTransform, type StackTransformOptions } from "./join.ts";
export { ReshapeTransform, type ReshapeTransformOptions } from "./reshape.ts";
export { SoftmaxTransform, StickBreakingTransform } from "./simplex.ts";
export { type CacheSize, Transform, type TransformOptions } from "./transform.ts";
