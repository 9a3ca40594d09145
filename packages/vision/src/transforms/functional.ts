/** The transforms as functions: `torchvision.transforms.functional`. */
export {
  adjust_brightness,
  adjust_contrast,
  adjust_gamma,
  adjust_hue,
  adjust_saturation,
  adjust_sharpness,
  autocontrast,
  convert_image_dtype,
  elastic_transform,
  equalize,
  erase,
  gaussian_blur,
  invert,
  posterize,
  rgb_to_grayscale,
  solarize,
  to_grayscale,
} from "./color.ts";
export { normalize, pil_to_tensor, to_pil_image, to_tensor } from "./conversion.ts";
export {
  affine,
  center_crop,
  crop,
  five_crop,
  get_dimensions,
  get_image_num_channels,
  get_image_size,
  hflip,
  pad,
  perspective,
  resize,
  resized_crop,
  rotate,
  ten_crop,
  vflip,
} from "./geometry.ts";
export { InterpolationMode } from "./types.ts";
