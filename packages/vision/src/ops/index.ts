/** Operators and layers for images: `torchvision.ops`. */
export {
  complete_box_iou_loss,
  distance_box_iou_loss,
  generalized_box_iou_loss,
  type LossReduction,
  sigmoid_focal_loss,
} from "./box_losses.ts";
export {
  batched_nms,
  box_area,
  box_convert,
  box_iou,
  type BoxFormat,
  clip_boxes_to_image,
  complete_box_iou,
  distance_box_iou,
  generalized_box_iou,
  masks_to_boxes,
  nms,
  remove_small_boxes,
} from "./boxes.ts";
export {
  type ActivationMaker,
  Conv2dNormActivation,
  Conv3dNormActivation,
  type ConvNormActivationOptions,
} from "./conv_norm_activation.ts";
export { deform_conv2d, DeformConv2d } from "./deform_conv.ts";
export { drop_block2d, drop_block3d, DropBlock2d, DropBlock3d } from "./drop_block.ts";
export {
  ExtraFPNBlock,
  FeaturePyramidNetwork,
  type FeaturePyramidNetworkOptions,
  LastLevelMaxPool,
  LastLevelP6P7,
} from "./feature_pyramid_network.ts";
export {
  FrozenBatchNorm2d,
  MLP,
  type MLPOptions,
  Permute,
  SqueezeExcitation,
  type SqueezeExcitationOptions,
} from "./misc.ts";
export { MultiScaleRoIAlign, type MultiScaleRoIAlignOptions } from "./multi_scale_roi_align.ts";
export { ps_roi_align, ps_roi_pool, type Regions, roi_align, roi_pool } from "./roi.ts";
export { PSRoIAlign, PSRoIPool, RoIAlign, RoIPool } from "./roi_modules.ts";
export { stochastic_depth, StochasticDepth, type StochasticDepthMode } from "./stochastic_depth.ts";
