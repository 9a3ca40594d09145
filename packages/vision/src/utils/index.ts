/** Grids of images and drawing on them: `torchvision.utils`. */
export type { Color } from "./colors.ts";
export { draw_bounding_boxes, draw_keypoints, draw_segmentation_masks, flow_to_image } from "./drawing.ts";
export { type GridArgs, make_grid, save_image } from "./grid.ts";
