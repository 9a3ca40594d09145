/** Invertible mappings; PyTorch's `torch.distributions.transforms`. */
export { AffineTransform, type AffineTransformOptions } from "./affine.ts";
export {
  ComposeTransform,
  type ComposeTransformOptions,
  identity_transform,
  IndependentTransform,
  type IndependentTransformOptions,
} from "./compose.ts";
export {
  AbsTransform,
  ExpTransform,
  PowerTransform,
  type PowerTransformOptions,
  SigmoidTransform,
  SoftplusTransform,
  TanhTransform,
} from "./elementwise.ts";
export { type CacheSize, Transform, type TransformOptions } from "./transform.ts";
