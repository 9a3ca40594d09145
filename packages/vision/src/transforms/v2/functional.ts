/** The functions of v2: those of `transforms.functional`, and those under other names. */
export * from "../functional.ts";
export { to_dtype, to_image, to_rgb as grayscale_to_rgb } from "./conversion.ts";
export { hflip as horizontal_flip, vflip as vertical_flip } from "../geometry.ts";
