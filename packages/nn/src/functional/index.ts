/** torch.nn.functional: stateless forms of the layers, activations and losses. */
export { bilinear } from "@tt/core";
export {
  adaptive_avg_pool1d,
  avg_pool1d,
  channel_shuffle,
  conv1d,
  conv2d,
  conv3d,
  conv_tbc,
  conv_transpose1d,
  conv_transpose2d,
  conv_transpose3d,
  cosine_similarity,
  native_channel_shuffle,
  pairwise_distance,
  pdist,
  pixel_shuffle,
  pixel_unshuffle,
  rms_norm,
} from "@tt/core/neural";
export * from "./functions.gen.ts";
export { GRID_SAMPLE_INTERPOLATION_MODES, GRID_SAMPLE_PADDING_MODES } from "./grid_modes.ts";
export type { Reduction } from "./reduction.ts";
