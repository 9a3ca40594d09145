/** Images in files and in memory: `torchvision.io`. */
export {
  decode_image,
  decode_jpeg,
  decode_png,
  type Encoded,
  encode_jpeg,
  encode_png,
  ImageReadMode,
  read_file,
  read_image,
  write_file,
  write_jpeg,
  write_png,
} from "./image.ts";
