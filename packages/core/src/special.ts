/** torch.special: special functions, exported as `@tt/core/special`. */
import "./index.ts";

export * from "./ops/special.gen.ts";
