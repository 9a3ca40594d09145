/**
 * Functions of the main `torch` namespace that ATen has beside `torch.nn.functional`: `torch.lstm`, `torch.kl_div`,
 * `torch.grid_sampler` and their like. The umbrella exports them.
 */
import "./index.ts";

export * from "./native/functions.gen.ts";
