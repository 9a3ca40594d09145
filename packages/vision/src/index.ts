/** Datasets, transforms, models and images. */
export * as datasets from "./datasets/index.ts";
export { Image, type ImageMode } from "./image/image.ts";
export * as io from "./io/index.ts";
export * as models from "./models/index.ts";
export * as ops from "./ops/index.ts";
export * as transforms from "./transforms/index.ts";
export * as utils from "./utils/index.ts";
