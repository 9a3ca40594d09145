/** Functions of the main namespace that decompose and solve (`torch.det`, `torch.svd`), exported as `@tt/core/linalg/torch`. */
import "./linalg.ts";

export * from "./ops/linalg_torch.gen.ts";
