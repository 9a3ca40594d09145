/** What is done to images before and while training: `torchvision.transforms`. */
export * as functional from "./functional.ts";
export { Transform } from "./transform.ts";
export { type AnyTransform, Compose, type Composed, Lambda, Normalize, PILToTensor, ToTensor } from "./transforms.ts";
